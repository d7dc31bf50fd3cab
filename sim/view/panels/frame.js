// The frame around each panel: title, caption, months heard and told, drawing anew when something changes.

const NEAR = 1.25; // screens: what begins just below the screen is drawn with what is on it
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");

// A panel's spec: name, title(ctx), caption(ctx), build(ctx) -> {tick(t), mark()}, table(ctx), needs ("run" or "data"),
// drawn (false: no picture to save), bare (no title), still (takes no part in the group's months), relayout (a choice
// draws anew).
function makePanel(spec) {
  return {
    initialize({ model }) {
      register(model);
      for (const name of ["run", "baseline"]) model.on(`change:${name}`, () => register(model));
    },
    render({ model, el }) {
      return new Frame(spec, model, el).open();
    },
  };
}

class Frame {
  constructor(spec, model, el) {
    Object.assign(this, {
      spec,
      model,
      el,
      n: model.get("clicked")?.n ?? 0,
      width: 0,
      parts: null,
      had: {},
      cleanups: [],
    });
    this.id = `panel-${(hub.panels += 1)}`;
    this.root = html("section", { class: `sim-panel sim-${spec.name}` }, el);
    if (!spec.bare) {
      const head = html("header", {}, this.root);
      this.title = html("h3", { id: `${this.id}-title` }, head);
      saveMenu(this, head);
      this.root.setAttribute("aria-labelledby", `${this.id}-title`);
      this.caption = html("p", { class: "sim-caption" }, this.root);
    }
    this.body = html("div", { class: "sim-body" }, this.root);
    this.tip = html("div", { class: "sim-tip", hidden: "", role: "presentation" }, this.root);
  }
  get group() {
    return this.model.get("group");
  }
  get state() {
    return groupState(this.group);
  }
  get theme() {
    return this.model.get("theme") === "dark" ? "dark" : "light";
  }
  get c() {
    return THEMES[this.theme];
  }
  get sector() {
    return this.model.get("sector") || "overall";
  }
  get month() {
    const last = this.run ? this.run.T - 1 : Infinity;
    return clamp(this.state.month ?? this.model.get("month"), 0, last);
  }
  get focus() {
    return this.state.focus ?? this.model.get("focus");
  }
  get power() {
    return this.state.power ?? this.model.get("power");
  }
  // The republic to stand out now: the one under the pointer, else the one chosen.
  get lit() {
    return this.state.hover || this.focus;
  }
  color(p) {
    return this.run.powers[p].color;
  }
  ink(p, ratio = 4.5) {
    return inked(this.color(p), this.c.paper, ratio);
  }

  open() {
    const listen = (target, name, act) => {
      target.addEventListener(name, act);
      this.cleanups.push(() => target.removeEventListener(name, act));
    };
    listen(window, "sim:step", (event) => {
      if (event.detail?.group === this.group) this.heard(event.detail);
    });
    listen(window, "sim:run", (event) => {
      if (["run", "baseline"].some((name) => given(this.model, name)?.id === event.detail.id)) this.later();
    });
    listen(window, "sim:reach", ({ detail }) => {
      if (detail.group === this.group && detail.name === this.spec.name && detail.from !== this.id) this.later();
    });
    listen(this.root, "keydown", (event) => keys(this, event));
    for (const name of ["run", "baseline", "sector", "theme"]) this.on(`change:${name}`, () => this.later());
    for (const name of this.spec.still ? [] : ["month", "focus", "power"]) {
      this.on(`change:${name}`, () => this.told(name));
      this.state[name] ??= this.model.get(name);
    }
    const watch = new ResizeObserver(() => {
      const width = Math.floor(this.body.clientWidth);
      if (width && width !== this.width) this.later();
    });
    watch.observe(this.body);
    this.later();
    return () => {
      watch.disconnect();
      hub.due.delete(this);
      this.parts?.close?.();
      unreach(this);
      for (const undo of this.cleanups) undo();
      this.el.textContent = "";
    };
  }
  on(name, act) {
    this.model.on(name, act);
    this.cleanups.push(() => this.model.off(name, act));
  }
  // The server changed a trait: follow, unless it only repeats what this page told it, or somebody is playing.
  told(name) {
    const value = this.model.get(name),
      state = this.state;
    if (state[name] === value || state.playing || state.busy) return;
    if (state.sent.some((sent) => sent.name === name && sent.value === value && performance.now() - sent.when < 1500))
      return;
    step(this.group, { [name]: value }, this.id);
  }
  heard(detail) {
    Object.assign(
      this.state,
      Object.fromEntries(
        ["month", "focus", "hover", "power", "playing"].filter((k) => k in detail).map((k) => [k, detail[k]]),
      ),
    );
    if (this.spec.heard) this.spec.heard(this, detail);
    if (!this.parts) return;
    if ("focus" in detail && this.spec.relayout) {
      this.later();
      return;
    }
    if ("hover" in detail || "focus" in detail || "power" in detail) this.parts.mark?.();
    if ("month" in detail) this.parts.tick?.(this.month);
  }
  // Tell the server what is settled.
  sync(patch) {
    let changed = false;
    for (const [name, value] of Object.entries(patch)) {
      if (this.model.get(name) === value) continue;
      this.model.set(name, value);
      this.state.sent = [...this.state.sent.slice(-7), { name, value, when: performance.now() }];
      changed = true;
    }
    if (changed) this.model.save_changes();
  }
  choose(patch) {
    step(this.group, patch, this.id);
    this.sync(patch);
  }
  toggleFocus(code) {
    this.choose({ focus: this.focus === code ? "" : code });
  }
  togglePower(code) {
    this.choose({ power: this.power === code ? "" : code });
  }
  hover(code) {
    this.hovered = code;
    if (this.state.hover !== code) step(this.group, { hover: code }, this.id);
  }
  seek(month) {
    step(this.group, { month, playing: false }, this.id);
    this.sync({ month: Math.round(month) });
  }
  click(entry) {
    this.n += 1;
    this.sync({ clicked: { kind: "", event: "", month: 0, republic: "", power: "", ...entry, n: this.n } });
  }

  later() {
    queue(this);
  }
  // What the browser has to lay out the page for; asked of all panels before any of them is drawn.
  measure() {
    const box = this.body.getBoundingClientRect();
    this.room = Math.floor(this.body.clientWidth);
    this.seen = box.bottom >= 0 && box.top < window.innerHeight * NEAR;
    this.scrolled = this.body.querySelector("[data-scroll]")?.scrollTop ?? 0;
  }
  draw() {
    this.root.dataset.theme = this.theme;
    const raw = wholeOf(this, "run");
    if (!raw && this.parts) return; // named, not yet here: what is drawn stays until it comes
    this.raw = raw;
    this.run = this.spec.needs === "data" ? null : asRun(raw);
    this.base = asRun(wholeOf(this, "baseline"));
    this.width = this.room;
    if (!this.width) return;
    this.parts?.close?.();
    this.parts = null;
    this.hideTip();
    if (this.hovered) this.hover(""); // what was pointed at goes; what comes in its place says so itself
    const ready = this.spec.needs === "data" ? raw && Object.keys(raw).length : this.run;
    try {
      if (this.title) {
        this.titleText = ready || this.spec.needs !== "data" ? this.spec.title(this) : "";
        this.captionText = ready ? this.spec.caption(this) : "";
        say(this.title, this.titleText);
        say(this.caption, this.captionText);
      }
      const held = this.body.contains(document.activeElement) ? (document.activeElement.dataset?.key ?? null) : null;
      this.body.replaceChildren();
      if (!ready) {
        html("p", { class: "sim-note" }, this.body, "No run yet.");
        return;
      }
      const far = farthest(this);
      unreach(this);
      this.parts = this.spec.build(this) ?? {};
      if (farthest(this) !== far)
        window.dispatchEvent(
          new CustomEvent("sim:reach", { detail: { group: this.group, name: this.spec.name, from: this.id } }),
        );
      this.root.dataset.run = raw.id ?? "";
      this.parts.mark?.();
      this.parts.tick?.(this.month);
      if (held) this.body.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
      if (this.scrolled) {
        const pane = this.body.querySelector("[data-scroll]");
        if (pane) pane.scrollTop = this.scrolled;
      }
    } catch (error) {
      this.parts = null;
      this.body.replaceChildren();
      html(
        "p",
        { class: "sim-note sim-error", role: "alert" },
        this.body,
        `This panel cannot be shown: ${error.message}`,
      );
    }
  }
  // Two ways of showing the same, to choose from; the first stands until the other is chosen.
  switch(label, options, wanted, choose, place = "") {
    const row = html("div", { class: `sim-chips ${place}`, role: "group", "aria-label": label }, this.body);
    for (const [value, text] of options)
      html(
        "button",
        {
          class: "sim-chip",
          type: "button",
          "aria-pressed": String(value === wanted),
          "data-key": `${label.toLowerCase()}-${value}`,
          on: {
            click: () => {
              choose(value);
              this.later();
            },
          },
        },
        row,
        text,
      );
    return row;
  }
  // The colours' names, where charts have no room for them.
  legend(powers) {
    const row = html("div", { class: "sim-legend sim-names", "aria-hidden": "true" }, this.body);
    for (const power of powers)
      html("b", { style: `color:${inked(power.color ?? this.c.muted, this.c.paper)}` }, row, power.short ?? power.code);
  }
  // A drawing of the panel's width; labelled for those who do not see it.
  chart(width, height, label) {
    return svg(
      "svg",
      {
        "data-chart": "",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "group",
        "aria-label": label,
        "font-family": FONT,
        "font-size": 11,
        fill: this.c.ink,
      },
      html("div", { class: "sim-plot" }, this.body),
    );
  }
  showTip(event, lines) {
    const box = this.root.getBoundingClientRect();
    this.tip.replaceChildren(...lines.map((line, i) => html("div", { class: i ? "" : "sim-strong" }, null, line)));
    this.tip.hidden = false;
    const wide = this.tip.offsetWidth,
      high = this.tip.offsetHeight;
    const x = clamp(event.clientX - box.left + 14, 4, Math.max(4, box.width - wide - 4));
    const y = event.clientY - box.top,
      top = y + 16 + high > box.height ? Math.max(4, y - high - 10) : y + 16;
    this.tip.style.transform = `translate(${x}px, ${top}px)`;
  }
  hideTip() {
    this.tip.hidden = true;
  }
  // Hover, click and keyboard for something that stands for a republic.
  republic(node, code, label) {
    for (const [key, value] of Object.entries({
      tabindex: 0,
      role: "button",
      "aria-label": label,
      "data-key": `r-${code}`,
      "data-republic": code,
    }))
      node.setAttribute(key, value);
    node.classList.add("sim-hot");
    node.addEventListener("pointerenter", () => this.hover(code));
    node.addEventListener("pointerleave", () => this.hover(""));
    node.addEventListener("focus", () => this.hover(code));
    node.addEventListener("blur", () => this.hover(""));
    activate(node, () => this.toggleFocus(code));
    return node;
  }
}
function activate(node, act) {
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      act(event);
    }
  });
}
