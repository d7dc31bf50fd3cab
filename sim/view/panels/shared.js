// What all panels share: drawing, colour, numbers, a run with its axes. sim/view/panels.py puts this, frame.js and a
// panel's own file together as one module; no build step, no third-party code.

const FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const THEMES = {
  light: {
    paper: "#ffffff",
    ink: "#1d2433",
    muted: "#5a6271",
    grid: "#e4e7eb",
    faint: "#aab1bc",
    land: "#ebe8e2",
    water: "#dde8f1",
    border: "#ffffff",
    pale: "#f3f0ea",
    mark: "#1d2433",
  },
  dark: {
    paper: "#171b22",
    ink: "#e8eaee",
    muted: "#a3abb8",
    grid: "#2b313b",
    faint: "#5f6876",
    land: "#262a31",
    water: "#10151b",
    border: "#171b22",
    pale: "#454a52",
    mark: "#e8eaee",
  },
};

// -- elements ---------------------------------------------------------------------------------------------------------

function svg(tag, attrs = {}, parent = null, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attrs))
    if (value !== undefined && value !== null) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

function html(tag, attrs = {}, parent = null, text = null) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (key === "on") for (const [name, act] of Object.entries(value)) node.addEventListener(name, act);
    else if (value !== undefined && value !== null) node.setAttribute(key, value);
  }
  if (text !== null) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

// An attribute is written only where it changes: most do not, most of the time.
function put(node, name, value) {
  const key = `_${name}`;
  if (node[key] !== value) {
    node[key] = value;
    node.setAttribute(name, value);
  }
}
function say(node, text) {
  if (node._said !== text) {
    node._said = text;
    node.textContent = text;
  }
}

let ruler = null;
function textWidth(text, size = 11, weight = 400) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = `${weight} ${size}px ${FONT}`;
  return ruler.measureText(text).width;
}
function fit(text, width, size = 11, weight = 400) {
  if (textWidth(text, size, weight) <= width) return text;
  let keep = text.length;
  while (keep > 1 && textWidth(`${text.slice(0, keep).trimEnd()}…`, size, weight) > width) keep -= 1;
  return `${text.slice(0, keep).trimEnd()}…`;
}

// A republic's or power's name where it fits, else what is short for it.
function nameOf(actor, width, size = 11, weight = 600) {
  return textWidth(actor.name, size, weight) <= width
    ? actor.name
    : fit(actor.short ?? actor.code, width, size, weight);
}

// -- colour -----------------------------------------------------------------------------------------------------------

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
function hex(parts) {
  return `#${parts
    .map((x) =>
      Math.max(0, Math.min(255, Math.round(x)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
function luminance(color) {
  const [r, g, b] = rgb(color).map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
// A colour moved just far enough from the paper to be read as small text (or seen as a line, with a lower ratio).
function inked(color, paper, ratio = 4.5) {
  const dark = luminance(paper) < 0.2;
  let parts = rgb(color);
  for (let i = 0; i < 80 && contrast(hex(parts), paper) < ratio; i += 1) {
    parts = parts.map((x) => (dark ? x + (255 - x) * 0.05 : x * 0.96));
  }
  return hex(parts);
}
function mixed(a, b, part) {
  const x = rgb(a),
    y = rgb(b);
  return hex(x.map((v, i) => v + (y[i] - v) * part));
}
// Colour of a composition; pale where no power prevails. The same mixing as in the figures.
function blend(weights, colors, pale) {
  const total = weights.reduce((a, b) => a + b, 0) || 1;
  const parts = weights.map((w) => w / total),
    count = parts.length;
  const powered = parts.map((w) => w ** 1.5),
    sum = powered.reduce((a, b) => a + b, 0) || 1;
  const lead = count > 1 ? Math.max(0, Math.min(1, (Math.max(...parts) - 1 / count) / (1 - 1 / count))) : 1;
  const white = 0.75 * (1 - lead) ** 1.5,
    to = rgb(pale);
  return hex(
    [0, 1, 2].map((k) => {
      const mix = colors.reduce((acc, color, i) => acc + powered[i] * color[k], 0) / sum;
      return mix * (1 - white) + white * to[k];
    }),
  );
}

// -- numbers and months -----------------------------------------------------------------------------------------------

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function monthName(date) {
  return /^\d{4}-\d{2}/.test(date) ? `${MONTHS[+date.slice(5, 7) - 1]} ${date.slice(0, 4)}` : String(date);
}
function percent(permille) {
  return `${Math.round(permille / 10)}\u202f%`;
}
function signed(value, digits = 0) {
  const text = Math.abs(value).toFixed(digits);
  return +text === 0 ? text : (value < 0 ? "−" : "+") + text;
}
function listed(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names.join("");
}
// The range that follows a value: " [30–34]".
function between(low, high, digits = 0) {
  return ` [${low.toFixed(digits)}–${high.toFixed(digits)}]`.replaceAll("-", "−");
}
function clamp(x, low, high) {
  return Math.max(low, Math.min(high, x));
}
function niceTicks(top, count = 4) {
  const raw = Math.max(top, 1e-9) / count,
    size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * size).find((s) => s >= raw * 0.999);
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, i) => +(step * i).toPrecision(10));
}
function isTight(width) {
  return width < 165; // years are told by two figures
}
// Januaries, as many as fit; both ends of a short run.
function yearTicks(dates, width) {
  const years = dates.map((date, i) => [i, date]).filter(([i, date]) => date.slice(4, 7) === "-01" && i > 0);
  if (years.length < 2)
    return [
      [0, "day one"],
      [dates.length - 1, monthName(dates[dates.length - 1])],
    ];
  const step =
    [1, 2, 5, 10, 20, 50].find(
      (s) => years.filter(([, d]) => +d.slice(0, 4) % s === 0).length <= Math.max(1, width / (isTight(width) ? 30 : 38)),
    ) ?? 50;
  return years.filter(([, date]) => +date.slice(0, 4) % step === 0).map(([i, date]) => [i, date.slice(0, 4)]);
}
// Round values from below the least to above the greatest, zero among them.
function signedTicks(low, high, count = 4) {
  const raw = Math.max(high - low, 1e-9) / count,
    size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw * 0.999),
    first = Math.floor(low / step + 1e-9),
    last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => +((first + i) * step).toPrecision(10));
}
// Positions at least gap apart, in the same order, moved as little as may be, within low..high if they fit.
function spread(wanted, gap, low = -Infinity, high = Infinity) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b),
    pools = [];
  order.forEach((i, rank) => {
    let pool = [wanted[i] - rank * gap, 1];
    while (pools.length && pools[pools.length - 1][0] > pool[0]) {
      const [mean, size] = pools.pop();
      pool = [(mean * size + pool[0] * pool[1]) / (size + pool[1]), size + pool[1]];
    }
    pools.push(pool);
  });
  const last = (wanted.length - 1) * gap,
    found = [];
  const bases = pools.flatMap(([mean, size]) =>
    Array(size).fill(Math.min(Math.max(mean, low), Math.max(high - last, low))),
  );
  order.forEach((i, rank) => {
    found[i] = bases[rank] + rank * gap;
  });
  return found;
}

// -- a run ------------------------------------------------------------------------------------------------------------

// What the scenario calls its region, its actors and the sectors.
function calledIn(raw) {
  return raw?.words ?? { region: "", member: "republic", aMember: "a republic", members: "republics", sectors: {} };
}

// A payload with its axes: flat lists, month last.
class Run {
  constructor(raw) {
    this.raw = raw;
    this.R = raw.republics.length;
    this.P = raw.powers.length;
    this.T = raw.dates.length;
    this.republics = raw.republics;
    this.powers = raw.powers;
    this.dates = raw.dates;
    this.follow = raw.follow ?? {};
  }
  name(code) {
    return [...this.republics, ...this.powers].find((actor) => actor.code === code)?.name ?? code;
  }
  get called() {
    return calledIn(this.raw);
  }
  label(sector) {
    return this.called.sectors[sector] ?? sector;
  }
  sector(wanted) {
    return this.raw.bands[wanted] ? wanted : "overall";
  }
  pair(r, p) {
    return (r * this.P + p) * this.T;
  }
  band(sector, q, r, p) {
    const from = ((q * this.R + r) * this.P + p) * this.T;
    return this.raw.bands[this.sector(sector)].slice(from, from + this.T);
  }
  // The followed world's share at a moment between months.
  share(sector, r, p, t) {
    return at(this.follow.share[this.sector(sector)], this.pair(r, p), t, this.T);
  }
  line(sector, r, p) {
    const from = this.pair(r, p);
    return this.follow.share[this.sector(sector)].slice(from, from + this.T);
  }
  // Quantile of the change since day one, by month, per mille.
  change(sector, q, r, p) {
    const name = this.sector(sector),
      from = ((q * this.R + r) * this.P + p) * this.T;
    if (this.raw.change) return this.raw.change[name].slice(from, from + this.T);
    const levels = this.raw.bands[name];
    return levels.slice(from, from + this.T).map((v) => v - levels[from]);
  }
  // What moves most in a republic up to a month: power, median change, part of the worlds that go that way (0..1).
  drift(sector, r, month) {
    const t = clamp(Math.round(month), 0, this.T - 1),
      up = this.raw.up?.[this.sector(sector)];
    const all = this.powers.map((_, p) => {
      const change = this.change(sector, 2, r, p)[t],
        higher = up ? up[this.pair(r, p) + t] / 1000 : change > 0 ? 1 : 0;
      return { p, change, sure: change < 0 ? 1 - higher : higher };
    });
    return { all, main: all.reduce((a, b) => (Math.abs(b.change) > Math.abs(a.change) ? b : a)) };
  }
  deals(sector, r, p, t) {
    const all = this.follow.deals;
    return all ? at(all[sector] ?? all.overall, this.pair(r, p), t, this.T) : 0;
  }
  // Points of grievance (hundredths) by cause: of the followed world, or the mean of all.
  grievance(r, p, c, t, mean = false) {
    const all = mean ? this.raw.grievance : this.follow.grievance,
      C = this.raw.causes.length;
    return all ? at(all, ((r * this.P + p) * C + c) * this.T, t, this.T) : 0;
  }
  get events() {
    return (this.follow.events ?? []).map(([month, e]) => ({ month, place: e, ...this.raw.events[e] }));
  }
}
function at(list, from, t, length) {
  const low = clamp(Math.floor(t), 0, length - 1),
    high = Math.min(low + 1, length - 1);
  return list[from + low] + (list[from + high] - list[from + low]) * (t - low);
}
const known = new WeakMap();
function asRun(raw) {
  if (!raw || !raw.dates || !raw.bands) return null;
  if (!known.has(raw)) known.set(raw, new Run(raw));
  return known.get(raw);
}

// -- charts -----------------------------------------------------------------------------------------------------------

// A line from low to high with a stroke across each end.
function whisker(from, to, y, high) {
  const [a, b] = [from.toFixed(1), to.toFixed(1)];
  return `M${a} ${y}H${b}M${a} ${y - high}v${2 * high}M${b} ${y - high}v${2 * high}`;
}

// A line over a chart that shows the month: outside the drawing, so that moving it repaints nothing else.
function playhead(chart, top, height) {
  return html(
    "div",
    { class: "sim-playhead", "aria-hidden": "true", style: `top:${top}px;height:${height}px` },
    chart.parentNode,
  );
}
function pathOf(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
function bandPath(xs, low, high, y) {
  const back = [...high.keys()].reverse().map((i) => [xs(i), y(high[i])]);
  return `${pathOf(low.map((v, i) => [xs(i), y(v)]))}L${pathOf(back).slice(1)}Z`;
}
function timeAxis(ctx, parent, dates, xs, base, wide) {
  for (const [month, text] of yearTicks(dates, wide)) {
    const label = isTight(wide) && text.length === 4 ? `’${text.slice(2)}` : text;
    svg("path", { d: `M${xs(month).toFixed(1)} ${base}v3`, stroke: ctx.c.faint }, parent);
    svg(
      "text",
      {
        x: xs(month).toFixed(1),
        y: base + 13,
        "text-anchor": month ? (month > dates.length - 4 ? "end" : "middle") : "start",
        fill: ctx.c.muted,
        "font-size": 10,
      },
      parent,
      label,
    );
  }
}
// Grid lines with their labels at the left, where there is room for them.
function valueAxis(ctx, parent, ticks, y, from, to, label) {
  for (const value of ticks) {
    svg(
      "path",
      { d: `M${from.toFixed(1)} ${y(value).toFixed(1)}H${to.toFixed(1)}`, stroke: value ? ctx.c.grid : ctx.c.faint },
      parent,
    );
    if (label)
      svg(
        "text",
        { x: from - 4, y: y(value) + 3.5, "text-anchor": "end", fill: ctx.c.muted, "font-size": 10 },
        parent,
        label(value),
      );
  }
}
// Rooms side by side, wrapped where they get narrower than the least; the first of each row has room for a scale.
function cellsIn(width, count, least, high, gap = 18) {
  const columns = Math.max(1, Math.min(count, Math.floor((width + gap) / (least + gap))));
  const rows = Math.ceil(count / columns),
    even = Math.ceil(count / rows),
    wide = (width - gap * (even - 1)) / even;
  return Array.from({ length: count }, (_, i) => ({
    x: (i % even) * (wide + gap),
    y: Math.floor(i / even) * high,
    w: wide,
    first: i % even === 0,
  }));
}
