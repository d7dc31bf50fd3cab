// The player's orders: what a key or a button does to the group's month.

const player = {
  name: "player",
  bare: true,
  drawn: false,
  needs: "run",
  title: () => "Months",
  caption: () => "",
  build(ctx) {
    if (!ctx.wired) {
      ctx.wired = true;
      this.wire(ctx);
    }
    return buildPlayer(ctx);
  },
  wire(ctx) {
    const ordered = (event) => {
      if (event.detail.group === ctx.group && leader(ctx)) this.order(ctx, event.detail.order);
    };
    const pressed = (event) => {
      if (event.target === document.body && leader(ctx)) keys(ctx, event);
    };
    window.addEventListener("sim:order", ordered);
    document.addEventListener("keydown", pressed);
    (ctx.state.players ??= []).push(ctx.id);
    ctx.cleanups.push(() => {
      window.removeEventListener("sim:order", ordered);
      document.removeEventListener("keydown", pressed);
      cancelAnimationFrame(ctx.frame);
      clearTimeout(ctx.settling);
      ctx.state.players = ctx.state.players.filter((id) => id !== ctx.id);
      if (ctx.frame && ctx.state.playing) step(ctx.group, { playing: false }, ctx.id);
    });
  },
  // Other panels of the group may move the month or choose a republic: the player tells the server for all.
  heard(ctx, detail) {
    if (detail.playing === false && ctx.frame) {
      cancelAnimationFrame(ctx.frame);
      ctx.frame = 0;
    }
    if (("month" in detail || "focus" in detail || detail.playing === false) && !ctx.state.playing && !ctx.state.busy)
      this.settle(ctx);
    if ("playing" in detail) ctx.parts?.mark?.();
  },
  settle(ctx) {
    clearTimeout(ctx.settling);
    ctx.settling = setTimeout(() => {
      if (!ctx.state.playing && !ctx.state.busy) ctx.sync({ month: Math.round(ctx.month), focus: ctx.focus ?? "" });
    }, 120);
  },
  order(ctx, order) {
    if (!ctx.run) return;
    const last = ctx.run.T - 1,
      month = ctx.month;
    const jump = {
      first: 0,
      last,
      back: Math.max(0, Math.ceil(month) - 1),
      forth: Math.min(last, Math.floor(month) + 1),
    }[order];
    if (jump !== undefined) {
      step(ctx.group, { playing: false, month: jump }, ctx.id);
      return;
    }
    if (ctx.state.playing) step(ctx.group, { playing: false, month: Math.round(month) }, ctx.id);
    else this.play(ctx, last);
  },
  play(ctx, last) {
    let exact = ctx.month >= last ? 0 : ctx.month,
      before = null;
    step(ctx.group, { playing: true, month: exact }, ctx.id);
    const frame = (now) => {
      if (!ctx.state.playing) {
        ctx.frame = 0;
        return;
      }
      exact = Math.min(last, exact + (clamp(now - (before ?? now), 0, 100) / 1000) * (ctx.speed ?? 6));
      before = now;
      if (exact >= last) {
        ctx.frame = 0;
        step(ctx.group, { month: last, playing: false }, ctx.id);
        return;
      }
      step(ctx.group, { month: CALM.matches ? Math.floor(exact) : exact }, ctx.id);
      ctx.frame = requestAnimationFrame(frame);
    };
    ctx.frame = requestAnimationFrame(frame);
  },
};
// Of several players of a group the first one takes orders.
function leader(ctx) {
  return ctx.state.players?.[0] === ctx.id;
}

export default makePanel(player);
