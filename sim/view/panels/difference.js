// What a change does to each alignment, world by world: bands around zero.

function buildDifference(ctx) {
  const data = ctx.raw,
    c = ctx.c,
    dates = data.months,
    T = dates.length,
    head = 34,
    plot = 104,
    high = head + plot + 24;
  const republics = data.republics.map((x) => (typeof x === "string" ? { code: x, name: x } : x)),
    powers = data.powers.map((x) => (typeof x === "string" ? { code: x, name: x, short: x } : x));
  const band = (i, j, key) => data.bands[i][j][key];
  const points = (i, j, key, t) => signed(band(i, j, key)[t] / 10, 1);
  let most = 10;
  republics.forEach((_, i) =>
    powers.forEach((_, j) => {
      most = Math.max(most, ...band(i, j, "high"), ...band(i, j, "low").map((v) => -v));
    }),
  );
  const unit = niceTicks(most / 10, 2),
    top = unit.at(-1) * 10,
    ticks = [...new Set([...unit.slice(1).map((v) => -v * 10), ...unit.map((v) => v * 10)])].sort((a, b) => a - b);
  const boxes = cellsIn(ctx.width, republics.length, 150, high),
    height = Math.max(...boxes.map((box) => box.y)) + high;
  const named =
    powers.reduce((sum, power) => sum + textWidth(`${power.short ?? power.code} +8.8`, 11) + 10, 0) <
    Math.min(...boxes.map((box) => box.w)) - 28;
  if (!named) ctx.legend(powers);
  const root = ctx.chart(ctx.width, height, `Differences of alignment, a chart for each ${calledIn(data).member}`);
  const drawn = republics.map((republic, i) => {
    const box = boxes[i],
      left = box.first ? 28 : 0,
      wide = box.w - left,
      mid = box.y + head + plot / 2;
    const xs = (t) => box.x + left + (t / Math.max(T - 1, 1)) * wide,
      y = (v) => mid - (v / top) * (plot / 2);
    const group = ctx.republic(svg("g", {}, root), republic.code, `${republic.name}; select`);
    svg(
      "rect",
      { class: "sim-ring", x: box.x - 4, y: box.y, width: box.w + 8, height: high - 6, fill: "transparent", rx: 4 },
      group,
    );
    svg(
      "text",
      { x: box.x + left, y: box.y + 13, "font-weight": 600, "font-size": 12, fill: c.ink },
      group,
      nameOf(republic, wide, 12),
    );
    valueAxis(ctx, group, ticks, y, xs(0), xs(T - 1), box.first ? (v) => signed(v / 10, unit[1] % 1 ? 1 : 0) : null);
    timeAxis(ctx, group, dates, xs, box.y + head + plot, wide);
    const text = svg("text", { x: box.x + left, y: box.y + 28, "font-size": 11, "font-weight": 500 }, group),
      spans = [];
    powers.forEach((power, j) => {
      const ink = inked(power.color ?? "#5a6271", c.paper, 4.5),
        fill = power.color ?? c.muted,
        lines = svg("g", { fill, "data-power": power.code }, group);
      svg("path", { d: bandPath(xs, band(i, j, "low"), band(i, j, "high"), y), "fill-opacity": 0.2 }, lines);
      if (band(i, j, "q1"))
        svg("path", { d: bandPath(xs, band(i, j, "q1"), band(i, j, "q3"), y), "fill-opacity": 0.28 }, lines);
      svg(
        "path",
        {
          d: pathOf(band(i, j, "median").map((v, t) => [xs(t), y(v)])),
          fill: "none",
          stroke: inked(fill, c.paper, 3),
          "stroke-width": 1.6,
        },
        lines,
      );
      spans.push([svg("tspan", { fill: ink, dx: j ? 8 : 0 }, text, ""), j, lines]);
    });
    const line = playhead(root, box.y + head - 2, plot + 4);
    group.addEventListener("pointermove", (event) => {
      const t = Math.round(clamp((event.clientX - root.getBoundingClientRect().left - xs(0)) / wide, 0, 1) * (T - 1));
      ctx.showTip(event, [
        `${republic.name}, ${t ? monthName(dates[t]) : "day one"}`,
        ...powers.map(
          (power, j) =>
            `${power.short ?? power.code} ${points(i, j, "median", t)} [${points(i, j, "low", t)}, ${points(i, j, "high", t)}]`,
        ),
      ]);
    });
    group.addEventListener("pointerleave", () => ctx.hideTip());
    return {
      code: republic.code,
      group,
      line,
      xs,
      spans,
      say(t) {
        for (const [span, j] of spans)
          say(span, (named ? `${powers[j].short ?? powers[j].code} ` : "") + points(i, j, "median", t));
      },
    };
  });
  let month = -1;
  return {
    tick(t) {
      t = Math.min(t, T - 1);
      for (const one of drawn) one.line.style.transform = `translateX(${one.xs(t).toFixed(2)}px)`;
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const one of drawn) one.say(month);
    },
    mark() {
      for (const one of drawn) {
        put(one.group, "opacity", ctx.lit && ctx.lit !== one.code ? (ctx.state.hover ? 0.35 : 0.65) : 1);
        for (const [, j, lines] of one.spans)
          put(lines, "opacity", ctx.power && ctx.power !== powers[j].code ? 0.15 : 1);
      }
    },
  };
}

export default makePanel({
  name: "difference",
  needs: "data",
  title: (ctx) => ctx.raw?.heading ?? "What the change does",
  caption: (ctx) =>
    ctx.raw.caption ??
    "Alignment with the change minus alignment without it, in points, in the same " +
      `${(ctx.raw.worlds ?? 0).toLocaleString("en")} worlds with the same luck. ` +
      "Bands: the middle 50 and 80 % of worlds; where the band excludes zero, the effect of the change is clear despite chance.",
  build: buildDifference,
  table: (ctx) => [
    ["date", "republic", "power", "low", "median", "high"],
    ...ctx.raw.months.flatMap((date, t) =>
      ctx.raw.bands.flatMap((row, i) =>
        row.map((cell, j) => [
          date,
          ctx.raw.republics[i].code ?? ctx.raw.republics[i],
          ctx.raw.powers[j].code ?? ctx.raw.powers[j],
          ...["low", "median", "high"].map((key) => (cell[key][t] / 1000).toFixed(3)),
        ]),
      ),
    ),
  ],
});
