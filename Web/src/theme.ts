// Runs before the first paint, so that a chosen theme does not flash in the other one's colours.
(() => {
  const chosen = localStorage.getItem("wgpilot.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset["theme"] = chosen;
})();

export {};
