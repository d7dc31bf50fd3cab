// Words and deeds: of all that each power has pledged since day one, what was delivered, is due and has lapsed.

// Whole parts of a point in which each comes; what the part kept is told from comes finer (FINE of payload.py).
const PARTS = { accepted: 100, delivered: 1e5, lapsed: 1e5, pending: 100 };

function buildDeliveries(ctx) {
  const run = ctx.run,
    c = ctx.c,
    follow = run.follow,
    chosen = run.republics.findIndex((x) => x.code === ctx.focus);
  if (!follow.delivered) {
    html("p", { class: "sim-note" }, ctx.body, "This result did not keep deliveries.");
    return {};
  }
  const over = chosen < 0 ? [...run.republics.keys()] : [chosen],
    plot = run.P <= 4 ? 176 : 120,
    head = 50,
    high = head + plot + 24;
  const sums = (name, p, of = run) =>
    Array.from(
      { length: of.T },
      (_, t) => over.reduce((sum, r) => sum + of.follow[name][of.pair(r, p) + t], 0) / PARTS[name],
    );
  const boxes = cellsIn(ctx.width, run.P, 136, high),
    height = Math.max(...boxes.map((box) => box.y)) + high;
  const series = run.powers.map((_, p) => ({
    came: sums("delivered", p),
    due: sums("pending", p),
    lapsed: sums("lapsed", p),
  }));
  const most = Math.max(0.1, ...series.flatMap((s) => s.came.map((v, t) => v + s.due[t] + s.lapsed[t])));
  const ticks = niceTicks(most, 3),
    top = ticks[ticks.length - 1];
  const root = ctx.chart(
    ctx.width,
    height,
    `Pledges and deliveries of each power${chosen < 0 ? "" : ` to ${run.republics[chosen].name}`}`,
  );
  hatch(ctx, root);
  const drawn = run.powers.map((power, p) => {
    const box = boxes[p],
      left = box.first ? 26 : 0,
      wide = box.w - left,
      base = box.y + head + plot,
      { came, due, lapsed } = series[p];
    const xs = (t) => box.x + left + (t / Math.max(run.T - 1, 1)) * wide,
      y = (v) => base - (v / top) * plot;
    const group = svg("g", {}, root);
    svg(
      "text",
      { x: box.x + left, y: box.y + 13, "font-weight": 600, "font-size": 12, fill: ctx.ink(p) },
      group,
      nameOf(power, wide, 12),
    );
    const kept = svg("text", { x: box.x + left, y: box.y + 28, fill: c.ink }, group),
      parts = svg("text", { x: box.x + left, y: box.y + 42, fill: c.muted, "font-size": 10.5 }, group);
    valueAxis(ctx, group, ticks, y, xs(0), xs(run.T - 1), box.first ? (v) => String(v) : null);
    const zero = came.map(() => 0),
      with2 = came.map((v, t) => v + due[t]),
      all = with2.map((v, t) => v + lapsed[t]);
    svg("path", { d: bandPath(xs, zero, came, y), fill: power.color, "fill-opacity": 0.85 }, group);
    svg("path", { d: bandPath(xs, came, with2, y), fill: power.color, "fill-opacity": 0.3 }, group);
    svg("path", { d: bandPath(xs, with2, all, y), fill: `url(#${ctx.id}-lapsed)` }, group);
    svg(
      "path",
      { d: pathOf(all.map((v, t) => [xs(t), y(v)])), fill: "none", stroke: ctx.ink(p, 3), "stroke-width": 1.2 },
      group,
    );
    before(ctx, group, power, over, sums, xs, y);
    timeAxis(ctx, group, run.dates, xs, base, wide);
    if (p === 0) inPlace(ctx, group, { came, with2, all }, xs, y);
    return {
      group,
      code: power.code,
      xs,
      line: playhead(root, box.y + head - 2, plot + 4),
      say(t) {
        const owed = came[t] + lapsed[t],
          band = chosen < 0 ? keptBand(run, p, t) : "";
        const part = `kept ${Math.round((100 * came[t]) / owed)}\u202f%`,
          [a, b, l] = [came, due, lapsed].map((list) => list[t].toFixed(1));
        const said = owed > 0.005 ? [`${part}${band} of what fell due`, `${part}${band}`, part] : ["nothing due yet"];
        say(kept, longest(said, wide, 11));
        say(parts, longest([`delivered ${a} · due ${b} · lapsed ${l}`, `${a} · ${b} due · ${l} lapsed`, `delivered ${a}`], wide, 10.5));
      },
    };
  });
  let month = -1;
  return {
    tick(t) {
      for (const one of drawn) one.line.style.transform = `translateX(${one.xs(t).toFixed(2)}px)`;
      if (Math.round(t) === month) return;
      month = Math.round(t);
      for (const one of drawn) one.say(month);
    },
    mark() {
      for (const { group, code } of drawn) put(group, "opacity", ctx.power && ctx.power !== code ? 0.65 : 1);
    },
  };
}

// The fullest wording that fits.
function longest(wordings, wide, size) {
  return wordings.find((text) => textWidth(text, size) <= wide) ?? fit(wordings[wordings.length - 1], wide, size);
}

function keptBand(run, p, t) {
  const kept = run.raw.kept,
    from = (q) => kept[(q * run.P + p) * run.T + t];
  return kept && run.raw.worlds > 1 && from(0) >= 0 ? between(from(0) / 10, from(2) / 10) : "";
}

// Lapsed pledges are hatched: absence, in any colour.
function hatch(ctx, root) {
  const pattern = svg(
    "pattern",
    { id: `${ctx.id}-lapsed`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    root,
  );
  svg("rect", { width: 5, height: 5, fill: ctx.c.paper }, pattern);
  svg("rect", { width: 1.6, height: 5, fill: ctx.c.muted }, pattern);
}

// What was delivered before a change, as a dashed line.
function before(ctx, group, power, over, sums, xs, y) {
  const base = ctx.base;
  if (!base || base.raw.id === ctx.run.raw.id || !base.follow.delivered || base.R !== ctx.run.R) return;
  const p = base.powers.findIndex((x) => x.code === power.code);
  if (p < 0) return;
  svg(
    "path",
    {
      d: pathOf(
        sums("delivered", p, base)
          .slice(0, ctx.run.T)
          .map((v, t) => [xs(t), y(v)]),
      ),
      fill: "none",
      stroke: ctx.c.ink,
      "stroke-dasharray": "5 3",
      "stroke-opacity": 0.8,
    },
    group,
  );
}

// The layers are named once, on the first chart, where they are thick enough.
function inPlace(ctx, group, { came, with2, all }, xs, y) {
  const t = Math.max(0, came.length - 2),
    style = {
      x: xs(t),
      "text-anchor": "end",
      "font-size": 10.5,
      "font-weight": 600,
      fill: ctx.c.ink,
      stroke: ctx.c.paper,
      "stroke-width": 3,
      "stroke-opacity": 0.75,
      "paint-order": "stroke",
      "pointer-events": "none",
    };
  for (const [text, low, high] of [
    ["delivered", 0, came[t]],
    ["still due", came[t], with2[t]],
    ["lapsed", with2[t], all[t]],
  ]) {
    if (y(low) - y(high) > 13) svg("text", { ...style, y: (y(low) + y(high)) / 2 + 4 }, group, text);
  }
}

export default makePanel({
  name: "deliveries",
  needs: "run",
  relayout: true,
  title: (ctx) =>
    ctx.focus
      ? `Words and deeds: ${ctx.run?.republics.find((x) => x.code === ctx.focus)?.name ?? ""}`
      : "Words and deeds",
  caption: (ctx) =>
    "Pledges since day one, in points: full colour delivered, pale still due, hatched lapsed. " +
    `World followed${ctx.run.raw.worlds > 1 && !ctx.focus ? "; in brackets, 80 % of worlds" : ""}.`,
  build: buildDeliveries,
  table: (ctx) => [
    ["date", "month", "republic", "power", "accepted", "delivered", "lapsed", "pending"],
    ...(ctx.run.follow.delivered
      ? ctx.run.dates.flatMap((date, t) =>
          ctx.run.republics.flatMap((republic, r) =>
            ctx.run.powers.map((power, p) => [
              date,
              t,
              republic.code,
              power.code,
              ...["accepted", "delivered", "lapsed", "pending"].map((name) =>
                (ctx.run.follow[name][ctx.run.pair(r, p) + t] / PARTS[name]).toFixed(2),
              ),
            ]),
          ),
        )
      : []),
  ],
});
