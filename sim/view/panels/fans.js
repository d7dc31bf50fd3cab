// Alignment over time: a cell a republic, all worlds as bands, the followed world as a line; the chosen one large.
// As change since day one (drifts of a few points fill the chart) or as level.

const GAP = 18,
  HEAD = 52,
  FOOT = 18,
  SURE = 0.9;
const asChange = (ctx) => ctx.shown !== "level" && ctx.run.T > 1;

// What is drawn, per mille: a quantile of the worlds, and the world followed.
function bandOf(ctx, run, q, r, p) {
  return asChange(ctx) ? run.change(ctx.sector, q, r, p) : run.band(ctx.sector, q, r, p);
}
function lineOf(ctx, r, p) {
  const line = ctx.run.line(ctx.sector, r, p);
  return asChange(ctx) ? line.map((v) => v - line[0]) : line;
}
// Ticks (per mille) over all cells; the first and last are the ends of the axis.
function scaleOf(ctx) {
  const run = ctx.run;
  let low = 0,
    high = 0;
  for (let r = 0; r < run.R; r += 1)
    for (let p = 0; p < run.P; p += 1) {
      const line = lineOf(ctx, r, p);
      low = Math.min(low, ...bandOf(ctx, run, 0, r, p), ...line);
      high = Math.max(high, ...bandOf(ctx, run, 4, r, p), ...line);
    }
  const way = asChange(ctx) ? "change" : "level";
  high = reach(ctx, `${way} up`, high);
  low = -reach(ctx, `${way} down`, -low);
  if (asChange(ctx)) return signedTicks(Math.min(low, -10) / 10, Math.max(high, 10) / 10, 4).map((v) => v * 10);
  const top = clamp(Math.ceil(high / 100 + 0.2) * 100, 200, 1000);
  return [0, 250, 500, 750, 1000].filter((v) => v <= top).concat(top % 250 ? [top] : []);
}

// Rooms of the cells: a row or a grid; the chosen republic first and wide.
function rooms(ctx) {
  const n = ctx.run.R,
    width = ctx.width,
    chosen = ctx.run.republics.findIndex((x) => x.code === ctx.focus);
  const grid = (count, top, plot) =>
    cellsIn(width, count, 150, HEAD + plot + FOOT + 8, GAP).map((box) => ({ ...box, y: top + box.y, plot }));
  if (chosen < 0 || n < 2) return grid(n, 0, n === 1 ? 260 : clamp((width / Math.min(n, 5)) * 0.68, 110, 190));
  const others = grid(n - 1, HEAD + 230 + FOOT + 14, 84);
  const big = { x: 0, y: 0, w: width, plot: 230, big: true, first: true };
  return ctx.run.republics.map((_, r) => (r === chosen ? big : others[r < chosen ? r : r - 1]));
}

function buildFans(ctx) {
  if (ctx.run.T > 1)
    ctx.switch(
      "Shown",
      [
        ["change", "Change since day one"],
        ["level", "Level"],
      ],
      ctx.shown ?? "change",
      (value) => {
        ctx.shown = value;
      },
    );
  const run = ctx.run,
    cells = rooms(ctx),
    height = Math.max(...cells.map((x) => x.y + HEAD + x.plot + FOOT));
  const least = Math.min(...cells.map((box) => box.w)) - 26,
    names = run.powers.map((power) => `${power.short} ${asChange(ctx) ? "+8.8" : "88"}`);
  const named = names.reduce((sum, name) => sum + textWidth(name, 11) + 10, 0) < least;
  if (!named) ctx.legend(run.powers);
  const root = ctx.chart(ctx.width, height, `Alignment over time, a chart for each ${run.called.member}`);
  const ticks = scaleOf(ctx);
  const drawn = run.republics.map((republic, r) => cell(ctx, root, republic, r, cells[r], ticks, named));
  let month = -1;
  return {
    tick(t) {
      for (const one of drawn) one.head.style.transform = `translateX(${one.xs(t).toFixed(2)}px)`;
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const one of drawn) one.values(month);
    },
    mark() {
      for (const one of drawn) {
        put(one.group, "opacity", ctx.state.hover && ctx.state.hover !== one.code ? 0.35 : 1);
        one.group.setAttribute("aria-pressed", String(ctx.focus === one.code));
        one.bands.forEach((band, p) => put(band, "opacity", ctx.power && run.powers[p].code !== ctx.power ? 0.15 : 1));
      }
    },
  };
}

function cell(ctx, root, republic, r, box, ticks, named) {
  const run = ctx.run,
    c = ctx.c,
    room = box.big ? 82 : 0,
    [floor, top] = [ticks[0], ticks[ticks.length - 1]],
    left = box.first ? 26 : 0;
  const wide = box.w - left - room,
    base = box.y + HEAD + box.plot;
  const xs = (month) => box.x + left + (month / Math.max(run.T - 1, 1)) * wide,
    y = (v) => base - ((v - floor) / (top - floor)) * box.plot;
  const group = ctx.republic(
    svg("g", {}, root),
    republic.code,
    `${republic.name}: ${ctx.focus === republic.code ? `back to all ${run.called.members}` : "enlarge"}`,
  );
  svg(
    "rect",
    {
      class: "sim-ring",
      x: box.x - 4,
      y: box.y,
      width: box.w + 8,
      height: HEAD + box.plot + FOOT,
      fill: "transparent",
      rx: 4,
    },
    group,
  );
  svg(
    "text",
    { x: box.x + left, y: box.y + 13, "font-weight": 600, "font-size": box.big ? 14 : 12, fill: c.ink },
    group,
    nameOf(republic, wide, box.big ? 14 : 12),
  );
  valueAxis(
    ctx,
    group,
    asChange(ctx) ? ticks : ticks.filter((v) => v % 250 === 0),
    y,
    xs(0),
    xs(run.T - 1),
    box.first ? (v) => (asChange(ctx) ? signed(v / 10) : v / 10 + (v + 250 > top ? "%" : "")) : null,
  );
  timeAxis(ctx, group, run.dates, xs, base, box.big ? wide : box.w - 26);
  const bands = run.powers.map((power, p) => {
    const band = svg("g", { fill: power.color }, group),
      q = (k) => bandOf(ctx, run, k, r, p);
    if (run.raw.worlds > 1) {
      svg("path", { d: bandPath(xs, q(0), q(4), y), "fill-opacity": 0.18 }, band);
      svg("path", { d: bandPath(xs, q(1), q(3), y), "fill-opacity": 0.26 }, band);
    }
    baseline(ctx, band, republic.code, power, r, p, xs, y);
    svg(
      "path",
      {
        d: pathOf(lineOf(ctx, r, p).map((v, t) => [xs(t), y(v)])),
        fill: "none",
        stroke: ctx.ink(p, 3),
        "stroke-width": box.big ? 2 : 1.6,
        "stroke-linejoin": "round",
      },
      band,
    );
    return band;
  });
  if (box.big) endLabels(ctx, group, r, xs(run.T - 1) + 6, y, box);
  const told = moverLine(ctx, group, r, box.x + left, box.y + 28, box.w - left);
  const shown = valueLine(ctx, group, r, box.x + left, box.y + 43, box.w - left, named || box.big);
  const head = playhead(root, box.y + HEAD - 2, box.plot + 4);
  group.addEventListener("pointermove", (event) => {
    const month = Math.round(
      clamp((event.clientX - root.getBoundingClientRect().left - xs(0)) / wide, 0, 1) * (run.T - 1),
    );
    ctx.showTip(event, [
      `${republic.name}, ${month ? monthName(run.dates[month]) : "day one"}`,
      ...run.powers.map(
        (power, p) =>
          `${power.short} ${percent(run.line(ctx.sector, r, p)[month])}${rangeAt(run, ctx.sector, r, p, month)}`,
      ),
    ]);
  });
  group.addEventListener("pointerleave", () => ctx.hideTip());
  const values = (at) => {
    told(at);
    shown(at);
  };
  return { code: republic.code, group, bands, head, xs, values };
}

// Who gains or loses most there, and in how many worlds: the one line to read.
function moverLine(ctx, group, r, x, y, wide) {
  const text = svg("text", { x, y, "font-size": 12, "data-drift": ctx.run.republics[r].code }, group);
  return (month) => {
    const { p, change, sure } = ctx.run.drift(ctx.sector, r, month).main,
      power = ctx.run.powers[p];
    if (!month || Math.abs(change) < 1) {
      say(text, month ? "hardly moves" : "day one");
      put(text, "fill", ctx.c.muted);
      put(text, "font-weight", 400);
      return;
    }
    const head = `${change > 0 ? "▲" : "▼"} ${power.short} ${signed(change / 10, 1)}`,
      part = `${Math.round(100 * sure)}\u202f%`,
      tails = ctx.run.raw.worlds > 1 ? [`, ${change > 0 ? "up" : "down"} in ${part}`, ` · ${part}`, ""] : [""];
    say(text, head + (tails.find((tail) => textWidth(head + tail, 12, 600) <= wide) ?? ""));
    put(text, "fill", ctx.ink(p));
    put(text, "font-weight", sure >= SURE ? 600 : 400);
  };
}

function rangeAt(run, sector, r, p, month) {
  const [low, high] = [0, 4].map((q) => run.band(sector, q, r, p)[month] / 10);
  return run.raw.worlds > 1 ? between(low, high) : "";
}

// What was before a change: outline and median, thin and broken.
function baseline(ctx, band, code, power, r, p, xs, y) {
  const base = ctx.base;
  if (!base || base.raw.id === ctx.run.raw.id) return;
  const [i, j] = [
    base.republics.findIndex((x) => x.code === code),
    base.powers.findIndex((x) => x.code === power.code),
  ];
  if (i < 0 || j < 0) return;
  const line = (k, dash, opacity) =>
    svg(
      "path",
      {
        d: pathOf(
          bandOf(ctx, base, k, i, j)
            .slice(0, ctx.run.T)
            .map((v, t) => [xs(t), y(v)]),
        ),
        fill: "none",
        stroke: ctx.ink(p, 3),
        "stroke-width": 1,
        "stroke-dasharray": dash,
        "stroke-opacity": opacity,
        "data-baseline": power.code,
      },
      band,
    );
  line(0, "1 3", 0.75);
  line(4, "1 3", 0.75);
  line(2, "5 3", 0.9);
}

// The shares this month in the world followed, or the median changes, in the powers' colours.
function valueLine(ctx, group, r, x, y, wide, full) {
  const run = ctx.run,
    digits = run.P * (textWidth("−8.8", 11, 500) + 8) <= wide ? 1 : 0,
    names = run.powers.map((power) => power.short);
  const text = svg("text", { x, y, "font-size": 11 }, group);
  const spans = run.powers.map((power, p) => {
    return svg(
      "tspan",
      { fill: ctx.ink(p), dx: p ? 8 : 0, "font-weight": 500, "data-value": `${run.republics[r].code}-${power.code}` },
      text,
      "",
    );
  });
  return (month) =>
    spans.forEach((span, p) => {
      const value = asChange(ctx)
        ? signed(run.change(ctx.sector, 2, r, p)[month] / 10, digits)
        : String(Math.round(run.share(ctx.sector, r, p, month) / 10));
      say(span, full ? `${names[p]} ${value}` : value);
    });
}

function endLabels(ctx, group, r, x, y, box) {
  const run = ctx.run,
    say1 = (v) => (asChange(ctx) ? signed(v / 10, 1) : String(Math.round(v / 10))),
    ends = run.powers.map((_, p) => bandOf(ctx, run, 2, r, p)[run.T - 1]);
  const ys = spread(ends.map(y), 24, box.y + HEAD + 4, box.y + HEAD + box.plot - 6);
  run.powers.forEach((power, p) => {
    const [low, high] = [0, 4].map((k) => say1(bandOf(ctx, run, k, r, p)[run.T - 1]));
    svg(
      "text",
      { x, y: ys[p], fill: ctx.ink(p), "font-weight": 600 },
      group,
      `${fit(power.short, 46, 11, 600)} ${say1(ends[p])}`,
    );
    if (run.raw.worlds > 1)
      svg(
        "text",
        { x, y: ys[p] + 11, fill: ctx.c.muted, "font-size": 10 },
        group,
        asChange(ctx) ? `${low} to ${high}` : `${low}–${high}`,
      );
  });
}

export default makePanel({
  name: "fans",
  needs: "run",
  relayout: true,
  title: (ctx) => (ctx.sector === "overall" ? "Alignment over time" : `Alignment over time: ${ctx.run?.label(ctx.sector) ?? ctx.sector}`),
  caption: (ctx) => {
    const { worlds, id } = ctx.run.raw;
    return [
      asChange(ctx)
        ? "Change of alignment since day one, in points; under the name what moves most and in what share of worlds (bold: 90 % or more), then the medians in the month shown."
        : "Alignment with each power, in per cent; under the name what moves most, then the world followed in the month shown.",
      worlds > 1 ? `Bands: the middle 50 and 80 % of ${worlds.toLocaleString("en")} worlds;` : "",
      worlds > 1 ? `line: the world followed (no. ${ctx.run.follow.world}).` : "",
      worlds > 1 ? (ctx.run.raw.held ?? "") : "",
      ctx.base && ctx.base.raw.id !== id ? "Dashed lines: before the change." : "",
      `Click ${ctx.run.called.aMember} to ${ctx.focus ? "go back" : "enlarge it"}.`,
    ]
      .filter(Boolean)
      .join(" ");
  },
  build: buildFans,
  table: (ctx) => [
    ["date", "month", "republic", "sector", "power", "q10", "q25", "q50", "q75", "q90", "followed"],
    ...ctx.run.dates.flatMap((date, t) =>
      ctx.run.republics.flatMap((republic, r) =>
        ctx.run.powers.map((power, p) => [
          date,
          t,
          republic.code,
          ctx.sector,
          power.code,
          ...[0, 1, 2, 3, 4].map((k) => (ctx.run.band(ctx.sector, k, r, p)[t] / 1000).toFixed(3)),
          (ctx.run.line(ctx.sector, r, p)[t] / 1000).toFixed(3),
        ]),
      ),
    ),
  ],
});
