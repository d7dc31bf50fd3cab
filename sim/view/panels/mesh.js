// The ground of the triangle: its corners, its colours, the part of it to look at closely.

const MESH = 18;

// Corners: the first three powers; with fewer, "others" takes a corner.
function corners(ctx) {
  const found = ctx.run.powers
    .slice(0, 3)
    .map((power, p) => ({ name: power.short, full: power.name, color: power.color, ink: ctx.ink(p), p }));
  if (found.length < 3) found.push({ name: "others", full: "others", color: "#8a9099", ink: ctx.c.muted, p: -1 });
  if (found.length < 3) found.push({ name: "", full: "", color: "#8a9099", ink: ctx.c.muted, p: -2 });
  return found;
}
function weights(shares, P) {
  if (P >= 3) return shares.slice(0, 3);
  const rest = Math.max(0, 1000 - shares.reduce((a, b) => a + b, 0));
  return P === 2 ? [shares[0], shares[1], rest] : [shares[0], rest, 0];
}

// The smallest share of each corner among all dots and specks: the part of the triangle to look at closely.
function closeUp(ctx) {
  const run = ctx.run,
    low = [1, 1, 1];
  const take = (shares) => {
    const w = weights(shares, run.P),
      sum = w[0] + w[1] + w[2] || 1;
    w.forEach((v, i) => {
      low[i] = Math.min(low[i], v / sum);
    });
  };
  for (let r = 0; r < run.R; r += 1) {
    for (let t = 0; t < run.T; t += 1) take(run.powers.map((_, p) => run.share(ctx.sector, r, p, t)));
    const { worlds, months, share } = run.raw.cloud;
    for (let w = 0; w < (ctx.sector === "overall" ? worlds : 0); w += 1) {
      take(run.powers.map((_, p) => share[(((months.length - 1) * run.R + r) * run.P + p) * worlds + w]));
    }
  }
  return low.map((v) => Math.max(0, v - 0.03));
}
// The part they are in, until the whole is asked for.
function isClose(ctx) {
  return ctx.close ?? true;
}
function zoomSwitch(ctx) {
  const choose = (value) => {
    ctx.close = value === "close";
  };
  const options = [
    ["close", "Close-up"],
    ["whole", "Whole"],
  ];
  ctx.switch("Part", options, isClose(ctx) ? "close" : "whole", choose, "sim-corner");
}

function mesh(root, at3, floor, span, colors, c) {
  const ground = svg("g", { "shape-rendering": "crispEdges" }, root),
    n = MESH;
  const spot = (w) => [0, 1].map((k) => (w[0] * at3[0][k] + w[1] * at3[1][k] + w[2] * at3[2][k]) / n);
  const cell = (points, w) => {
    const fill = blend(
      w.map((v, i) => floor[i] + (v / n) * span),
      colors,
      c.pale,
    );
    svg("path", { d: `${pathOf(points.map(spot))}Z`, fill, stroke: fill, "stroke-width": 0.7 }, ground);
  };
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n - i; j += 1) {
      const k = n - i - j,
        tip = (a, b) => [a, b, n - a - b];
      cell([tip(i, j), tip(i + 1, j), tip(i, j + 1)], [i + 1 / 3, j + 1 / 3, k - 2 / 3]);
      if (k > 1) cell([tip(i + 1, j), tip(i, j + 1), tip(i + 1, j + 1)], [i + 2 / 3, j + 2 / 3, k - 4 / 3]);
    }
  }
}

// Where one power has a half: beyond the line it holds more than the other two together.
function guides(ctx, root, place, at3, side) {
  const clip = `${ctx.id}-in`;
  svg("path", { d: `${pathOf(at3)}Z` }, svg("clipPath", { id: clip }, root));
  const lines = svg(
    "g",
    { "clip-path": `url(#${clip})`, stroke: ctx.c.paper, "stroke-width": 1, "stroke-opacity": 0.8, fill: "none" },
    root,
  );
  for (let i = 0; i < 3; i += 1) {
    const [a, b] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    a[i] = b[i] = 50;
    a[(i + 1) % 3] = b[(i + 2) % 3] = 50;
    svg("path", { d: pathOf([place(a), place(b)]) }, lines);
  }
  if (side > 240 && !isClose(ctx)) {
    const [x, y] = place([50, 0, 50]);
    svg("text", { x: x - 6, y: y - 4, "text-anchor": "end", fill: ctx.c.muted, "font-size": 10 }, root, "half");
  }
}
