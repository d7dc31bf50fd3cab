// Outcomes against one number: lines with bands, named at their ends.

function buildCurves(ctx) {
  const data = ctx.raw,
    c = ctx.c,
    { values } = data.x,
    share = data.unit === "share",
    factor = share ? 100 : 1,
    digits = share ? 0 : 2;
  const names = 12 + Math.max(...data.series.map((s) => textWidth(s.name, 11, 600))),
    right = Math.min(names, ctx.width * 0.3),
    plot = clamp(ctx.width * 0.45, 150, 260),
    head = 22,
    left = 40;
  const all = data.series.flatMap((s) => [...s.median, ...(s.low ?? []), ...(s.high ?? [])]).filter(Number.isFinite),
    below = Math.min(0, ...all),
    most = Math.max(...all, below + 1e-6);
  const ticks =
    below < 0
      ? [
          ...niceTicks(-below * factor, 2)
            .slice(1)
            .map((v) => -v)
            .reverse(),
          ...niceTicks(Math.max(most, 0) * factor, 3),
        ]
      : niceTicks(most * factor, 4);
  const [bottom, top] = [ticks[0], ticks.at(-1)],
    wide = ctx.width - left - right,
    [first, last] = [Math.min(...values), Math.max(...values)];
  const xs = (v) => left + ((v - first) / (last - first || 1)) * wide,
    y = (v) => head + plot - ((v * factor - bottom) / (top - bottom)) * plot;
  const root = ctx.chart(
    ctx.width,
    head + plot + 44,
    `${data.title}: ${data.series.map((s) => s.name).join(", ")} against ${data.x.label}`,
  );
  svg("text", { x: 0, y: 11, fill: c.muted }, root, fit(`${data.y?.label ?? ""}${share ? ", %" : ""}`, ctx.width, 11));
  valueAxis(
    ctx,
    root,
    ticks,
    (v) => y(v / factor),
    left,
    left + wide,
    (v) => String(+v.toPrecision(4)).replace("-", "−"),
  );
  const marks = []; // as many as fit, for values need not be even
  for (const v of [...values].sort((a, b) => a - b))
    if (!marks.length || xs(v) - xs(marks.at(-1)) >= 44) marks.push(v);
  for (const v of marks)
    svg(
      "text",
      { x: xs(v), y: head + plot + 15, "text-anchor": "middle", fill: c.muted, "font-size": 10 },
      root,
      String(+v.toPrecision(3)),
    );
  svg(
    "text",
    { x: left + wide, y: head + plot + 33, "text-anchor": "end", fill: c.muted },
    root,
    fit(`${data.x.label} →`, wide, 11),
  );
  if (Number.isFinite(data.mark))
    svg("path", { d: `M${xs(data.mark)} ${head}v${plot}`, stroke: c.muted, "stroke-dasharray": "3 3" }, root);
  const ends = spread(
    data.series.map((s) => y(s.median.at(-1))),
    13,
    head + 4,
    head + plot - 2,
  );
  const groups = data.series.map((s, k) => {
    const color = s.color ?? ["#2f6db3", "#bf4a32", "#1b8a7a", "#d99a1c"][k % 4],
      group = svg("g", {}, root),
      i = (v, n) => xs(values[n]);
    if (s.low && s.high)
      svg("path", { d: bandPath((n) => i(0, n), s.low, s.high, y), fill: color, "fill-opacity": 0.18 }, group);
    svg(
      "path",
      {
        d: pathOf(s.median.map((v, n) => [xs(values[n]), y(v)])),
        fill: "none",
        stroke: inked(color, c.paper, 3),
        "stroke-width": 1.8,
      },
      group,
    );
    svg(
      "text",
      { x: left + wide + 7, y: ends[k] + 4, fill: inked(color, c.paper), "font-weight": 600 },
      group,
      fit(s.name, right - 8, 11, 600),
    );
    return group;
  });
  const cover = svg("rect", { x: left, y: head, width: wide, height: plot, fill: "transparent" }, root);
  cover.addEventListener("pointermove", (event) => {
    const v = first + ((event.clientX - cover.getBoundingClientRect().left) / wide) * (last - first),
      n = values.reduce((a, x, i) => (Math.abs(x - v) < Math.abs(values[a] - v) ? i : a), 0);
    ctx.showTip(event, [
      `${data.x.label} ${+values[n].toPrecision(3)}`,
      ...data.series.map(
        (s) =>
          `${s.name} ${(s.median[n] * factor).toFixed(digits)}` +
          (s.low ? between(s.low[n] * factor, s.high[n] * factor, digits) : ""),
      ),
    ]);
  });
  cover.addEventListener("pointerleave", () => ctx.hideTip());
  return { groups };
}

export default makePanel({
  name: "curves",
  needs: "data",
  still: true,
  title: (ctx) => ctx.raw?.title ?? "",
  caption: (ctx) => ctx.raw.caption ?? "Line: median; band: 80 % of worlds.",
  build: buildCurves,
  table: (ctx) => [
    [ctx.raw.x.label, "series", "low", "median", "high"],
    ...ctx.raw.series.flatMap((s) =>
      ctx.raw.x.values.map((v, n) => [v, s.name, s.low?.[n] ?? "", s.median[n], s.high?.[n] ?? ""]),
    ),
  ],
});
