// Who got which project: the followed world's as bars, and how it goes over worlds as a table.

const THICKNESS = [4, 15], // pixels, of the smallest and the largest project
  LABEL = 12,
  LANE_GAP = 5,
  MOST_LANES = 14, // a republic's, above which bars lie closer and only those with room for it are labelled
  NAME_ROOM = 96;

function buildProjects(ctx) {
  const run = ctx.run;
  if (!run.follow.projects || !run.raw.projects) {
    html("p", { class: "sim-note" }, ctx.body, "This result did not keep projects.");
    return {};
  }
  const shown = run.follow.projects.rows
    .map((row, n) => ({ ...asProject(row), said: run.follow.projects.said[n] }))
    .filter((one) => !ctx.focus || run.republics[one.r].code === ctx.focus);
  const drawn = timeline(ctx, shown);
  signs(ctx);
  overWorlds(ctx);
  oneByOne(ctx, shown);
  return drawn;
}

function asProject([month, until, r, p, opener, sector, size, delivered, lapsed, cancelled, pending, rivals, state]) {
  const gone = !!(state & 1),
    stalled = !!(state & 2);
  return { month, until, r, p, opener, sector, size: size / 100, delivered, lapsed, cancelled, pending, rivals, gone, stalled };
}

function timeline(ctx, shown) {
  const run = ctx.run,
    narrow = ctx.width < 560,
    left = narrow || ctx.focus ? 0 : NAME_ROOM,
    wide = ctx.width - left,
    xs = (t) => left + (t / Math.max(run.T - 1, 1)) * wide,
    largest = Math.max(0.01, ...run.follow.projects.rows.map((row) => row[6] / 100));
  const groups = run.republics
    .map((republic, r) => ({ republic, bars: lanes(ctx, shown.filter((one) => one.r === r), xs, largest) }))
    .filter(({ republic }) => !ctx.focus || republic.code === ctx.focus);
  const head = narrow && !ctx.focus ? 18 : 4;
  const height = groups.reduce((sum, { bars }) => sum + head + bars.height, 0) + 22,
    root = ctx.chart(
      ctx.width,
      height,
      `Projects of the world followed${ctx.focus ? ` in ${run.name(ctx.focus)}` : ""}; up and down go from one to the next`,
    );
  const base = height - 20;
  for (const [month] of yearTicks(run.dates, wide))
    svg("path", { d: `M${xs(month).toFixed(1)} 0V${base}`, stroke: ctx.c.grid }, root);
  timeAxis(ctx, root, run.dates, xs, base, wide);
  const nodes = [];
  let y = 0;
  for (const { republic, bars } of groups) {
    svg("path", { d: `M0 ${y + 0.5}H${ctx.width}`, stroke: ctx.c.grid }, root);
    if (!ctx.focus) {
      const name = svg("text", { x: 0, y: y + 15, "font-weight": 600, "font-size": 12, fill: ctx.c.ink }, root);
      name.textContent = nameOf(republic, narrow ? wide : NAME_ROOM - 10, 12);
      ctx.republic(name, republic.code, `${republic.name}: show its projects alone`);
    }
    if (!bars.all.length)
      svg("text", { x: left + 2, y: y + head + 14, fill: ctx.c.muted }, root, "no project taken in this world");
    for (const bar of bars.all) nodes.push({ ...bar, node: draw(ctx, root, bar, y + head) });
    y += head + bars.height;
  }
  roving(ctx, nodes);
  const line = playhead(root, 0, base);
  let month = -1;
  const shade = () => {
    for (const { one, node } of nodes) {
      const aside =
        (ctx.power && run.powers[one.p].code !== ctx.power) ||
        (ctx.sector !== "overall" && run.follow.projects.sectors[one.sector] !== ctx.sector);
      put(node, "opacity", one.month > month ? 0.25 : aside ? 0.35 : 1);
    }
  };
  return {
    tick(t) {
      line.style.transform = `translateX(${xs(t).toFixed(2)}px)`;
      if (Math.round(t) === month) return;
      month = Math.round(t);
      shade();
    },
    mark: shade,
  };
}

// One republic's projects in lanes: as few as hold them without any lying on another.
function lanes(ctx, shown, xs, largest) {
  const run = ctx.run,
    right = xs(run.T - 1);
  const all = shown.map((one) => {
    const power = run.powers[one.p],
      label = `${nameOf(power, 96, 10.5, 400)}: ${run.follow.projects.sectors[one.sector]}`,
      room = textWidth(label, 10.5),
      begin = xs(one.month - 0.5),
      end = Math.max(begin + 3, Math.min(xs(one.until + 0.5), right));
    return {
      one,
      label,
      begin,
      end,
      at: Math.max(xs(0), Math.min(begin, right - room)),
      room,
      high: THICKNESS[0] + (THICKNESS[1] - THICKNESS[0]) * Math.sqrt(one.size / largest),
    };
  });
  const pack = (from, to) => {
    const free = [];
    for (const bar of all) {
      const lane = free.findIndex((taken) => taken + 8 <= from(bar));
      bar.lane = lane < 0 ? free.length : lane;
      free[bar.lane] = to(bar);
    }
    return free.length;
  };
  let count = pack(
    (bar) => Math.min(bar.at, bar.begin),
    (bar) => Math.max(bar.end, bar.at + bar.room),
  );
  if (count > MOST_LANES)
    count = pack(
      (bar) => bar.begin,
      (bar) => bar.end,
    );
  let foot = 0;
  for (let lane = 0; lane < count; lane += 1) {
    const mine = all.filter((bar) => bar.lane === lane);
    foot += LABEL + Math.max(...mine.map((bar) => bar.high)) + LANE_GAP;
    mine.forEach((bar, i) => {
      bar.foot = foot - LANE_GAP;
      bar.labelled =
        (i === 0 || mine[i - 1].end + 4 <= bar.at) && (i + 1 === mine.length || bar.at + bar.room + 4 <= mine[i + 1].at);
    });
  }
  return { all, height: Math.max(foot, 20) + 6 };
}

// A bar, hollow where more has lapsed than came, with a cross where a third or more was called off.
function draw(ctx, root, { one, label, begin, end, at, high, foot, labelled }, top) {
  const color = ctx.color(one.p),
    y = top + foot - high,
    group = svg("g", { "data-project": `${one.month}-${one.r}` }, root);
  svg("rect", { x: begin, y: y - LABEL, width: end - begin, height: high + LABEL, fill: "none", "pointer-events": "all" }, group);
  svg(
    "rect",
    {
      class: "sim-ring sim-bar",
      x: one.stalled ? begin + 0.6 : begin,
      y: one.stalled ? y + 0.6 : y,
      width: (end - begin - (one.stalled ? 1.2 : 0)).toFixed(1),
      height: (high - (one.stalled ? 1.2 : 0)).toFixed(1),
      fill: one.stalled ? ctx.c.paper : color,
      stroke: one.stalled ? ctx.ink(one.p, 3) : "none",
      "stroke-width": 1.2,
    },
    group,
  );
  if (one.gone) cross(group, end, y + high / 2, ctx.c);
  if (labelled) svg("text", { x: at.toFixed(1), y: (y - 3).toFixed(1), "font-size": 10.5, fill: ctx.ink(one.p) }, group, label);
  for (const [key, value] of Object.entries({ tabindex: -1, role: "button", "aria-label": one.said || label })) group.setAttribute(key, value);
  group.classList.add("sim-hot");
  const lines = (one.said || label).split(/(?<=\.) /);
  group.addEventListener("pointermove", (event) => ctx.showTip(event, lines));
  group.addEventListener("pointerleave", () => ctx.hideTip());
  group.addEventListener("focus", () => {
    const box = group.getBoundingClientRect();
    ctx.showTip({ clientX: box.left, clientY: box.bottom }, lines);
  });
  group.addEventListener("blur", () => ctx.hideTip());
  activate(group, () => ctx.seek(one.month));
  return group;
}
function cross(parent, x, y, c) {
  const d = `M${(x - 3.5).toFixed(1)} ${(y - 3.5).toFixed(1)}l7 7m0 -7l-7 7`;
  svg("path", { d, stroke: c.paper, "stroke-width": 4.5, fill: "none" }, parent);
  svg("path", { class: "sim-gone", d, stroke: c.ink, "stroke-width": 2, fill: "none" }, parent);
}

// One stop of the Tab key for all bars; up and down go from one to the next.
function roving(ctx, nodes) {
  nodes.forEach(({ one, node }, n) => {
    node.setAttribute("tabindex", n ? -1 : 0);
    node.dataset.key = `p-${one.month}-${one.r}`;
    node.addEventListener("keydown", (event) => {
      const next = nodes[n + { ArrowDown: 1, ArrowUp: -1 }[event.key]]?.node;
      if (!next) return;
      event.preventDefault();
      node.setAttribute("tabindex", -1);
      next.setAttribute("tabindex", 0);
      next.focus();
    });
  });
}

function signs(ctx) {
  const row = html("div", { class: "sim-legend sim-signs" }, ctx.body);
  for (const [text, paint] of [
    ["thicker: larger", (to) => [4, 8, 15].forEach((high, i) => svg("rect", { x: 13 * i, y: 8 - high / 2, width: 8, height: high, fill: ctx.c.muted }, to))],
    ["more lapsed than delivered", (to) => svg("rect", { x: 0.6, y: 4, width: 33, height: 8, fill: "none", stroke: ctx.c.muted, "stroke-width": 1.2 }, to)],
    ["a third or more called off", (to) => cross(to, 17, 8, ctx.c)],
  ]) {
    const item = html("span", {}, row);
    paint(svg("svg", { width: 34, height: 16, "aria-hidden": "true" }, item));
    item.append(text);
  }
}

// The same in sentences, for those who rather read; open where one republic is chosen.
function oneByOne(ctx, shown) {
  if (!shown.length) return;
  const box = html("details", { class: "sim-told" }, ctx.body);
  box.open = ctx.reading ?? !!ctx.focus;
  html("summary", { "data-key": "told" }, box, `Who won what, one by one (${shown.length})`);
  const list = html("ol", {}, box);
  for (const { said } of shown) html("li", {}, list, said.replaceAll(/(\d) (?=%|points?\b)/g, "$1\u00a0"));
  box.addEventListener("toggle", () => {
    ctx.reading = box.open;
  });
}

function overWorlds(ctx) {
  const run = ctx.run,
    { table, met, said } = run.raw.projects,
    place = ctx.focus ? run.republics.findIndex((x) => x.code === ctx.focus) + 1 : 0;
  html("h4", {}, ctx.body, `Over ${run.raw.worlds} worlds`);
  html("p", { class: "sim-say" }, ctx.body, said[place].replaceAll(/(\d) (?=%|points?\b)/g, "$1\u00a0"));
  const pane = html("div", { class: "sim-wide", tabindex: 0, role: "region", "aria-label": "Projects by power, over worlds" }, ctx.body),
    grid = html("table", { class: "sim-table" }, pane),
    heads = html("tr", {}, html("thead", {}, grid)),
    body = html("tbody", {}, grid);
  const against = run.powers.map((power) => `against ${power.short ?? power.name}`);
  for (const text of ["Power", "projects a world", "80 % of worlds", "mean size", "called off", ...against])
    html("th", { scope: "col" }, heads, text);
  run.powers.forEach((power, p) => {
    const row = html("tr", {}, body),
      [mean, low, high, size, gone] = table[place][p];
    html("th", { scope: "row", style: `color:${ctx.ink(p)}` }, row, power.name);
    const none = "–";
    for (const text of [
      mean.toFixed(1),
      `${low.toFixed(0)}–${high.toFixed(0)}`,
      size === null ? none : size.toFixed(2),
      gone === null ? none : part(gone),
      ...met[place][p].map(([often, won], q) => (p === q || often < 0.05 ? none : `won ${part(won / often)} of ${often.toFixed(1)}`)),
    ])
      html("td", {}, row, text);
  });
  html(
    "p",
    { class: "sim-note" },
    ctx.body,
    "Mean size in points; called off: part of the points agreed. Against another: of the projects a world that both bid for, the part this power won.",
  );
}
function part(share) {
  return `${Math.round(100 * share)}\u00a0%`;
}

export default makePanel({
  name: "projects",
  needs: "run",
  relayout: true,
  title: (ctx) => (ctx.focus ? `Who wins the projects: ${ctx.run?.name(ctx.focus) ?? ""}` : "Who wins the projects"),
  caption: (ctx) =>
    `Projects of the world followed (no. ${ctx.run.follow.world}): a bar from the month in which the republic takes a power’s bid until two thirds ` +
    "of it have fallen due or been called off; bars that reach the right edge are not over. Point at one to see who bid against whom.",
  build: buildProjects,
  table: (ctx) => [
    ["date", "month", "until", "republic", "power", "opener", "sector", "size", "rivals", "delivered", "lapsed", "cancelled", "pending"],
    ...(ctx.run.follow.projects?.rows ?? []).map(asProject).map((one) => [
      ctx.run.dates[one.month],
      one.month,
      one.until,
      ctx.run.republics[one.r].code,
      ctx.run.powers[one.p].code,
      ctx.run.powers[one.opener].code,
      ctx.run.follow.projects.sectors[one.sector],
      one.size.toFixed(2),
      ctx.run.powers.filter((_, q) => (one.rivals >> q) & 1).map((power) => power.code).join(" "),
      ...["delivered", "lapsed", "cancelled", "pending"].map((name) => (one[name] / 100).toFixed(2)),
    ]),
  ],
});
