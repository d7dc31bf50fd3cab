// What keeps the panels of a page in step: one state a group, one store of runs, one meaning of each key.

const hub = (window.__simHub ??= { groups: new Map(), runs: new Map(), panels: 0, due: new Set(), frame: 0 });
function groupState(name) {
  if (!hub.groups.has(name)) {
    hub.groups.set(name, { month: null, focus: null, hover: "", power: null, playing: false, busy: false, sent: [], reach: {} });
  }
  return hub.groups.get(name);
}
// Tell all panels of a group; from then on they agree.
function step(group, patch, from = "") {
  Object.assign(groupState(group), patch);
  window.dispatchEvent(new CustomEvent("sim:step", { detail: { ...patch, group, from } }));
}
// Panels of one kind side by side have one scale: each says how far it reaches, and all go as far as the farthest.
function reach(ctx, what, value) {
  const all = (ctx.state.reach[`${ctx.spec.name} ${what}`] ??= {});
  all[ctx.id] = value;
  return Math.max(...Object.values(all));
}
function unreach(ctx) {
  for (const all of Object.values(ctx.state.reach)) delete all[ctx.id];
}
function farthest(ctx) {
  const mine = Object.entries(ctx.state.reach).filter(([key]) => key.startsWith(`${ctx.spec.name} `));
  return JSON.stringify(mine.map(([key, all]) => [key, Math.max(...Object.values(all))]));
}
// Panels to be drawn anew: those on the screen in the next frame, the others after it, one a frame.
function queue(panel) {
  hub.due.add(panel);
  hub.frame ||= requestAnimationFrame(drawDue);
}
function drawDue() {
  hub.frame = 0;
  const due = [...hub.due];
  for (const panel of due) panel.measure();
  const seen = due.filter((panel) => panel.seen),
    now = seen.length ? seen : due.slice(0, 1);
  for (const panel of now) {
    hub.due.delete(panel);
    panel.draw();
  }
  if (hub.due.size) hub.frame ||= requestAnimationFrame(drawDue);
}
// A trait that holds a run: whole runs come as text (see Whole in sim/view/panels.py), read once.
const read = new WeakMap();
function given(model, name) {
  const value = model.get(name);
  if (typeof value !== "string") return value;
  const had = read.get(model) ?? {};
  if (had[name]?.text !== value) had[name] = { text: value, run: JSON.parse(value) };
  read.set(model, had);
  return had[name].run;
}
function register(model) {
  for (const name of ["run", "baseline"]) {
    const raw = given(model, name);
    if (!raw || !raw.id || !raw.dates) continue;
    hub.runs.delete(raw.id); // the newest stand last, the oldest go first
    hub.runs.set(raw.id, raw);
    while (hub.runs.size > 12) hub.runs.delete(hub.runs.keys().next().value);
    window.dispatchEvent(new CustomEvent("sim:run", { detail: { id: raw.id } }));
  }
}
// What a trait stands for: itself, or the run it names. A frame keeps what it has drawn, should the store let go of it.
function wholeOf(frame, name) {
  const raw = given(frame.model, name);
  if (!raw || !raw.id || Object.keys(raw).length > 1) return raw;
  const found = hub.runs.get(raw.id) ?? (frame.had[name]?.id === raw.id ? frame.had[name] : null);
  frame.had[name] = found;
  return found;
}

// Space, arrows, Home and End work wherever the focus is in the group's panels.
function keys(ctx, event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || ctx.spec.needs !== "run") return;
  const tag = event.target.tagName;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(tag) || (tag === "BUTTON" && event.key === " ")) return;
  if (event.target.closest?.("[data-scroll]") && !["ArrowLeft", "ArrowRight", " "].includes(event.key)) return;
  const order = { " ": "toggle", ArrowLeft: "back", ArrowRight: "forth", Home: "first", End: "last" }[event.key];
  if (!order) return;
  event.preventDefault();
  window.dispatchEvent(new CustomEvent("sim:order", { detail: { group: ctx.group, order } }));
}
