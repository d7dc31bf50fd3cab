// What sets worlds apart, as one bar with words, and the numbers that matter most, each a way to its lever.

export default {
  render({ model, el: root }) {
    root.classList.add("app-mount");
    const box = el("div", { class: "app-split" }, root);
    return redrawn(model, box, (show) => {
      box.replaceChildren();
      box.hidden = !show.parts?.length;
      if (box.hidden) return;
      box.classList.toggle("app-old", !!show.old);
      const head = el("p", { class: "app-split-head" }, box);
      el("b", {}, head, "What sets worlds apart");
      el("span", {}, head, ` (${show.error})`);
      const said = show.parts.map((part) => part.said).join(", ");
      const bar = el("div", { class: "app-bar", role: "img", "aria-label": `${said}; ${show.error}` }, box);
      for (const part of show.parts) el("i", { "data-part": part.name, style: `flex-grow:${part.part}` }, bar);
      const key = el("p", { class: "app-key", "aria-hidden": "true" }, box);
      for (const part of show.parts) {
        const one = el("span", { "data-part": part.name }, key);
        el("i", { "data-part": part.name }, one);
        one.append(part.said);
      }
      if (!show.numbers?.length) return;
      el("p", { class: "app-split-head" }, box).append(el("b", {}, null, "The numbers that matter most"));
      const list = el("ol", { class: "app-matter" }, box);
      for (const number of show.numbers) {
        const row = el("li", { "data-number": number.path }, list);
        el(
          "button",
          {
            type: "button",
            class: "app-link",
            title: "Go to its lever",
            "data-key": `go-${number.path}`,
            on: { click: () => window.dispatchEvent(new CustomEvent("sim:lever", { detail: { path: number.path } })) },
          },
          row,
          number.name,
        );
        row.append(` ${number.told}`);
      }
    });
  },
};
