// Scenario, seed, sliders, what is changed, files. A moved slider sends one message at a time until it is let go.

const STEPS = 1000;
const THUMB = 16; // pixels of a slider's thumb, by which its way is shorter than its track
const MAX_UPLOAD = 1 << 20;

function pad(value) {
  return String(value).padStart(2, "0");
}
function written(item, value) {
  if (item.date) return `${Math.floor(value / 12)}-${pad((Math.floor(value) % 12) + 1)}`;
  if (item.high - item.low > 100) return String(Math.round(value));
  return String(+value.toPrecision(3));
}
// A number in as few digits as say it.
function short(value) {
  return String(+value.toPrecision(4));
}
function toSlider(item, value) {
  const part = (value - item.low) / (item.high - item.low || 1);
  return Math.round(STEPS * (item.curved ? Math.cbrt(part) : part));
}
function fromSlider(item, place) {
  const part = place / STEPS,
    value = item.low + (item.high - item.low) * (item.curved ? part ** 3 : part);
  if (item.date) return Math.round(value);
  const size = item.high - item.low;
  const digits = size > 100 ? 0 : size > 10 ? 2 : size > 1.5 ? 2 : 3;
  return +Math.min(item.high, Math.max(item.low, value)).toFixed(item.curved && value < 1 ? 3 : digits);
}

class Levers {
  constructor(model, root) {
    Object.assign(this, { model, root, sliders: new Map(), choices: new Map(), places: new Map(), waiting: 0, later: null, opened: new Set(), help: new Set() });
    root.classList.add("app-mount");
    this.box = el("aside", { class: "app-levers", "aria-label": "Levers" }, root);
    this.fold = el(
      "button",
      { class: "app-fold", type: "button", "aria-expanded": "false", on: { click: () => this.unfold() } },
      this.box,
    );
    this.inner = el("div", { class: "app-inner" }, this.box);
    for (const name of ["scenario", "changed", "groups", "more", "files"])
      this[name] = el("section", { class: `app-part app-part-${name}` }, this.inner);
    this.heard = () => {
      if (!this.later || model.get("heard") < this.waiting) return;
      const move = this.later;
      this.later = null;
      this.waiting = speak(model, move);
    };
    model.on("change:heard", this.heard);
    this.goTo = (event) => this.go(event.detail.path);
    window.addEventListener("sim:lever", this.goTo);
    saveFiles(model);
  }
  close() {
    this.model.off("change:heard", this.heard);
    window.removeEventListener("sim:lever", this.goTo);
  }
  // Open whatever hides a lever, and put the focus on it; one of the rest may have to be fetched first.
  go(path) {
    this.wanted = path;
    if (!this.box.classList.contains("app-open")) this.unfold();
    const all = this.more.querySelector("[data-key=all]");
    if (!this.places.has(path) && all?.getAttribute("aria-expanded") === "false") this.allOfThem(all);
    this.arrive();
  }
  arrive() {
    const details = this.places.get(this.wanted);
    if (!details) return;
    const path = this.wanted;
    this.wanted = null;
    details.open = true;
    // the browser tells of the opening a moment later, and only then the group is filled
    setTimeout(() => {
      const row = details.querySelector(`[data-path="${CSS.escape(path)}"]`);
      if (!row) return;
      row.scrollIntoView({ block: "center" });
      row.querySelector(row.classList.contains("app-doubted") ? ".app-low" : "input[type=range]").focus({ preventScroll: true });
      row.classList.add("app-found");
      setTimeout(() => row.classList.remove("app-found"), 2500);
    }, 60);
  }
  unfold() {
    const open = this.box.classList.toggle("app-open");
    this.fold.setAttribute("aria-expanded", String(open));
  }
  // While it is dragged, the newest place waits until the server has taken in the one before. What is moved and let go
  // at once (a key, a click on the track) is said once, as let go.
  drag(path, value) {
    this.later = { kind: "move", path, value, final: false };
    clearTimeout(this.moving);
    this.moving = setTimeout(this.heard);
  }
  drop(path, value) {
    this.later = null;
    this.waiting = speak(this.model, { kind: "move", path, value, final: true });
  }

  draw(show) {
    this.values = Object.fromEntries(show.changes?.map((change) => [change.path, change.value]) ?? []);
    this.ranges = Object.fromEntries(show.ranges?.map((one) => [one.path, one]) ?? []);
    const count = (show.changes?.length ?? 0) + (show.ranges?.length ?? 0) + (show.doubted === false ? 1 : 0);
    this.fold.textContent = count ? `Levers (${count} changed)` : "Levers";
    this.drawScenario(show);
    this.drawChanged(show);
    if (this.drawn !== show.key) {
      this.drawn = show.key;
      this.sliders.clear();
      this.choices.clear();
      this.places.clear();
      this.drawGroups(this.groups, show.groups ?? [], show.open ?? 1);
      this.more.replaceChildren();
      this.moreDrawn = false;
    }
    this.drawMore(show);
    this.drawFiles(show);
    for (const slider of this.sliders.values())
      slider.set(this.values[slider.item.path] ?? slider.item.value, this.ranges[slider.item.path]);
    if (this.wanted) this.arrive();
    for (const { choice, set } of this.choices.values()) set(this.values[choice.path] ?? choice.value);
  }
  drawScenario(show) {
    const key = JSON.stringify([show.scenarios, show.scenario, show.seed, show.about, show.doubted, show.posterior, show.refused]);
    if (this.scenarioKey === key) return;
    this.scenarioKey = key;
    this.scenario.replaceChildren();
    el("label", { class: "app-label", for: "app-scenario" }, this.scenario, "Scenario");
    const select = el("select", { class: "app-select", id: "app-scenario", "data-key": "scenario" }, this.scenario);
    for (const [name, title] of show.scenarios ?? []) el("option", { value: name }, select, title);
    select.value = show.scenario;
    select.addEventListener("change", () => speak(this.model, { kind: "scenario", name: select.value }));
    if (show.about) el("p", { class: "app-about" }, this.scenario, show.about);
    const row = el("div", { class: "app-seed" }, this.scenario);
    el("label", { class: "app-label", for: "app-seed" }, row, "Random seed");
    const seed = el(
      "input",
      { type: "number", id: "app-seed", class: "app-number", min: 0, max: 2 ** 53, step: 1, "data-key": "seed" },
      row,
    );
    seed.value = show.seed;
    seed.addEventListener("change", () => {
      const value = Math.floor(+seed.value);
      if (seed.value !== "" && value >= 0 && value <= 2 ** 53) speak(this.model, { kind: "seed", value });
      else seed.value = show.seed;
    });
    this.drawNumbers(show);
    this.drawDraws(show);
  }
  // Whether every number that is not sure may have been otherwise, or all are as written.
  drawNumbers(show) {
    const row = el("div", { class: "app-seed" }, this.scenario);
    el("span", { class: "app-label", id: "app-numbers" }, row, "Numbers");
    const tabs = el("div", { class: "app-tabs", role: "radiogroup", "aria-labelledby": "app-numbers" }, row);
    for (const [doubted, label, title] of [
      [true, "in doubt", "Every number that is not sure may have been otherwise all along, within its plausible range: worlds differ in them, two by two"],
      [false, "as written", "Every number is what the scenario says in all worlds; only a lever that you doubt is not"],
    ]) {
      const on = (show.doubted !== false) === doubted;
      const choose = () => speak(this.model, { kind: "numbers", doubted });
      const tab = el(
        "button",
        {
          type: "button",
          role: "radio",
          title,
          "aria-checked": String(on),
          tabindex: on ? 0 : -1,
          "data-key": `numbers-${doubted ? "doubt" : "written"}`,
          on: { click: choose },
        },
        tabs,
        label,
      );
      tab.addEventListener("keydown", (event) => {
        if (!event.key.startsWith("Arrow")) return;
        event.preventDefault();
        event.stopPropagation();
        const other = tab.nextElementSibling ?? tab.previousElementSibling;
        other.focus();
        other.click();
      });
    }
  }
  // Whether the worlds differ by chance alone, or in the fitted parameters as well.
  drawDraws(show) {
    const name = show.posterior || show.posteriors?.[0];
    if (!name) return;
    const label = el(
      "label",
      {
        class: "app-check",
        title:
          "Each world takes its own posterior draw of the parameters fitted to the record, so that the bands also contain their uncertainty",
      },
      this.scenario,
    );
    const box = el("input", { type: "checkbox", "data-key": "posterior", checked: !!show.posterior || null }, label);
    label.append(" With parameter uncertainty");
    box.addEventListener("change", () => speak(this.model, { kind: "posterior", name: box.checked ? name : "" }));
  }
  drawChanged(show) {
    this.changed.replaceChildren();
    const changes = [
      ...(show.changes ?? []).map(({ path, label, from, to }) => ({ path, label, said: `${from} → ${to}` })),
      ...(show.ranges ?? []).map(({ path, label, low, high }) => ({ path, label, said: `in doubt, ${short(low)} to ${short(high)}` })),
      ...(show.doubted === false ? [{ path: "numbers", label: "Numbers", said: "as written" }] : []),
    ];
    if (!changes.length) return;
    const head = el("div", { class: "app-row" }, this.changed);
    el("h2", {}, head, "Changed");
    el(
      "button",
      { type: "button", class: "app-link", "data-key": "undo-all", on: { click: () => this.undo("") } },
      head,
      "Undo all",
    );
    const list = el("ul", { class: "app-changes" }, this.changed);
    for (const change of changes) {
      const row = el("li", { "data-path": change.path }, list);
      el("span", {}, row, `${change.label} `);
      el("b", {}, row, change.said);
      el(
        "button",
        {
          type: "button",
          class: "app-undo",
          "aria-label": `Undo ${change.label}`,
          title: "Undo",
          "data-key": `undo-${change.path}`,
          on: { click: () => this.undo(change.path) },
        },
        row,
        "×",
      );
    }
  }
  undo(path) {
    this.later = null;
    speak(this.model, { kind: "undo", path });
  }
  drawGroups(parent, groups, open) {
    parent.replaceChildren();
    groups.forEach((group, i) => this.drawGroup(parent, group, i < open));
  }
  drawGroup(parent, group, open) {
    const key = `${group.section ?? ""}/${group.title}`;
    const details = el("details", { class: "app-group", open: open || this.opened.has(key) || null }, parent);
    const summary = el("summary", { "data-key": `group-${key}` }, details);
    for (const item of group.items) this.places.set(item.path, details);
    if (group.color) el("i", { style: `background:${group.color}` }, summary);
    el("span", {}, summary, group.title);
    const strategy = group.strategy ? this.choice(details, summary, group.strategy) : () => {};
    const fill = () => {
      if (!details.open || details.childElementCount > 1) return;
      strategy();
      for (const item of group.items) this.slider(details, item);
    };
    details.addEventListener("toggle", () => {
      if (details.open) this.opened.add(key);
      else this.opened.delete(key);
      fill();
    });
    fill();
    return details;
  }
  // An actor's strategy: named beside the actor, to be chosen below. Returns what draws the choice.
  choice(parent, summary, choice) {
    const known = new Map(choice.options.map((option) => [option.name, option])),
      name = el("small", { class: "app-played" }, summary);
    let select = null,
      help = null;
    const set = (value) => {
      const option = known.get(value);
      name.textContent = option?.words ?? value;
      name.classList.toggle("app-moved", value !== choice.value);
      if (!select) return;
      select.value = value;
      help.textContent = option ? `${option.about} Source: ${option.source}.` : "";
    };
    this.choices.set(choice.path, { choice, set });
    set(this.values[choice.path] ?? choice.value);
    return () => {
      const id = `app-${choice.path.replaceAll(".", "-")}`,
        row = el("div", { class: "app-strategy", "data-path": choice.path }, parent);
      el("label", { class: "app-what", for: id }, row, "Strategy");
      select = el(
        "select",
        { class: "app-select", id, "aria-label": `Strategy of ${choice.actor}`, "aria-describedby": `${id}-help`, "data-key": id },
        row,
      );
      for (const { name, words } of choice.options) el("option", { value: name }, select, words);
      help = el("p", { class: "app-help", id: `${id}-help` }, row);
      select.addEventListener("change", () => this.drop(choice.path, select.value));
      set(this.values[choice.path] ?? choice.value);
    };
  }
  slider(parent, item) {
    const row = el("div", { class: "app-slider", "data-path": item.path }, parent);
    const top = el("div", { class: "app-slider-top" }, row);
    const whose = item.stated ? "the scenario’s range" : "the usual range of numbers of its kind";
    const about =
      `${item.about} Unit: ${item.unit}; from ${written(item, item.low)} to ${written(item, item.high)}. ` +
      (item.range ? `Plausible: ${short(item.range[0])} to ${short(item.range[1])}, ${whose}. ` : "") +
      `Source: ${item.source}.`;
    const label = el("button", { type: "button", class: "app-what", title: about, "aria-expanded": "false" }, top, item.label);
    const way = el("div", { class: "app-way" }, row),
      ends = this.doubt(top, way, row, item);
    const number = el(
      "input",
      item.date
        ? { type: "month", class: "app-number", "aria-label": `${item.label}, month` }
        : { type: "number", class: "app-number", step: "any", min: item.low, max: item.high, "aria-label": `${item.label}, value` },
      top,
    );
    const track = el("div", { class: "app-track" });
    way.prepend(track);
    const range = el(
      "input",
      { type: "range", min: 0, max: STEPS, step: 1, "aria-label": item.label, "data-key": `slider-${item.path}` },
      track,
    );
    const mark = el("i", { class: `app-range${item.stated ? "" : " app-usual"}`, hidden: !item.range || null }, track);
    const help = el("p", { class: "app-help", hidden: true }, row, about);
    label.addEventListener("click", () => {
      help.hidden = !help.hidden;
      label.setAttribute("aria-expanded", String(!help.hidden));
    });
    let held = false;
    const say = (value) => {
      number.value = written(item, value).padStart(item.date ? 7 : 0, "0");
      range.setAttribute("aria-valuetext", `${written(item, value)} ${item.date ? "" : item.unit}`);
      row.classList.toggle("app-moved", Math.abs(value - item.value) > 1e-9);
    };
    range.addEventListener("input", () => {
      held = true;
      const value = fromSlider(item, +range.value);
      say(value);
      this.drag(item.path, value);
    });
    range.addEventListener("change", () => {
      held = false;
      this.drop(item.path, fromSlider(item, +range.value));
    });
    range.addEventListener("dblclick", () => this.undo(item.path));
    number.addEventListener("change", () => {
      const [year, month] = number.value.split("-").map(Number);
      const value = item.date ? year * 12 + month - 1 : +number.value;
      if (number.value !== "" && value >= item.low && value <= item.high) this.drop(item.path, value);
      else say(this.values[item.path] ?? item.value);
    });
    const set = (value, own) => {
      if (held) return;
      range.value = toSlider(item, value);
      say(value);
      ends.set(own);
      number.hidden = !!own;
      range.disabled = !!own;
      const span = own ? [own.low, own.high] : item.range;
      if (!span) return;
      const [first, last] = span.map((end) => toSlider(item, end) / STEPS);
      mark.hidden = false;
      mark.style.left = `calc(${THUMB / 2}px + (100% - ${THUMB}px) * ${first})`;
      mark.style.width = `calc((100% - ${THUMB}px) * ${last - first})`;
      track.title = `${own ? "In doubt" : "Plausible"}: ${short(span[0])} to ${short(span[1])}, ${own ? "your range" : whose}`;
    };
    set(this.values[item.path] ?? item.value, this.ranges[item.path]);
    this.sliders.set(item.path, { item, set });
  }
  // A lever's other use: not "from day one on it is so", but "it may have been so all along", from low to high.
  doubt(top, way, row, item) {
    if (item.date || item.low === item.high) return { set: () => {} };
    const ends = el("span", { class: "app-ends", hidden: true }, way);
    const fields = ["low", "high"].map((end) => {
      if (end === "high") el("span", { "aria-hidden": "true" }, ends, "to");
      return el(
        "input",
        {
          type: "number",
          class: `app-number app-${end}`,
          step: "any",
          min: item.low,
          max: item.high,
          "aria-label": `${item.label}, ${end} end of what it may be`,
          "data-key": `${end}-${item.path}`,
        },
        ends,
      );
    });
    const chip = el(
      "button",
      {
        type: "button",
        class: "app-chip",
        "aria-pressed": "false",
        "aria-label": `Doubt ${item.label}`,
        title: "Doubt it: it may have been so all along, from a low to a high end. Press again to change it instead, from day one on",
        "data-key": `doubt-${item.path}`,
      },
      top,
      "doubt",
    );
    let own = null;
    chip.addEventListener("click", () => (own ? this.undo(item.path) : speak(this.model, { kind: "doubt", path: item.path })));
    const typed = new Set(); // what is being written is not written over
    const show = () => {
      for (const [i, field] of fields.entries()) if (!typed.has(field)) field.value = short(i ? own.high : own.low);
    };
    for (const field of fields) {
      field.addEventListener("input", () => typed.add(field));
      field.addEventListener("blur", () => typed.delete(field));
      field.addEventListener("change", () => {
        typed.clear();
        const [low, high] = fields.map((one, i) => (one.value === "" ? (i ? own.high : own.low) : +one.value));
        speak(this.model, { kind: "doubt", path: item.path, low, high });
      });
    }
    return {
      set: (range) => {
        own = range ?? null;
        row.classList.toggle("app-doubted", !!own);
        chip.setAttribute("aria-pressed", String(!!own));
        ends.hidden = !own;
        if (own) show();
      },
    };
  }
  drawMore(show) {
    if (!this.more.childElementCount) {
      const button = el(
        "button",
        {
          type: "button",
          class: "app-link app-all",
          "data-key": "all",
          "aria-expanded": "false",
          on: { click: () => this.allOfThem(button) },
        },
        this.more,
        `All parameters (${show.count ?? 0})`,
      );
      this.rest = el("div", { class: "app-rest" }, this.more);
    }
    if (show.rest && !this.moreDrawn) {
      this.moreDrawn = true;
      this.rest.replaceChildren();
      const search = el(
        "input",
        { type: "search", class: "app-search", placeholder: "Find a parameter", "aria-label": "Find a parameter", "data-key": "find" },
        this.rest,
      );
      const list = el("div", {}, this.rest);
      const draw = () => {
        const plain = (text) => text.toLowerCase().replaceAll(/[-_ ]+/g, " "); // half-life, half_life
        const wanted = plain(search.value.trim());
        list.replaceChildren();
        let section = "";
        for (const group of show.rest) {
          const named = plain(group.title).includes(wanted);
          const items = named ? group.items : group.items.filter((item) => plain(item.label).includes(wanted));
          if (!items.length) continue;
          if (group.section !== section) el("h2", {}, list, (section = group.section));
          this.drawGroup(list, { ...group, items }, wanted.length > 2 && items.length < 12);
        }
        if (!list.childElementCount) el("p", { class: "app-about" }, list, "No parameter is called that.");
      };
      search.addEventListener("input", draw);
      draw();
    }
  }
  allOfThem(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    this.rest.hidden = !open;
    if (!open || this.moreDrawn) return;
    el("p", { class: "app-about" }, this.rest, "Fetching …");
    speak(this.model, { kind: "all" });
  }
  drawFiles(show) {
    if (!this.files.childElementCount) {
      el("h2", {}, this.files, "Download");
      const row = el("div", { class: "app-downloads" }, this.files);
      for (const [what, label, title] of [
        ["csv", "CSV", "Bands of every alignment by month, as a table"],
        ["parquet", "Parquet", "Every world's alignments by month"],
        ["yaml", "Scenario", "The scenario as YAML, with the changes; sim run gives the same numbers"],
      ])
        el(
          "button",
          {
            type: "button",
            class: "app-button",
            title,
            "data-key": `save-${what}`,
            on: { click: () => speak(this.model, { kind: "download", what }) },
          },
          row,
          label,
        );
      const pick = el("input", { type: "file", accept: ".yaml,.yml,text/plain", class: "app-file", id: "app-file" }, this.files);
      el("label", { class: "app-button app-upload", for: "app-file" }, this.files, "Open a scenario file …");
      pick.addEventListener("change", () => {
        if (pick.files[0]) this.upload(pick.files[0]);
        pick.value = "";
      });
      for (const name of ["dragover", "drop"])
        this.box.addEventListener(name, (event) => {
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          if (name === "drop" && event.dataTransfer.files[0]) this.upload(event.dataTransfer.files[0]);
        });
      this.said = el("div", { class: "app-upload-said", "aria-live": "polite" }, this.files);
    }
    this.report(show.upload ?? {});
  }
  async upload(file) {
    if (file.size > MAX_UPLOAD) {
      this.report({
        title: `${file.name} cannot be opened`,
        problems: [`It has ${file.size.toLocaleString("en")} bytes; a scenario has at most ${MAX_UPLOAD.toLocaleString("en")}.`],
      });
      return;
    }
    this.report({ title: `Checking ${file.name} …`, problems: [] });
    const bytes = await file.arrayBuffer();
    speak(this.model, { kind: "upload", name: file.name.slice(0, 80) }, [bytes]);
  }
  report({ title, problems, more }) {
    this.said.replaceChildren();
    if (!title) return;
    el("p", { class: problems?.length ? "app-error" : "app-about" }, this.said, title);
    if (!problems?.length) return;
    const list = el("ol", { class: "app-problems" }, this.said);
    for (const problem of problems) el("li", {}, list, problem);
    if (more) el("p", { class: "app-about" }, this.said, more);
  }
}

export default {
  render({ model, el: root }) {
    const levers = new Levers(model, root);
    const stop = redrawn(model, levers.box, (show) => levers.draw(show));
    return () => {
      stop();
      levers.close();
    };
  },
};
