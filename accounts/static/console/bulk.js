// The bar under a list whose rows can be ticked: "all on this page", how many are ticked, and the actions for them.
(() => {
  const boxes = () => [...document.querySelectorAll('input[name="row"][form="bulk"]')];
  const show = () => {
    const bar = document.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const ticked = boxes().filter((box) => box.checked).length;
    const all = bar.querySelector("[data-bulk-all]");
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
    bar.querySelector("[data-bulk-count]").textContent = ticked;
    bar.querySelectorAll("[data-bulk-act]").forEach((button) => { button.disabled = !ticked; });
    bar.classList.toggle("in-use", ticked > 0);
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches('[data-bulk-all], input[name="row"]')) show();
  });
  // A list that was filtered anew has no row ticked; a page that the browser brings back may have.
  document.addEventListener("htmx:load", show);
  window.addEventListener("pageshow", show);
})();
