// What happened, in words. Follows the playhead; a row that is clicked moves it there and tells the server.

const KINDS = [
  ["telling", "What matters", ["event", "stance", "rebuke", "grievance", "project"]],
  ["event", "Events", ["event"]],
  ["project", "Projects", ["project", "cancellation"]],
  ["summit", "Summits", ["stance"]],
  ["rebuke", "Rebukes", ["rebuke"]],
  ["grievance", "Grievances", ["grievance"]],
  ["request", "Requests", ["request"]],
  ["delivery", "Yearly accounts", ["delivery"]],
];

// Rows as entries with their words; an event's row knows its event.
function entries(run) {
  const book = run.follow.ledger;
  if (!book) return [];
  const events = [...(run.follow.events ?? [])].sort((a, b) => a[0] - b[0]);
  let seen = 0;
  return book.rows.map(([month, kind, r, p, wording, ...numbers], n) => {
    const entry = {
      n,
      month,
      kind: book.kinds[kind],
      republic: run.republics[r]?.code ?? "",
      power: run.powers[p]?.code ?? "",
      p,
      event: "",
      parts: [],
    };
    const wordingText = book.wordings[wording].replace(/(\d\}?) (?=%|points?\b)/g, "$1\u00a0"); // a number holds its unit
    if (entry.kind === "event") {
      entry.event = run.raw.events[events[seen]?.[1]]?.id ?? "";
      seen += 1;
      entry.parts = [[wordingText, ""]];
      return entry;
    }
    for (const piece of wordingText.split(/(\{[rp\d]\})/)) {
      if (piece === "{r}") entry.parts.push([run.republics[r].name, "r"]);
      else if (piece === "{p}") entry.parts.push([run.powers[p].name, "p"]);
      else if (/^\{\d\}$/.test(piece)) entry.parts.push([(numbers.shift() / 10 ** +piece[1]).toFixed(+piece[1]), ""]);
      else if (piece) entry.parts.push([piece, ""]);
    }
    return entry;
  });
}
const textOf = (entry) => entry.parts.map(([text]) => text.replaceAll("\u00a0", " ")).join("");

function buildLedger(ctx) {
  const run = ctx.run;
  const old = ctx.of;
  ctx.of = run.raw;
  if (old !== run.raw) ctx.all = entries(run);
  if (!run.follow.ledger) {
    html("p", { class: "sim-note" }, ctx.body, run.raw.coarse ? "Writing …" : "This result did not keep a ledger.");
    return {};
  }
  ctx.wanted ??= "telling";
  const kinds = new Set(KINDS.find(([key]) => key === ctx.wanted)[2]),
    summits = new Set(run.raw.events.filter((event) => event.kind === "summit").map((event) => event.id));
  const only = (entry) =>
    (kinds.has(entry.kind) || (ctx.wanted === "summit" && summits.has(entry.event))) &&
    (!ctx.focus || !entry.republic || entry.republic === ctx.focus || entry.kind === "event") &&
    (!ctx.power || !entry.power || entry.power === ctx.power) &&
    (!ctx.words || textOf(entry).toLowerCase().includes(ctx.words));
  chips(ctx);
  const pane = html(
    "div",
    { class: "sim-scroll", "data-scroll": "", tabindex: 0, role: "region", "aria-label": "Entries" },
    ctx.body,
  );
  const list = html("ol", { class: "sim-entries" }, pane),
    shown = ctx.all.filter(only);
  if (!shown.length) html("p", { class: "sim-note" }, pane, "Nothing of this kind happened in this world.");
  let last = -1;
  const nodes = shown.map((entry) => {
    const row = html("li", { class: `sim-entry sim-${entry.kind}` }, list),
      button = html("button", { type: "button", "data-entry": entry.n, "data-key": `e-${entry.n}` }, row);
    html("time", {}, button, entry.month === last ? "" : monthName(run.dates[entry.month]));
    if (entry.month === last) button.firstChild.setAttribute("aria-label", monthName(run.dates[entry.month]));
    last = entry.month;
    const words = html("span", {}, button);
    for (const [text, who] of entry.parts) {
      if (who === "p") html("b", { style: `color:${ctx.ink(entry.p)}` }, words, text);
      else if (who === "r") html("b", {}, words, text);
      else words.append(text);
    }
    button.addEventListener("click", () => {
      ctx.seek(entry.month);
      ctx.click({
        kind: entry.kind,
        event: entry.event,
        month: entry.month,
        republic: entry.republic,
        power: entry.power,
      });
    });
    row.addEventListener("pointerenter", () => {
      if (entry.republic) ctx.hover(entry.republic);
    });
    row.addEventListener("pointerleave", () => ctx.hover(""));
    return row;
  });
  return follow(ctx, pane, shown, nodes);
}

function follow(ctx, pane, shown, nodes) {
  let month = -1,
    reached = 0;
  nodes.forEach((node) => node.classList.add("sim-later"));
  return {
    tick(t) {
      if (Math.round(t) === month) return;
      month = Math.round(t);
      while (reached < shown.length && shown[reached].month <= month) nodes[reached++].classList.remove("sim-later");
      while (reached > 0 && shown[reached - 1].month > month) nodes[--reached].classList.add("sim-later");
      pane.querySelectorAll(".sim-current").forEach((node) => node.classList.remove("sim-current"));
      for (let i = reached - 1; i >= 0 && shown[i].month === month; i -= 1) nodes[i].classList.add("sim-current");
      const node = nodes[Math.max(0, reached - 1)];
      if (node && !pane.matches(":hover")) pane.scrollTop = node.offsetTop - pane.clientHeight * 0.62;
    },
    mark() {
      shown.forEach((entry, i) =>
        nodes[i].classList.toggle("sim-lit", !!ctx.state.hover && entry.republic === ctx.state.hover),
      );
      if (ctx.power !== ctx.filtered) {
        ctx.filtered = ctx.power;
        ctx.later();
      }
    },
  };
}

function chips(ctx) {
  const row = html("div", { class: "sim-chips", role: "group", "aria-label": "Kinds of entries" }, ctx.body),
    has = new Set(ctx.all.map((entry) => entry.kind));
  for (const [key, label, kinds] of KINDS) {
    if (key !== ctx.wanted && !kinds.some((kind) => has.has(kind))) continue;
    html(
      "button",
      {
        class: "sim-chip",
        type: "button",
        "aria-pressed": String(ctx.wanted === key),
        "data-key": `k-${key}`,
        on: {
          click: () => {
            ctx.wanted = key;
            ctx.later();
          },
        },
      },
      row,
      label,
    );
  }
  const search = html(
    "input",
    {
      class: "sim-search",
      type: "search",
      placeholder: "Search",
      "aria-label": "Search the ledger",
      "data-key": "search",
      value: ctx.words ?? "",
    },
    row,
  );
  search.addEventListener("input", () => {
    clearTimeout(ctx.typing);
    ctx.typing = setTimeout(() => {
      ctx.words = search.value.toLowerCase();
      ctx.later();
    }, 200);
  });
}

export default makePanel({
  name: "ledger",
  needs: "run",
  relayout: true,
  drawn: false,
  title: () => "The ledger",
  caption: (ctx) =>
    `What happened in the world followed (no. ${ctx.run.follow.world})${ctx.focus ? ` in or with ${ctx.run.name(ctx.focus)}` : ""}. ` +
    "Pale entries are still to come; click one to go there, or an event to run the worlds without it.",
  build: buildLedger,
  table: (ctx) => [
    ["date", "month", "republic", "power", "kind", "event", "text"],
    ...(ctx.all ?? []).map((entry) => [
      ctx.run.dates[entry.month],
      entry.month,
      entry.republic,
      entry.power,
      entry.kind,
      entry.event,
      textOf(entry),
    ]),
  ],
});
