// A grid of values: two numbers varied, one outcome.

function shown(data, v) {
  if (v === null || v === undefined || Number.isNaN(v)) return "–";
  const share = data.unit === "share",
    text = data.diverging
      ? signed(v * (share ? 100 : 1), data.digits ?? (share ? 0 : 2))
      : (v * (share ? 100 : 1)).toFixed(data.digits ?? (share ? 0 : 2));
  return text;
}
const tick = (v) => (typeof v === "number" ? String(+v.toPrecision(3)) : String(v));

function buildHeat(ctx) {
  const data = ctx.raw,
    c = ctx.c,
    { x, y, values } = data,
    left = 12 + Math.max(24, ...y.ticks.map((v) => textWidth(tick(v), 11))),
    foot = 40,
    key = 46;
  const wide = ctx.width - left,
    columns = x.ticks.length,
    rows = y.ticks.length,
    w = wide / columns,
    h = clamp(Math.min(w * 0.75, 340 / rows), 14, 46),
    height = key + rows * h + foot;
  const flat = values.flat().filter((v) => v !== null && Number.isFinite(v)),
    low = Math.min(...flat),
    high = Math.max(...flat),
    far = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const warm = data.color ?? "#2f6db3",
    cold = rgb(warm)[0] > rgb(warm)[2] ? "#2f7d75" : "#b3583a",
    ground = ctx.theme === "dark" ? "#262c35" : "#f1f2f4";
  const fill = (v) => {
    if (v === null || !Number.isFinite(v)) return c.paper;
    const part = data.diverging ? v / far : (v - low) / (high - low || 1);
    return mixed(ground, part < 0 ? cold : warm, 0.06 + 0.94 * Math.abs(part));
  };
  const root = ctx.chart(ctx.width, height, `${data.title}: ${data.y.label} against ${data.x.label}`);
  scale(ctx, root, data, fill, [data.diverging ? -far : low, data.diverging ? far : high], left);
  svg("text", { x: 0, y: key - 10, fill: c.muted }, root, fit(`${y.label} ↓`, ctx.width * 0.45, 11));
  const nodes = values.map((line, j) =>
    line.map((v, i) => {
      const color = fill(v),
        box = { x: left + i * w, y: key + (rows - 1 - j) * h },
        group = svg(
          "g",
          {
            class: "sim-hot",
            tabindex: i + j ? -1 : 0,
            role: "button",
            "aria-label": `${x.label} ${tick(x.ticks[i])}, ${y.label} ${tick(y.ticks[j])}: ${shown(data, v)}`,
            "data-cell": `${i},${j}`,
          },
          root,
        );
      svg("rect", { class: "sim-ring", ...box, width: Math.max(1, w - 1), height: h - 1, fill: color }, group);
      if (w > 30 && h > 15)
        svg(
          "text",
          {
            x: box.x + w / 2,
            y: box.y + h / 2 + 4,
            "text-anchor": "middle",
            fill: contrast(color, "#ffffff") > contrast(color, "#12161c") ? "#ffffff" : "#12161c",
            "pointer-events": "none",
          },
          group,
          shown(data, v),
        );
      group.addEventListener("pointermove", (event) =>
        ctx.showTip(event, [shown(data, v), `${x.label} ${tick(x.ticks[i])}`, `${y.label} ${tick(y.ticks[j])}`]),
      );
      group.addEventListener("pointerleave", () => ctx.hideTip());
      activate(group, () => ctx.click({ kind: "cell", x: x.ticks[i], y: y.ticks[j], value: v }));
      return group;
    }),
  );
  walk(nodes);
  y.ticks.forEach((v, j) =>
    svg(
      "text",
      { x: left - 6, y: key + (rows - 1 - j) * h + h / 2 + 4, "text-anchor": "end", fill: c.muted },
      root,
      tick(v),
    ),
  );
  const every = Math.ceil(40 / w);
  x.ticks.forEach((v, i) => {
    if (i % every === 0)
      svg(
        "text",
        { x: left + (i + 0.5) * w, y: key + rows * h + 14, "text-anchor": "middle", fill: c.muted },
        root,
        tick(v),
      );
  });
  svg(
    "text",
    { x: left + wide, y: key + rows * h + 32, "text-anchor": "end", fill: c.muted },
    root,
    fit(`${x.label} →`, wide, 11),
  );
  return {};
}

// Colours and what they stand for.
function scale(ctx, root, data, fill, [low, high], left) {
  const wide = Math.min(180, ctx.width - left - 90),
    from = ctx.width - wide,
    n = 24;
  for (let i = 0; i < n; i += 1)
    svg(
      "rect",
      {
        x: from + (i * wide) / n,
        y: 6,
        width: wide / n + 0.6,
        height: 9,
        fill: fill(low + ((high - low) * i) / (n - 1)),
      },
      root,
    );
  svg("text", { x: from, y: 28, fill: ctx.c.muted, "font-size": 10 }, root, shown(data, low));
  svg(
    "text",
    { x: ctx.width, y: 28, "text-anchor": "end", fill: ctx.c.muted, "font-size": 10 },
    root,
    shown(data, high) + (data.unit === "share" ? "\u202f%" : ""),
  );
}

// One stop for Tab, arrows inside.
function walk(nodes) {
  nodes.forEach((line, j) =>
    line.forEach((node, i) =>
      node.addEventListener("keydown", (event) => {
        const [di, dj] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [
            0, 0,
          ],
          next = nodes[j + dj]?.[i + di];
        if (!(di || dj) || !next) return;
        event.preventDefault();
        node.setAttribute("tabindex", -1);
        next.setAttribute("tabindex", 0);
        next.focus();
      }),
    ),
  );
}

export default makePanel({
  name: "heat",
  needs: "data",
  still: true,
  title: (ctx) => ctx.raw?.title ?? "",
  caption: (ctx) => ctx.raw.caption ?? "Each cell is one setting of both numbers.",
  build: buildHeat,
  table: (ctx) => [
    [ctx.raw.x.label, ctx.raw.y.label, "value"],
    ...ctx.raw.values.flatMap((line, j) => line.map((v, i) => [ctx.raw.x.ticks[i], ctx.raw.y.ticks[j], v ?? ""])),
  ],
});
