// Read before anything is drawn: light or dark as chosen here before, else as the system has it. (The server's own
// setting "auto" would do the same, but its page then lacks the element that everything is put into.)
vuetifyThemes = {
  light: { dark: false, colors: {} },
  dark: { dark: true, colors: {} },
};
theme.variant = "auto";
document.documentElement.lang = "en";
document.documentElement.dataset.theme = inDarkMode() ? "dark" : "light";
document.querySelector('meta[name="viewport"]')?.setAttribute("content", "width=device-width, initial-scale=1");
// anywidget gives a panel two seconds to load and then leaves its place empty; a busy or slow machine may need longer.
const patience = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => patience(milliseconds === 2000 ? 60000 : milliseconds);
