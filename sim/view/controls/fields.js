// A row of choices: lists to pick from, tabs and buttons.

export default {
  render({ model, el: root }) {
    root.classList.add("app-mount");
    const row = el("div", { class: "app-fields", role: "group" }, root);
    saveFiles(model);
    const choose = (id, value) => speak(model, { kind: "choose", id, value });
    return redrawn(model, row, (show) => {
      row.replaceChildren();
      if (show.label) row.setAttribute("aria-label", show.label);
      for (const field of show.fields ?? []) {
        const box = el("div", { class: `app-field app-field-${field.kind}${field.wide ? " app-wide" : ""}`, "data-field": field.id }, row);
        if (field.kind === "button") {
          el(
            "button",
            {
              type: "button",
              class: "app-button",
              "data-key": field.id,
              disabled: field.disabled || null,
              title: field.title ?? null,
              on: { click: () => choose(field.id, field.value ?? "") },
            },
            box,
            field.label,
          );
          continue;
        }
        const id = `field-${field.id}-${Math.random().toString(36).slice(2, 8)}`;
        if (field.kind === "tabs") {
          el("span", { class: "app-sr", id }, box, field.label);
          const tabs = el("div", { class: "app-tabs", role: "radiogroup", "aria-labelledby": id }, box);
          const values = field.options.map(([value]) => value);
          for (const [value, label] of field.options) {
            const on = value === field.value;
            const tab = el(
              "button",
              {
                type: "button",
                role: "radio",
                "aria-checked": String(on),
                tabindex: on ? 0 : -1,
                "data-key": `${field.id}-${value}`,
                "data-value": value,
                on: { click: () => choose(field.id, value) },
              },
              tabs,
              label,
            );
            tab.addEventListener("keydown", (event) => {
              const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
              if (!way) return;
              event.preventDefault();
              event.stopPropagation();
              const next = values[(values.indexOf(value) + way + values.length) % values.length];
              tabs.querySelector(`[data-value="${CSS.escape(next)}"]`)?.focus();
              choose(field.id, next);
            });
          }
          continue;
        }
        el("label", { class: "app-label", for: id }, box, field.label);
        const select = el("select", { id, class: "app-select", "data-key": field.id }, box);
        for (const [value, label] of field.options) el("option", { value }, select, label);
        select.value = String(field.value);
        select.addEventListener("change", () => choose(field.id, select.value));
      }
    });
  },
};
