// What the controls share: elements, messages to the server with a running number, files to save.

function el(tag, attributes, parent, text) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key === "on") for (const [name, act] of Object.entries(value)) node.addEventListener(name, act);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
  }
  if (text != null) node.textContent = text;
  parent?.append(node);
  return node;
}

// Numbers count over the life of the widget, so that the server can tell old from new.
function speak(model, content, buffers) {
  model.spoken = Math.max(model.spoken ?? 0, model.get("heard")) + 1;
  model.send({ ...content, n: model.spoken }, undefined, buffers);
  return model.spoken;
}

function saveFiles(model) {
  model.on("msg:custom", (content, buffers) => {
    if (content?.kind !== "file") return;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: content.mime }));
    const link = el("a", { href: url, download: content.name, hidden: true }, document.body);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  });
}

// Draw now and whenever `show` changes; what had the focus keeps it.
function redrawn(model, root, draw) {
  const again = () => {
    const key = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    try {
      draw(model.get("show") ?? {});
    } catch (error) {
      root.replaceChildren();
      el("p", { class: "app-error", role: "alert" }, root, `This part of the page cannot be shown: ${error.message}`);
    }
    if (key && document.activeElement?.dataset.key !== key)
      root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  };
  model.on("change:show", again);
  again();
  return () => model.off("change:show", again);
}
