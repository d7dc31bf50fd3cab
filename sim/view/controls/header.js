// Name, pages, theme. Keeps the address in step with what is shown, and the other way round when going back.

const SUN =
  "M8 4.5A3.5 3.5 0 1 0 8 11.5 3.5 3.5 0 0 0 8 4.5zM7.4 0h1.2v2.6H7.4zM7.4 13.4h1.2V16H7.4zM0 7.4h2.6v1.2H0zM13.4 7.4H16v1.2h-2.6zM2.3 3.2l.9-.9 1.8 1.9-.8.8zM11 11.8l.8-.8 1.9 1.8-.9.9zM2.3 12.8L4.2 11l.8.8-1.8 1.9zM11 4.2l1.8-1.9.9.9L11.8 5z";
const MOON = "M6.2 1.2a6.9 6.9 0 1 0 8.6 8.9A5.6 5.6 0 0 1 6.2 1.2z";
const STORE = ":solara:theme.variant";

function dark() {
  return document.documentElement.dataset.theme === "dark";
}
function setTheme(model, isDark) {
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  try {
    localStorage.setItem(STORE, JSON.stringify(isDark ? "dark" : "light"));
  } catch {
    // a browser that keeps nothing: the choice holds for this page
  }
  if (window.app?.$vuetify) window.app.$vuetify.theme.dark = isDark;
  model.set("theme", isDark ? "dark" : "light");
  model.save_changes();
}
function withPage(page) {
  const words = new URLSearchParams(window.location.search);
  words.set("page", page);
  return `?${words}`;
}

export default {
  render({ model, el: root }) {
    root.classList.add("app-mount");
    const bar = el("header", { class: "app-head" }, root);
    el("a", { class: "app-skip", href: "#app-main" }, bar, "Skip to the picture");
    const name = el("div", { class: "app-name" }, bar);
    el("strong", {}, name, "sim");
    const region = el("span", {}, name);
    const nav = el("nav", { class: "app-nav", "aria-label": "Pages" }, bar);
    const button = el("button", { class: "app-theme", type: "button", on: { click: () => setTheme(model, !dark()) } }, bar);
    const NS = "http://www.w3.org/2000/svg";
    const icon = document.createElementNS(NS, "svg");
    const shape = document.createElementNS(NS, "path");
    for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }))
      icon.setAttribute(key, value);
    icon.append(shape);
    button.append(icon);
    const mark = () => {
      shape.setAttribute("d", dark() ? SUN : MOON);
      const label = dark() ? "Light colours" : "Dark colours";
      button.setAttribute("aria-label", label);
      button.title = label;
    };
    const watch = new MutationObserver(mark);
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    mark();
    model.set("theme", dark() ? "dark" : "light");
    model.save_changes();

    const open = (page, label) => {
      const link = el("a", { "data-key": page }, nav, label);
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        speak(model, { kind: "page", page });
        link.setAttribute("aria-busy", "true");
      });
      return link;
    };
    let shownPage = null;
    const stop = redrawn(model, nav, (show) => {
      region.textContent = show.region ? `${show.region} between powers` : "";
      // Links stay the same elements: one that is replaced between press and release loses its click.
      for (const [page, label] of show.pages ?? []) {
        const link = nav.querySelector(`[data-key="${page}"]`) ?? open(page, label);
        link.setAttribute("href", withPage(page));
        link.removeAttribute("aria-busy");
        if (page === show.page) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      if (show.address != null && window.location.search !== show.address) {
        const turned = shownPage !== null && shownPage !== show.page;
        window.history[turned ? "pushState" : "replaceState"](null, "", show.address || window.location.pathname);
      }
      if (shownPage !== null && shownPage !== show.page) window.scrollTo(0, 0);
      shownPage = show.page;
      document.title = show.title ?? "sim";
    });
    const back = () => speak(model, { kind: "address", search: window.location.search });
    window.addEventListener("popstate", back);
    return () => {
      stop();
      watch.disconnect();
      window.removeEventListener("popstate", back);
    };
  },
};
