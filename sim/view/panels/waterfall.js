// From one share to another by what moved it: each bar starts where the one before ended.

function unitOf(data) {
  const share = (data.unit ?? "share") === "share",
    digits = data.digits ?? (share ? 1 : 2),
    factor = share ? 100 : 1;
  return {
    share,
    level: (v) => `${(v * factor).toFixed(digits)}${share ? "\u202f%" : ""}`,
    move: (v) => signed(v * factor, digits),
  };
}

function buildWaterfall(ctx) {
  const data = ctx.raw,
    c = ctx.c,
    unit = unitOf(data),
    parts = data.parts ?? [],
    row = 26,
    width = ctx.width;
  const labels = Math.min(
    width * (width < 480 ? 0.5 : 0.4),
    34 + Math.max(60, ...parts.map((part) => textWidth(part.label ?? part.name, 12))),
  );
  const values = width < 480 ? 56 : 92,
    wide = width - labels - values,
    steps = [];
  let sum = data.start;
  for (const part of parts) {
    steps.push({ ...part, from: sum, to: sum + part.median });
    sum += part.median;
  }
  const rest = data.end - sum,
    shown =
      Math.abs(rest) > 0.0005
        ? [...steps, { name: "rest", label: "what these do not explain alone", from: sum, to: data.end, median: rest }]
        : steps;
  const spans = shown
    .flatMap((s) => [s.from, s.to, s.from + (s.low ?? s.median), s.from + (s.high ?? s.median)])
    .concat(data.start, data.end);
  const low = Math.min(...spans),
    high = Math.max(...spans),
    pad = (high - low || 0.01) * 0.06;
  const xs = (v) => labels + ((v - low + pad) / (high - low + 2 * pad)) * wide,
    height = (shown.length + 2) * row + 4;
  const root = ctx.chart(
    width,
    height,
    [
      `${data.title}. ${data.startLabel ?? "From"} ${unit.level(data.start)}`,
      ...shown.map((s) => `${s.label ?? s.name} ${unit.move(s.median)}`),
      `${data.endLabel ?? "to"} ${unit.level(data.end)}`,
    ].join("; "),
  );
  const level = (i, text, v) => {
    const y = i * row + row / 2;
    svg(
      "text",
      { x: 0, y: y + 4, "font-weight": 600, "font-size": 12, fill: c.ink },
      root,
      fit(text, labels - 8, 12, 600),
    );
    svg("path", { d: `M${xs(v).toFixed(1)} ${y - 9}v18`, stroke: c.ink, "stroke-width": 3 }, root);
    svg(
      "text",
      { x: width, y: y + 4, "text-anchor": "end", "font-weight": 600, "font-size": 12, fill: c.ink },
      root,
      unit.level(v),
    );
  };
  level(0, data.startLabel ?? "Start", data.start);
  shown.forEach((part, i) => {
    const y = (i + 1) * row + row / 2,
      group = svg("g", { "data-part": part.name }, root);
    const color =
      part.color ??
      (part.name === "rest"
        ? c.faint
        : part.median < 0
          ? ctx.theme === "dark"
            ? "#d98a6a"
            : "#b3583a"
          : ctx.theme === "dark"
            ? "#62a8a0"
            : "#2f7d75");
    svg(
      "path",
      { d: `M${xs(part.from).toFixed(1)} ${y - row + 8}V${y + 8}`, stroke: c.faint, "stroke-dasharray": "2 2" },
      group,
    );
    svg(
      "rect",
      {
        x: Math.min(xs(part.from), xs(part.to)).toFixed(1),
        y: y - 7,
        width: Math.max(1, Math.abs(xs(part.to) - xs(part.from))).toFixed(1),
        height: 14,
        fill: color,
      },
      group,
    );
    if (part.low !== undefined && part.high !== undefined) {
      svg(
        "path",
        {
          d: whisker(xs(part.from + part.low), xs(part.from + part.high), y, 4),
          stroke: c.ink,
          "stroke-width": 1.1,
        },
        group,
      );
    }
    svg("text", { x: 0, y: y + 4, "font-size": 12, fill: c.ink }, group, fit(part.label ?? part.name, labels - 8, 12));
    const range = part.low !== undefined ? ` [${unit.move(part.low)}, ${unit.move(part.high)}]` : "";
    svg(
      "text",
      { x: width, y: y + 4, "text-anchor": "end", "font-size": 12, fill: c.ink },
      group,
      unit.move(part.median),
    );
    group.addEventListener("pointermove", (event) =>
      ctx.showTip(event, [
        part.label ?? part.name,
        `${unit.move(part.median)}${range}`,
        ...(part.about ? [part.about] : []),
      ]),
    );
    group.addEventListener("pointerleave", () => ctx.hideTip());
  });
  level(shown.length + 1, data.endLabel ?? "End", data.end);
  return {};
}

export default makePanel({
  name: "waterfall",
  needs: "data",
  still: true,
  title: (ctx) => ctx.raw?.title ?? "Why",
  caption: (ctx) =>
    ctx.raw.caption ??
    "Read downwards: each bar starts where the one above ends, so that all add up. Whiskers: 80 % of worlds.",
  build: buildWaterfall,
  table: (ctx) => [
    ["name", "label", "low", "median", "high"],
    ["start", "", "", ctx.raw.start, ""],
    ...(ctx.raw.parts ?? []).map((p) => [p.name, p.label ?? p.name, p.low ?? "", p.median, p.high ?? ""]),
    ["end", "", "", ctx.raw.end, ""],
  ],
});
