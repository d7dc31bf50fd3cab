// Saving what a panel shows: its picture as SVG or PNG, its numbers as CSV, in the browser; Parquet the kernel writes.

const ICON_SAVE = "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11";

function offer(name, type, content) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = html("a", { href: url, download: name }, document.body);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 4000);
}
function csv(rows, inert = (x) => x) {
  const quoted = (x) => (/[",\n\r]/.test(x) ? `"${x.replaceAll('"', '""')}"` : x),
    cell = (x) => quoted(inert(String(x)));
  return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
// Text that a spreadsheet would take for a formula, with an apostrophe in front (as sim/runs/sheet.py does).
function asText(x) {
  return /^[=+\-@\t\n\r]/.test(x) && Number.isNaN(Number(x)) ? `'${x}` : x;
}
// The panel's drawings stacked under its title and caption, as one stand-alone picture.
function picture(ctx) {
  const parts = [...ctx.body.querySelectorAll("svg[data-chart]")].map((node) => [node, node.getBoundingClientRect()]);
  const frame = ctx.body.getBoundingClientRect(),
    width = Math.ceil(frame.width) + 32;
  const lines = wrapped(ctx.captionText, width - 32, 11),
    head = 36 + 15 * lines.length;
  const height = head + Math.ceil(Math.max(...parts.map(([, box]) => box.bottom - frame.top))) + 14;
  const root = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT,
  });
  svg("rect", { width, height, fill: ctx.c.paper }, root);
  svg("text", { x: 16, y: 24, fill: ctx.c.ink, "font-size": 14, "font-weight": 600 }, root, ctx.titleText);
  lines.forEach((line, i) => svg("text", { x: 16, y: 42 + 15 * i, fill: ctx.c.muted, "font-size": 11 }, root, line));
  for (const [node, box] of parts) {
    const copy = node.cloneNode(true);
    copy.setAttribute("x", 16 + box.left - frame.left);
    copy.setAttribute("y", head + box.top - frame.top);
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    root.appendChild(copy);
  }
  return [new XMLSerializer().serializeToString(root), width, height];
}
function wrapped(text, width, size) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
function savePng(ctx, name) {
  const [source, width, height] = picture(ctx),
    image = new Image();
  image.onload = () => {
    const canvas = html("canvas", { width: width * 2, height: height * 2 }),
      pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0);
    canvas.toBlob((blob) => offer(`${name}.png`, "image/png", blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
}

// The numbers go to the kernel, packed, and come back as a file (see saveFiles).
async function saveParquet(ctx, name) {
  const packed = new Blob([csv(ctx.spec.table(ctx))]).stream().pipeThrough(new CompressionStream("gzip"));
  ctx.model.send({ kind: "parquet", name: `${name}.parquet` }, undefined, [await new Response(packed).arrayBuffer()]);
}
function saveFiles(ctx) {
  ctx.on("msg:custom", (content, buffers) => {
    if (content?.kind === "file") offer(content.name, content.mime, new Blob([buffers[0]], { type: content.mime }));
  });
}

function saveMenu(ctx, parent) {
  const box = html("div", { class: "sim-save" }, parent);
  const button = html(
    "button",
    {
      class: "sim-icon",
      type: "button",
      "aria-label": `Save ${ctx.spec.name}`,
      "aria-expanded": "false",
      title: "Save picture or data",
    },
    box,
  );
  svg(
    "path",
    { d: ICON_SAVE },
    svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, button),
  );
  const menu = html("div", { class: "sim-menu", hidden: "" }, box);
  const show = (open) => {
    menu.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const item = (label, act) =>
    html(
      "button",
      {
        type: "button",
        on: {
          click: () => {
            show(false);
            button.focus();
            act();
          },
        },
      },
      menu,
      label,
    );
  const name = () => `${ctx.spec.name}-${ctx.run?.raw?.name ?? "chart"}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  if (ctx.spec.drawn !== false) {
    item("PNG", () => savePng(ctx, name()));
    item("SVG", () => offer(`${name()}.svg`, "image/svg+xml", picture(ctx)[0]));
  }
  if (ctx.spec.table) {
    item("CSV", () => offer(`${name()}.csv`, "text/csv", csv(ctx.spec.table(ctx), asText)));
    item("Parquet", () => saveParquet(ctx, name()));
    saveFiles(ctx);
  }
  button.addEventListener("click", () => show(menu.hidden));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !menu.hidden) {
      show(false);
      button.focus();
      event.stopPropagation();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) show(false);
  });
}
