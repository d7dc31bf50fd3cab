// Each republic's grievance against each power: a strip of months, darker is more; below it, by cause.

const ROW = 12,
  LEVELS = 9;

function buildGrievances(ctx) {
  const run = ctx.run,
    c = ctx.c,
    width = ctx.width,
    C = run.raw.causes.length;
  if (!run.follow.grievance) {
    html("p", { class: "sim-note" }, ctx.body, "This result did not keep grievances.");
    return {};
  }
  const narrow = width < 520,
    names = narrow ? 42 : 104,
    tags = 52,
    right = 34,
    from = names + tags,
    wide = width - from - right;
  const total = (r, p, t) => {
    let sum = 0;
    for (let k = 0; k < C; k += 1) sum += run.grievance(r, p, k, t);
    return sum;
  };
  let most = 20;
  for (let r = 0; r < run.R; r += 1)
    for (let p = 0; p < run.P; p += 1) for (let t = 0; t < run.T; t += 1) most = Math.max(most, total(r, p, t));
  most = reach(ctx, "strips", most);
  const block = run.P * ROW + 8,
    height = run.R * block + 16;
  const root = ctx.chart(width, height, `Grievance of each ${run.called.member} against each power over time`);
  const xs = (t) => from + (t / Math.max(run.T - 1, 1)) * wide,
    rows = [];
  run.republics.forEach((republic, r) => {
    const group = ctx.republic(svg("g", {}, root), republic.code, `${republic.name}: show the causes`);
    svg(
      "rect",
      { class: "sim-ring", x: -4, y: r * block - 3, width: width + 8, height: block - 2, rx: 4, fill: "transparent" },
      group,
    );
    svg(
      "text",
      { x: 0, y: r * block + (run.P * ROW) / 2 + 4, "font-weight": 600, "font-size": 12, fill: c.ink },
      group,
      narrow ? republic.code : nameOf(republic, names - 8, 12),
    );
    run.powers.forEach((power, p) => {
      const y = r * block + p * ROW;
      svg(
        "text",
        { x: from - 5, y: y + 9.5, "text-anchor": "end", fill: ctx.ink(p), "font-size": 10.5 },
        group,
        fit(power.short, tags - 6, 10.5),
      );
      strip(ctx, group, power.color, (t) => total(r, p, t) / most, xs, y);
      rows.push({
        r,
        p,
        group,
        code: republic.code,
        value: svg("text", { x: width, y: y + 9.5, "text-anchor": "end", fill: c.muted, "font-size": 10.5 }, group),
      });
    });
    group.addEventListener("pointermove", (event) => pointed(ctx, event, root, r, republic, from, wide, total));
    group.addEventListener("pointerleave", () => ctx.hideTip());
  });
  timeAxis(ctx, root, run.dates, xs, run.R * block - 4, wide);
  const head = playhead(root, -2, run.R * block - 2),
    why = buildCauses(ctx);
  let month = -1;
  return {
    tick(t) {
      head.style.transform = `translateX(${xs(t).toFixed(2)}px)`;
      why.tick(t);
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const { r, p, value } of rows) say(value, (total(r, p, month) / 100).toFixed(2));
    },
    mark() {
      for (const { group, code } of rows) {
        put(group, "opacity", ctx.lit && ctx.lit !== code ? (ctx.state.hover ? 0.35 : 0.65) : 1);
        group.setAttribute("aria-pressed", String(ctx.focus === code));
      }
    },
  };
}

// A strip in a few shades: one path a shade, so that a long run stays light.
function strip(ctx, group, color, value, xs, y) {
  const run = ctx.run,
    paths = Array(LEVELS + 1).fill("");
  svg(
    "rect",
    { x: xs(0), y, width: xs(run.T - 1) - xs(0), height: ROW - 2, fill: ctx.c.grid, "fill-opacity": 0.55 },
    group,
  );
  let start = 0,
    level = -1;
  const close = (end) => {
    if (level > 0)
      paths[level] += `M${xs(start).toFixed(1)} ${y}H${xs(end).toFixed(1)}v${ROW - 2}H${xs(start).toFixed(1)}z`;
  };
  for (let t = 0; t < run.T; t += 1) {
    const next = Math.round(clamp(value(t), 0, 1) * LEVELS);
    if (next !== level) {
      close(t);
      start = t;
      level = next;
    }
  }
  close(run.T - 1);
  paths.forEach((d, i) => {
    if (d) svg("path", { d, fill: color, "fill-opacity": (0.06 + 0.94 * (i / LEVELS)).toFixed(2) }, group);
  });
}

function pointed(ctx, event, root, r, republic, from, wide, total) {
  const run = ctx.run,
    t = Math.round(clamp((event.clientX - root.getBoundingClientRect().left - from) / wide, 0, 1) * (run.T - 1));
  ctx.showTip(event, [
    `${republic.name}, ${t ? monthName(run.dates[t]) : "day one"}`,
    ...run.powers.map((power, p) => {
      const parts = run.raw.causes.map((cause, k) => [run.grievance(r, p, k, t), cause]).sort((a, b) => b[0] - a[0]);
      const [most, cause] = parts[0],
        why = most > 0 ? `, most over ${(CAUSE_NAMES[cause] ?? cause).toLowerCase()}` : "";
      return `${power.short} ${(total(r, p, t) / 100).toFixed(2)}${why}`;
    }),
  ]);
}

// By cause: causes stacked, a chart for each power; of the chosen republic, else the mean of all.
function buildCauses(ctx) {
  const run = ctx.run,
    c = ctx.c,
    chosen = run.republics.findIndex((x) => x.code === ctx.focus),
    plot = 74,
    high = 30 + plot + 20;
  const over = chosen < 0 ? [...run.republics.keys()] : [chosen],
    tints = CAUSE_COLORS[ctx.theme];
  const mean = (p, k, t) => over.reduce((sum, r) => sum + run.grievance(r, p, k, t), 0) / over.length;
  const legend = html("div", { class: "sim-legend" }, ctx.body);
  html("b", {}, legend, `${chosen < 0 ? `All ${run.called.members} (mean)` : run.republics[chosen].name}, by cause:`);
  run.raw.causes.forEach((cause) => {
    const item = html("span", {}, legend);
    html("i", { style: `background:${tints[cause] ?? c.faint}` }, item);
    item.append(CAUSE_NAMES[cause] ?? cause);
  });
  const boxes = cellsIn(ctx.width, run.P, 130, high),
    height = Math.max(...boxes.map((box) => box.y)) + high;
  const root = ctx.chart(ctx.width, height, "Grievance by cause");
  const stacks = run.powers.map((_, p) => {
    const lines = [Array(run.T).fill(0)];
    run.raw.causes.forEach((_, k) => lines.push(lines[k].map((v, t) => v + mean(p, k, t))));
    return lines;
  });
  const highest = Math.max(10, ...stacks.flatMap((lines) => lines[lines.length - 1])),
    top = niceTicks(reach(ctx, "causes", highest), 2).at(-1);
  const heads = run.powers.map((power, p) => {
    const box = boxes[p],
      left = box.first ? 28 : 0,
      wide = box.w - left,
      base = box.y + 30 + plot;
    const xs = (t) => box.x + left + (t / Math.max(run.T - 1, 1)) * wide,
      y = (v) => base - (v / top) * plot;
    svg(
      "text",
      { x: box.x + left, y: box.y + 18, "font-weight": 600, fill: ctx.ink(p) },
      root,
      nameOf(power, wide, 11),
    );
    valueAxis(
      ctx,
      root,
      [0, top / 2, top],
      y,
      xs(0),
      xs(run.T - 1),
      box.first ? (v) => (v / 100).toFixed(2).replace(/0$/, "") : null,
    );
    run.raw.causes.forEach((cause, k) =>
      svg("path", { d: bandPath(xs, stacks[p][k], stacks[p][k + 1], y), fill: tints[cause] ?? c.faint }, root),
    );
    timeAxis(ctx, root, run.dates, xs, base, wide);
    return { xs, head: playhead(root, box.y + 28, plot + 4) };
  });
  return {
    tick(t) {
      for (const { head, xs } of heads) head.style.transform = `translateX(${xs(t).toFixed(2)}px)`;
    },
  };
}

export default makePanel({
  name: "grievances",
  needs: "run",
  relayout: true,
  title: () => "Grievances",
  caption: (ctx) =>
    "Darker: a larger grievance against that power, in the world followed (points; at the right, in the month shown)." +
    (ctx.focus ? "" : ` Choose ${ctx.run.called.aMember} to see its causes.`),
  build: buildGrievances,
  table: (ctx) => [
    ["date", "month", "republic", "power", "cause", "followed", "mean"],
    ...(ctx.run.follow.grievance
      ? ctx.run.dates.flatMap((date, t) =>
          ctx.run.republics.flatMap((republic, r) =>
            ctx.run.powers.flatMap((power, p) =>
              ctx.run.raw.causes.map((cause, k) => [
                date,
                t,
                republic.code,
                power.code,
                cause,
                (ctx.run.grievance(r, p, k, t) / 100).toFixed(2),
                (ctx.run.grievance(r, p, k, t, true) / 100).toFixed(2),
              ]),
            ),
          ),
        )
      : []),
  ],
});
