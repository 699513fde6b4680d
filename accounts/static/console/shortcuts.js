// Keys: "/" searches, "?" shows what there is, "g" and a letter open a page. Off inside fields, and off when switched off.
(() => {
  const sheet = document.getElementById("keys");
  const choice = sheet.querySelector("[data-keys-on]");
  const OFF = "ses_keys_off";
  const GO_MS = 1500;
  let goUntil = 0;

  choice.checked = localStorage.getItem(OFF) === null;
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  document.querySelectorAll("[data-keys-help]").forEach((opener) => opener.addEventListener("click", () => {
    opener.closest("details").open = false;
    sheet.showModal();
  }));

  const act = (key) => {
    if (goUntil > Date.now()) {
      goUntil = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) link.click();
      return true;
    }
    if (key === "g") { goUntil = Date.now() + GO_MS; return true; }
    if (key === "?") { sheet.showModal(); return true; }
    const search = key === "/" && document.querySelector('main input[type="search"]');
    if (search) search.focus();
    return Boolean(search);
  };

  // Before all others, so that the second letter of a pair, and every letter when keys are off, means nothing else.
  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (!choice.checked) { event.stopImmediatePropagation(); return; }
    if (!act(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
