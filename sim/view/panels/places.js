// What stands on the map: badges of powers on its frame, names of republics, chips for those it does not show.

function sides(ctx, width, height) {
  // Badges stand on the frame, on the way to the power's capital; powers without a place of their own share the foot.
  const spare = [
    [0.9, 1],
    [0.5, 1],
    [0.1, 1],
    [1, 0.9],
    [0, 0.9],
    [1, 0.1],
  ];
  const badges = ctx.run.powers.map((power, p) => {
    const [ax, ay] = GEO.anchors[power.code] ?? spare[p % spare.length];
    const wide = textWidth(power.short, 11, 600) + 16;
    return {
      p,
      ax,
      ay,
      wide,
      x: clamp(ax * width, wide / 2 + 6, width - wide / 2 - 6),
      y: clamp(ay * height, 16, height - 16),
    };
  });
  for (const edge of [0, 1]) {
    const column = badges.filter((b) => b.ax === edge && b.ay > 0 && b.ay < 1);
    spread(
      column.map((b) => b.y),
      26,
      16,
      height - 16,
    ).forEach((y, i) => {
      column[i].y = y;
    });
  }
  return badges;
}

// The name, and under it what has moved most since day one, in the colour of that power, and how sure that is.
function placeName(ctx, root, { code, r, name }, k, [x, y]) {
  const run = ctx.run,
    c = ctx.c,
    roomy = k > 0.55,
    size = roomy ? 12 : 10,
    small = roomy ? 11 : 9.5;
  const both = svg(
    "g",
    {
      "pointer-events": "none",
      "text-anchor": "middle",
      stroke: c.paper,
      "stroke-width": 3,
      "stroke-opacity": 0.85,
      "paint-order": "stroke",
      "stroke-linejoin": "round",
    },
    root,
  );
  svg(
    "text",
    { x, y: y - 2, fill: c.ink, "font-size": size, "font-weight": 600 },
    both,
    k > 0.42 ? nameOf({ code, name }, 152 * k, size) : code,
  );
  const plate = svg("rect", { rx: 6, height: roomy ? 15 : 12, y: y + (roomy ? 1 : 0), fill: c.paper, "fill-opacity": 0.88, stroke: "none" }, both);
  const moved = svg("text", { x, y: y + (roomy ? 12 : 9), "font-size": small, "data-moved": code, stroke: "none" }, both);
  return (month) => {
    const { p, change, sure } = run.drift(ctx.sector, r, month).main;
    const still = Math.abs(change) < 1;
    put(moved, "fill", still ? c.muted : ctx.ink(p, 5));
    put(moved, "font-weight", sure >= 0.9 && !still ? 600 : 400);
    const head = `${change > 0 ? "▲" : "▼"} ${run.powers[p].short} ${signed(change / 10, 1)}`,
      tail = run.raw.worlds > 1 && k > 0.5 ? ` · ${Math.round(100 * sure)}\u202f%` : "";
    const text = still ? (month ? "±0" : "") : head + tail,
      wide = text ? textWidth(text, small, 600) + 8 : 0;
    say(moved, text);
    put(plate, "x", (x - wide / 2).toFixed(1));
    put(plate, "width", wide.toFixed(1));
  };
}

function drawBadges(ctx, root, badges) {
  for (const badge of badges) {
    const power = ctx.run.powers[badge.p],
      dark =
        contrast(power.color, "#ffffff") < 4.5 && contrast(power.color, "#12161c") > contrast(power.color, "#ffffff");
    const node = svg(
      "g",
      {
        class: "sim-hot",
        tabindex: 0,
        role: "button",
        "aria-label": `${power.name}; show alone`,
        "data-key": `p-${power.code}`,
        "data-power": power.code,
      },
      root,
    );
    svg(
      "rect",
      {
        class: "sim-ring",
        x: badge.x - badge.wide / 2,
        y: badge.y - 10,
        width: badge.wide,
        height: 20,
        rx: 10,
        fill: dark ? power.color : inked(power.color, "#ffffff", 4.5),
        stroke: ctx.c.paper,
        "stroke-width": 1.5,
      },
      node,
    );
    svg(
      "text",
      {
        x: badge.x,
        y: badge.y + 4,
        "text-anchor": "middle",
        fill: dark ? "#12161c" : "#ffffff",
        "font-size": 11,
        "font-weight": 600,
        "pointer-events": "none",
      },
      node,
      power.short,
    );
    activate(node, () => ctx.togglePower(power.code));
    badge.node = node;
  }
}

// Republics of a scenario that this map does not show.
function drawChips(ctx, chips) {
  if (!chips.length) return [];
  const row = html("div", { class: "sim-chips", style: "margin:8px 0 0" }, ctx.body);
  html("span", { style: "font-size:12px;color:var(--muted)" }, row, "Not on this map:");
  return chips.map(({ code, name, r }) => {
    const button = html("button", { class: "sim-chip", type: "button" }, row);
    const node = html(
      "span",
      { style: "display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:5px" },
      button,
    );
    button.append(name);
    ctx.republic(button, code, `${name}; select`);
    button.classList.remove("sim-hot");
    return { node, r };
  });
}
