// Ctrl-K, or Cmd-K, opens the search in a dialog; without this, its button leads to the page of the search.
(() => {
  const dialog = document.getElementById("search");
  const field = dialog.querySelector("input");
  const links = () => [...dialog.querySelectorAll("a.search-hit")];

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    document.querySelectorAll("[data-search-key]").forEach((key) => { key.textContent = key.dataset.mac; });
  }
  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    dialog.showModal();
    field.focus();
    field.select();
    if (!links().length) htmx.trigger(field, "search");
  };
  document.querySelectorAll("[data-search-open]").forEach((opener) => opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  }));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close(); else open();
  });
  dialog.querySelector("[data-search-close]").addEventListener("click", () => dialog.close());
  // A click beside the dialog is one on its backdrop.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // Down and Up go through what was found; Enter opens the first of it, when it was found for what is typed now.
  dialog.addEventListener("keydown", (event) => {
    // The first Escape would only empty the field.
    if (event.key === "Escape") { event.preventDefault(); dialog.close(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const stops = [field, ...links()];
    const step = event.key === "ArrowDown" ? 1 : -1;
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  });
  dialog.addEventListener("submit", (event) => {
    const found = dialog.querySelector("[data-search-of]");
    const [first] = links();
    if (!first || found.dataset.searchOf !== field.value.trim()) return;
    event.preventDefault();
    first.click();
  });

  // What went wrong is told on the page, which the dialog covers.
  ["htmx:responseError", "htmx:sendError"].forEach((name) => dialog.addEventListener(name, () => dialog.close()));
})();
