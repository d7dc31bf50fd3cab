// The clock of a group: play, pause, step, scrub; the followed world's events stand above the track.

const SHAPES = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 2.5v11L13 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forth: "M5 3v10l7-5z",
};
const SPEEDS = [3, 6, 12, 24];

function icon(button, shape) {
  button.replaceChildren();
  svg(
    "path",
    { d: SHAPES[shape] },
    svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, button),
  );
}

function buildPlayer(ctx) {
  const run = ctx.run,
    last = run.T - 1;
  ctx.root.classList.toggle("sim-narrow", ctx.width < 560);
  const row = html("div", { class: "sim-row" }, ctx.body);
  const key = (order, label) => {
    const node = html(
      "button",
      {
        class: "sim-key",
        type: "button",
        "aria-label": label,
        title: label,
        "data-key": order,
        on: { click: () => ctx.spec.order(ctx, order) },
      },
      row,
    );
    icon(node, order);
    return node;
  };
  key("first", "To day one (Home)");
  key("back", "One month back (←)");
  const play = key("play", "Play (space)");
  play.classList.add("sim-play");
  key("forth", "One month on (→)");
  const line = html("div", { class: "sim-line" }, row);
  const track = html(
    "div",
    {
      class: "sim-track",
      role: "slider",
      tabindex: 0,
      "aria-label": "Month",
      "aria-valuemin": 0,
      "aria-valuemax": last,
      "aria-keyshortcuts": "Space ArrowLeft ArrowRight Home End",
      "data-key": "track",
    },
    line,
  );
  html("div", { class: "sim-rail" }, track);
  const done = html("div", { class: "sim-done" }, track),
    thumb = html("div", { class: "sim-thumb" }, track);
  const width = Math.max(60, ctx.width < 560 ? ctx.width - 20 : track.clientWidth || ctx.width - 380);
  const speed = html("select", { "aria-label": "Speed", title: "Months a second", "data-key": "speed" }, row);
  for (const value of SPEEDS) html("option", { value }, speed, `${value} mo/s`);
  speed.value = String(ctx.speed ?? 6);
  speed.addEventListener("change", () => {
    ctx.speed = +speed.value;
  });
  const now = html("div", { class: "sim-now" }, row);
  const label = html("span", {}, now);
  const small = html("small", {}, now);
  let wide = 0;

  const years = html("div", { class: "sim-years", "aria-hidden": "true" }, track);
  for (const [month, text] of yearTicks(run.dates, width))
    html("span", { style: `left:${(100 * month) / Math.max(last, 1)}%` }, years, text);
  eventDots(ctx, line, last);
  scrubbing(ctx, track, last);
  let lastMonth = -1,
    playing = null;
  return {
    tick(t) {
      const part = t / Math.max(last, 1),
        month = Math.round(t);
      wide ||= track.clientWidth;
      thumb.style.transform = `translateX(${(part * wide).toFixed(2)}px)`;
      done.style.transform = `scaleX(${part})`;
      if (month !== lastMonth) {
        lastMonth = month;
        label.textContent = month ? monthName(run.dates[month]) : "Day one";
        small.textContent = month ? `month ${month} of ${last}` : monthName(run.dates[0]);
        track.setAttribute("aria-valuenow", month);
        track.setAttribute("aria-valuetext", month ? monthName(run.dates[month]) : "day one");
      }
      this.mark();
    },
    mark() {
      if (playing === ctx.state.playing) return;
      playing = ctx.state.playing;
      icon(play, playing ? "pause" : "play");
      const text = playing ? "Pause (space)" : "Play (space)";
      play.setAttribute("aria-label", text);
      play.title = text;
    },
  };
}

function eventDots(ctx, line, last) {
  const seen = new Map();
  for (const event of ctx.run.events) {
    const place = ctx.run.powers.findIndex((power) => power.code === event.powers[0]);
    const color = event.powers.length === 1 && place >= 0 ? ctx.ink(place, 3) : ctx.c.muted;
    const crowd = seen.get(event.month) ?? 0;
    seen.set(event.month, crowd + 1);
    const text = `${monthName(ctx.run.dates[event.month])}: ${event.about}`;
    const dot = html(
      "button",
      {
        class: `sim-dot${event.kind === "summit" ? " sim-summit" : ""}`,
        type: "button",
        title: text,
        "aria-label": text,
        tabindex: -1,
        "data-event": event.id,
        style: `left:${(100 * event.month) / Math.max(last, 1)}%;--dot:${color};transform:translateX(${8 * crowd}px)`,
      },
      line,
    );
    dot.addEventListener("click", () => {
      ctx.seek(event.month);
      ctx.click({
        kind: "event",
        event: event.id,
        month: event.month,
        republic: event.host,
        power: event.powers[0] ?? "",
      });
    });
  }
}

function scrubbing(ctx, track, last) {
  const place = (event) => {
    const box = track.getBoundingClientRect();
    return clamp(((event.clientX - box.left) / box.width) * last, 0, last);
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const month = Math.round(place(event)); // read before pausing, which redraws
    track.setPointerCapture(event.pointerId);
    ctx.state.busy = true;
    step(ctx.group, { playing: false, month }, ctx.id);
  });
  track.addEventListener("pointermove", (event) => {
    if (ctx.state.busy && track.hasPointerCapture(event.pointerId))
      step(ctx.group, { month: Math.round(place(event)) }, ctx.id);
  });
  const release = () => {
    if (ctx.state.busy) {
      ctx.state.busy = false;
      ctx.spec.settle(ctx);
    }
  };
  track.addEventListener("pointerup", release);
  track.addEventListener("pointercancel", release);
}
