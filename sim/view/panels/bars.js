// Bars with whiskers, in the order given.

function buildBars(ctx) {
  const data = ctx.raw,
    c = ctx.c,
    rows = data.rows,
    row = 22,
    share = data.unit === "share",
    moves = data.unit === "points", // changes of shares
    factor = share || moves ? 100 : 1,
    digits = data.digits ?? (share ? 0 : moves ? 1 : 2);
  const told = (v) => (moves ? signed(v * factor, digits) : (v * factor).toFixed(digits).replace("-", "−"));
  const label = (one) => one.label ?? one.name,
    values = 48,
    labels = Math.min(ctx.width * 0.45, 10 + Math.max(...rows.map((one) => textWidth(label(one), 12)))),
    wide = ctx.width - labels - values;
  const all = rows.flatMap((one) => [one.value, one.low ?? one.value, one.high ?? one.value]),
    low = Math.min(0, ...all),
    high = Math.max(0, ...all) || 1,
    xs = (v) => labels + ((v - low) / (high - low || 1)) * wide;
  const height = rows.length * row + 4,
    root = ctx.chart(
      ctx.width,
      height,
      `${data.title}: ${rows.map((one) => `${label(one)} ${told(one.value)}`).join("; ")}`,
    );
  svg("path", { d: `M${xs(0).toFixed(1)} 0V${rows.length * row}`, stroke: c.faint }, root);
  rows.forEach((one, i) => {
    const y = i * row + row / 2,
      color = one.color ?? "#5b7fa6",
      group = svg(
        "g",
        {
          class: "sim-hot",
          tabindex: 0,
          role: "button",
          "aria-label": `${label(one)} ${told(one.value)}`,
          "data-bar": one.name,
        },
        root,
      );
    svg(
      "rect",
      {
        class: "sim-ring",
        x: -4,
        y: y - row / 2 + 1,
        width: ctx.width + 8,
        height: row - 2,
        fill: "transparent",
        rx: 3,
      },
      group,
    );
    svg("text", { x: 0, y: y + 4, "font-size": 12, fill: c.ink }, group, fit(label(one), labels - 10, 12));
    svg(
      "rect",
      {
        x: Math.min(xs(0), xs(one.value)).toFixed(1),
        y: y - 6,
        width: Math.max(1, Math.abs(xs(one.value) - xs(0))).toFixed(1),
        height: 12,
        fill: inked(color, c.paper, 2),
      },
      group,
    );
    if (one.low !== undefined && one.high !== undefined)
      svg(
        "path",
        {
          d: whisker(xs(one.low), xs(one.high), y, 3),
          stroke: c.ink,
          "stroke-width": 1.1,
        },
        group,
      );
    svg(
      "text",
      { x: ctx.width, y: y + 4, "text-anchor": "end", "font-size": 12, fill: c.ink },
      group,
      told(one.value) + (share ? "\u202f%" : ""),
    );
    group.addEventListener("pointermove", (event) =>
      ctx.showTip(event, [
        label(one),
        told(one.value) + (one.low !== undefined ? ` [${told(one.low)} to ${told(one.high)}]` : ""),
        ...(one.about ? [one.about] : []),
      ]),
    );
    group.addEventListener("pointerleave", () => ctx.hideTip());
    activate(group, () => ctx.click({ kind: "bar", name: one.name }));
  });
  return {};
}

export default makePanel({
  name: "bars",
  needs: "data",
  still: true,
  title: (ctx) => ctx.raw?.title ?? "",
  caption: (ctx) => ctx.raw.caption ?? "",
  build: buildBars,
  table: (ctx) => [
    ["name", "value", "low", "high"],
    ...ctx.raw.rows.map((one) => [one.name, one.value, one.low ?? "", one.high ?? ""]),
  ],
});
