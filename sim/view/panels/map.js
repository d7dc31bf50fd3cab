// The region: each republic in the colour of its mix, a ribbon from each power for what it has alive there this month.

const RIBBON = [0.4, 15],
  TALLEST = 560;

// Where the republics stand: on the map, or, where most of them are not on it, as discs in the scenario's order.
function groundOf(run) {
  const inside = (x) => GEO.labels[x.code] && GEO.labels[x.code][0] > 50 && GEO.labels[x.code][0] < GEO.width - 50;
  if (2 * run.republics.filter(inside).length >= run.R) return { ...GEO, mapped: true };
  const columns = Math.min(run.R, 5),
    rows = Math.ceil(run.R / columns),
    geo = { width: 1000, height: 320 * rows + 60, land: {}, labels: {}, capitals: {} };
  run.republics.forEach(({ code }, r) => {
    const row = Math.floor(r / columns),
      here = Math.min(columns, run.R - row * columns),
      x = (geo.width * ((r % columns) + 1)) / (here + 1),
      y = 30 + 320 * (row + 0.5);
    geo.land[code] = `M${x - 80} ${y}a80 80 0 1 0 160 0a80 80 0 1 0 -160 0`;
    geo.labels[code] = [x, y];
    geo.capitals[code] = [x, y - 42];
  });
  return geo;
}

const BOLD = 50; // per mille: a power that has won this much since day one fills the republic wholly
function buildMap(ctx) {
  ctx.switch(
    "Fill",
    [
      ["mix", "Alignment"],
      ["drift", "Change since day one"],
    ],
    ctx.fill ?? "mix",
    (value) => {
      ctx.fill = value;
    },
  );
  const run = ctx.run,
    c = ctx.c,
    geo = groundOf(run),
    width = ctx.width,
    k = Math.min(width / geo.width, TALLEST / geo.height),
    height = Math.round(geo.height * k);
  const aside = (width - geo.width * k) / 2,
    spot = ([x, y]) => [x * k + aside, y * k];
  const shown = run.republics.map((republic, r) => ({ ...republic, r })).filter((x) => geo.land[x.code]);
  const chips = run.republics.map((republic, r) => ({ ...republic, r })).filter((x) => !geo.land[x.code]);
  const root = ctx.chart(width, height, `${geo.mapped ? "Map of the region" : run.called.region}. ${describe(ctx)}`);
  const clip = `${ctx.id}-clip`;
  svg("rect", { width, height, rx: 4 }, svg("clipPath", { id: clip }, root));
  const ground = svg("g", { "clip-path": `url(#${clip})` }, root);
  svg("rect", { width, height, fill: geo.mapped ? c.water : c.land }, ground);
  const land = svg("g", { transform: `translate(${aside.toFixed(1)} 0) scale(${k})` }, ground);
  const own = new Set(shown.map((x) => x.code));
  for (const [code, d] of Object.entries(geo.land)) {
    if (!own.has(code))
      svg(
        "path",
        { d, fill: c.land, stroke: c.border, "stroke-width": 0.8, "vector-effect": "non-scaling-stroke" },
        land,
      );
  }
  const mixers = run.powers.slice(0, 3).map((power) => rgb(power.color));
  const areas = shown.map(({ code, name, r }) => {
    const area = svg(
      "path",
      {
        d: geo.land[code],
        stroke: c.border,
        "stroke-width": 1,
        "vector-effect": "non-scaling-stroke",
        "stroke-linejoin": "round",
      },
      land,
    );
    area.classList.add("sim-ring");
    return { code, r, area: ctx.republic(area, code, `${name}; select`), name };
  });
  for (const one of areas) one.area.classList.add("sim-ring-self");
  const ribbonsAt = svg("g", { fill: "none", "stroke-linecap": "round", "clip-path": `url(#${clip})` }, root);
  const badges = sides(ctx, width, height),
    ribbons = [];
  let most = 1e-9;
  for (const { r } of shown)
    for (let p = 0; p < run.P; p += 1)
      for (let t = 0; t < run.T; t += 3) most = Math.max(most, run.deals("overall", r, p, t));
  if (ctx.sector !== "overall") most = Math.max(most / 2.2, 1);
  for (const { code, r, name } of shown) {
    const [cx, cy] = spot(geo.capitals[code] ?? geo.labels[code]);
    for (const badge of badges) {
      const bend = 0.16 * (badge.x < cx ? 1 : -1) * (badge.ay === 0 ? -0.6 : 1),
        dx = cx - badge.x,
        dy = cy - badge.y;
      const mid = [badge.x + dx / 2 + dy * bend, badge.y + dy / 2 - dx * bend];
      const line = svg(
        "path",
        {
          d: `M${badge.x} ${badge.y}Q${mid.join(" ")} ${cx} ${cy}`,
          stroke: run.powers[badge.p].color,
          "stroke-opacity": 0.55,
          "stroke-width": 1,
          "pointer-events": "stroke",
          "data-ribbon": `${run.powers[badge.p].code}-${code}`,
        },
        ribbonsAt,
      );
      const about = (event) =>
        ctx.showTip(event, [
          `${run.powers[badge.p].name} and ${name}`,
          `${(run.deals(ctx.sector, r, badge.p, ctx.month) / 100).toFixed(2)} points of living deals`,
          `share ${percent(run.share(ctx.sector, r, badge.p, ctx.month))}`,
        ]);
      line.addEventListener("pointermove", about);
      line.addEventListener("pointerleave", () => ctx.hideTip());
      ribbons.push({ line, r, p: badge.p, code });
    }
    svg(
      "circle",
      { cx, cy, r: 2.6, fill: c.paper, stroke: c.mark, "stroke-width": 1.2, "pointer-events": "none" },
      root,
    );
  }
  const labels = areas.map((one) => placeName(ctx, root, one, k, spot(geo.labels[one.code] ?? geo.capitals[one.code])));
  drawBadges(ctx, root, badges);
  const chipFills = drawChips(ctx, chips);
  let month = -1;
  return {
    tick(t) {
      const fill = (r) => (ctx.fill === "drift" ? driftOf(run, ctx, r, t) : mixOf(run, ctx, r, t, mixers, c.pale));
      for (const { area, r } of areas) put(area, "fill", fill(r));
      for (const { node, r } of chipFills) node.style.background = fill(r);
      for (const { line, r, p } of ribbons) {
        put(
          line,
          "stroke-width",
          (
            RIBBON[0] +
            ((RIBBON[1] * run.deals(ctx.sector, r, p, t)) / most) * Math.min(1, 0.45 + width / 1400)
          ).toFixed(1),
        );
      }
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const label of labels) label(month);
    },
    mark() {
      for (const { area, code } of areas) {
        put(area, "stroke", ctx.lit === code ? c.mark : c.border);
        put(area, "stroke-width", ctx.lit === code ? 2 : 1);
        area.setAttribute("aria-pressed", String(ctx.focus === code));
      }
      for (const { line, code, p } of ribbons) {
        const off = (ctx.lit && ctx.lit !== code) || (ctx.power && run.powers[p].code !== ctx.power);
        put(line, "stroke-opacity", off ? 0.1 : 0.6);
      }
      for (const badge of badges)
        badge.node.setAttribute("opacity", ctx.power && run.powers[badge.p].code !== ctx.power ? 0.45 : 1);
    },
  };
}

function mixOf(run, ctx, r, t, mixers, pale) {
  const parts = mixers.map((_, p) => run.share(ctx.sector, r, p, t));
  return mixers.length > 1
    ? blend(parts, mixers, pale)
    : blend([parts[0], 1000 - parts[0]], [mixers[0], rgb(pale)], pale);
}

// The colour of the power that has won most since day one, fuller the more it has won; pale where none has.
function driftOf(run, ctx, r, t) {
  const low = Math.floor(t),
    part = t - low,
    won = run.powers.map((_, p) => {
      const line = run.change(ctx.sector, 2, r, p);
      return line[low] + ((line[low + 1] ?? line[low]) - line[low]) * part;
    });
  const best = won.reduce((a, v, p) => (v > won[a] ? p : a), 0);
  return mixed(ctx.c.pale, run.powers[best].color, clamp(won[best] / BOLD, 0, 1));
}

function describe(ctx) {
  const run = ctx.run,
    t = ctx.month;
  return run.republics
    .map(
      (republic, r) =>
        `${republic.name}: ${listed(run.powers.map((power, p) => `${power.short} ${percent(run.share(ctx.sector, r, p, t))}`))}`,
    )
    .join("; ");
}

export default makePanel({
  name: "map",
  needs: "run",
  title: (ctx) => (ctx.sector === "overall" ? "Who leans where" : `Who leans where: ${ctx.run?.label(ctx.sector) ?? ctx.sector}`),
  caption: (ctx) =>
    [
      ctx.fill === "drift"
        ? "Fill: the power that has gained most since day one; full colour at five points."
        : `Fill: mix of ${listed(ctx.run.powers.slice(0, 3).map((p) => p.short))}, as in the triangle; pale where none prevails.`,
      "Under a name: what moved most since day one, in points, and in what share of worlds it goes that way.",
      "Ribbons: living deals, which pull on alignment.",
      groundOf(ctx.run).mapped
        ? "Borders: Natural Earth, Crimea as in UN resolution 68/262; no opinion is meant."
        : "There is no map of this region: the discs stand in the order of the scenario.",
    ].join(" "),
  build: buildMap,
  table: (ctx) => [
    ["date", "republic", "power", "sector", "share", "deals"],
    ...ctx.run.dates.flatMap((date, t) =>
      ctx.run.republics.flatMap((republic, r) =>
        ctx.run.powers.map((power, p) => [
          date,
          republic.code,
          power.code,
          ctx.sector,
          (ctx.run.share(ctx.sector, r, p, t) / 1000).toFixed(3),
          (ctx.run.deals(ctx.sector, r, p, t) / 100).toFixed(2),
        ]),
      ),
    ),
  ],
});
