// Three powers as corners: the key of the map's colours, a dot a republic with its trail, and its worlds as specks.

function buildTriangle(ctx) {
  const run = ctx.run,
    c = ctx.c,
    width = ctx.width,
    side = Math.min(width - 8, 560),
    tall = (side * Math.sqrt(3)) / 2;
  const top = 36, // the first corner's name stands below the switch, not beside it
   
    height = Math.ceil(top + tall + 24),
    left = (width - side) / 2;
  const ends = corners(ctx),
    at3 = [
      [left + side / 2, top],
      [left + side, top + tall],
      [left, top + tall],
    ];
  const floor = isClose(ctx) ? closeUp(ctx) : [0, 0, 0],
    span = 1 - floor[0] - floor[1] - floor[2];
  const place = (w) => {
    const sum = w[0] + w[1] + w[2] || 1,
      part = w.map((v, i) => (v / sum - floor[i]) / span);
    return [0, 1].map((k) => part[0] * at3[0][k] + part[1] * at3[1][k] + part[2] * at3[2][k]);
  };
  zoomSwitch(ctx);
  const root = ctx.chart(
    width,
    height,
    `Triangle between ${ends
      .map((e) => e.full)
      .filter(Boolean)
      .join(", ")}; a dot for each ${run.called.member}`,
  );
  mesh(
    root,
    at3,
    floor,
    span,
    ends.map((end) => rgb(end.color)),
    c,
  );
  guides(ctx, root, place, at3, side);
  ends.forEach((end, i) =>
    svg(
      "text",
      {
        x: i === 0 ? at3[0][0] : at3[i][0] + (i === 1 ? 4 : -4),
        y: i === 0 ? top - 9 : top + tall + 17,
        "font-weight": 600,
        "font-size": 12,
        fill: end.ink,
        "text-anchor": ["middle", "end", "start"][i],
      },
      root,
      isClose(ctx) && end.name ? `towards ${end.name}` : end.name,
    ),
  );

  const specks = svg(
    "g",
    { fill: "none", "stroke-linecap": "round", "stroke-width": 2, "pointer-events": "none" },
    root,
  );
  const trails = svg(
    "g",
    { fill: "none", stroke: c.mark, "stroke-width": 1.4, "stroke-linejoin": "round", "pointer-events": "none" },
    root,
  );
  const dots = run.republics.map((republic, r) => {
    const speck = svg("path", { stroke: c.mark, "stroke-opacity": 0.16 }, specks);
    const ghost = ctx.base ? baseDot(ctx, root, republic.code, place, c) : null;
    const trail = svg("path", { "stroke-opacity": 0.7 }, trails),
      origin = svg("path", { fill: c.paper, "stroke-width": 1.2 }, trails);
    const group = ctx.republic(svg("g", {}, root), republic.code, `${republic.name}; select`);
    const leader = svg("path", { stroke: c.mark, "stroke-width": 0.7, "stroke-opacity": 0.6, fill: "none" }, group);
    const dot = svg("circle", { class: "sim-ring", r: 6, stroke: c.mark, "stroke-width": 1.4 }, group);
    const name = svg(
      "text",
      {
        fill: c.ink,
        "font-size": 11.5,
        "font-weight": 600,
        stroke: c.paper,
        "stroke-width": 3,
        "stroke-opacity": 0.75,
        "paint-order": "stroke",
        "stroke-linejoin": "round",
        y: 4,
      },
      group,
      republic.code,
    );
    const path = Array.from({ length: run.T }, (_, t) =>
      place(
        weights(
          run.powers.map((_, p) => run.share(ctx.sector, r, p, t)),
          run.P,
        ),
      ),
    );
    origin.setAttribute("d", `M${path[0].map((v) => v.toFixed(1)).join(" ")}m-2.4 0a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0`);
    return { code: republic.code, r, origin, speck, trail, group, dot, name, leader, path, ghost };
  });
  const mixers = ends.map((end) => rgb(end.color));
  let month = -1;
  return {
    tick(t) {
      const low = clamp(Math.floor(t), 0, run.T - 1),
        part = t - low;
      const here = dots.map(({ path }) => {
        const a = path[low],
          b = path[Math.min(low + 1, run.T - 1)];
        return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
      });
      const ys = spread(
        here.map(([, y]) => y),
        14,
        top + 4,
        top + tall - 2,
      );
      const column = Math.min(Math.max(...here.map(([x]) => x)) + 20, left + side - 24);
      dots.forEach((one, i) => {
        const [x, y] = here[i],
          shares = run.powers.map((_, p) => run.share(ctx.sector, one.r, p, t));
        put(one.dot, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
        put(one.dot, "fill", blend(weights(shares, run.P), mixers, c.pale));
        put(one.name, "transform", `translate(${column.toFixed(1)} ${ys[i].toFixed(1)})`);
        put(one.leader, "d", `M${x.toFixed(1)} ${y.toFixed(1)}L${(column - 3).toFixed(1)} ${ys[i].toFixed(1)}`);
        put(one.trail, "d", pathOf([...one.path.slice(0, low + 1), here[i]]));
      });
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const one of dots) put(one.speck, "d", specksAt(ctx, one.r, month, place));
    },
    mark() {
      for (const one of dots) {
        const off = ctx.lit && ctx.lit !== one.code;
        put(one.group, "opacity", off ? (ctx.state.hover ? 0.35 : 0.65) : 1);
        for (const line of [one.trail, one.origin]) put(line, "opacity", off ? 0.15 : 1);
        put(one.speck, "stroke-opacity", ctx.lit === one.code ? 0.42 : off ? 0.04 : 0.16);
        put(one.dot, "r", ctx.lit === one.code ? 7.5 : 6);
        one.group.setAttribute("aria-pressed", String(ctx.focus === one.code));
      }
    },
  };
}

// Where the baseline has the republic at its end: a hollow dot.
function baseDot(ctx, root, code, place, c) {
  const base = ctx.base,
    r = base.republics.findIndex((x) => x.code === code);
  if (r < 0) return null;
  const [cx, cy] = place(
    weights(
      base.powers.map((_, p) => base.share(ctx.sector, r, p, Math.min(ctx.month, base.T - 1))),
      base.P,
    ),
  );
  return svg(
    "circle",
    { cx, cy, r: 5, fill: "none", stroke: c.muted, "stroke-dasharray": "2 2", "pointer-events": "none" },
    root,
  );
}

// Every world of the cloud as a dot, at a month: straight between the months that were sent.
function specksAt(ctx, r, month, place) {
  const run = ctx.run,
    { months, worlds, share } = run.raw.cloud;
  if (!worlds || ctx.sector !== "overall") return "";
  let high = months.findIndex((m) => m >= month);
  if (high < 0) high = months.length - 1;
  const low = Math.max(0, months[high] > month ? high - 1 : high),
    span = months[high] - months[low];
  const part = span ? (month - months[low]) / span : 0;
  let d = "";
  for (let w = 0; w < worlds; w += 1) {
    const shares = [];
    for (let p = 0; p < Math.min(run.P, 3); p += 1) {
      const a = share[((low * run.R + r) * run.P + p) * worlds + w],
        b = share[((high * run.R + r) * run.P + p) * worlds + w];
      shares.push(a + (b - a) * part);
    }
    const [x, y] = place(weights(shares, run.P));
    d += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
  }
  return d;
}

export default makePanel({
  name: "triangle",
  needs: "run",
  title: () => "The triangle",
  caption: (ctx) =>
    [
      `Each dot is ${ctx.run.called.aMember}; the nearer a corner, the larger its alignment with that power${ctx.run.P > 3 ? " (the first three powers only)" : ""}.`,
      `${isClose(ctx) ? "This is the part of the triangle they are in; beyond" : "Beyond"} a line across it a power has more than half ` +
        "of the three.",
      `Line: its path since day one (small ring)${ctx.sector === "overall" ? "; specks: the other worlds in this month" : ""}` +
        `${ctx.base ? "; dashed ring: before the change" : ""}.`,
    ].join(" "),
  build: buildTriangle,
  table: (ctx) => [
    ["date", "republic", ...ctx.run.powers.map((p) => p.code)],
    ...ctx.run.dates.flatMap((date, t) =>
      ctx.run.republics.map((republic, r) => [
        date,
        republic.code,
        ...ctx.run.powers.map((_, p) => (ctx.run.share(ctx.sector, r, p, t) / 1000).toFixed(3)),
      ]),
    ),
  ],
});
