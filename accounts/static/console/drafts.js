// Long forms, [data-draft]: what is typed stays in this browser until it is saved, and is offered again when the form
// is opened anew. Passwords, files, hidden fields and what is marked as sensitive are not kept.
(() => {
  const MAX_AGE_MS = 7 * 86_400_000;
  const prefix = `ses_draft:${document.body.dataset.person}:`;
  const here = prefix + location.pathname;
  const keep = (key, draft) => { try { localStorage.setItem(key, JSON.stringify(draft)); } catch { /* it is full: nothing is kept */ } };
  const kept = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };

  // A form that was sent and led to a page that says so is saved; what is old is gone.
  const saved = document.querySelector("[data-toast].toast-success") !== null;
  Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach((key) => {
    const draft = kept(key);
    if (!draft || Date.now() - draft.at > MAX_AGE_MS || (saved && draft.sent && key !== here)) localStorage.removeItem(key);
  });

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const LEFT_OUT = ["hidden", "password", "file", "submit", "button"];
  const fields = () => [...form.elements].filter((field) => field.name && !LEFT_OUT.includes(field.type) && !("sensitive" in field.dataset));
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const values = () => Object.fromEntries(fields().map((field) =>
    isChoice(field) ? [`${field.name}=${field.value}`, field.checked] : [field.name, field.value]));
  const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

  const started = values();
  const isChanged = () => !same(values(), started);
  const offer = form.querySelector("[data-draft-offer]");
  const draft = kept(here);
  if (draft && !same(draft.values, started) && !form.querySelector(".invalid-feedback")) {
    offer.querySelector("[data-draft-time]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
    offer.hidden = false;
  } else if (draft && same(draft.values, started)) localStorage.removeItem(here);

  // Fields that another field brings are filled when they have come.
  let missing = {};
  const fill = () => {
    const filled = fields().filter((field) => (isChoice(field) ? `${field.name}=${field.value}` : field.name) in missing);
    filled.forEach((field) => {
      const name = isChoice(field) ? `${field.name}=${field.value}` : field.name;
      const before = isChoice(field) ? field.checked : field.value;
      if (isChoice(field)) field.checked = missing[name]; else field.value = missing[name];
      delete missing[name];
      if ((isChoice(field) ? field.checked : field.value) === before) return;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  document.addEventListener("htmx:afterSettle", () => { if (Object.keys(missing).length) fill(); });
  offer.querySelector("[data-draft-restore]").addEventListener("click", () => {
    missing = { ...draft.values };
    offer.hidden = true;
    fill();
  });
  offer.querySelector("[data-draft-discard]").addEventListener("click", () => {
    localStorage.removeItem(here);
    offer.hidden = true;
  });

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (isChanged()) keep(here, { at: Date.now(), values: values() }); }, 300);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formNoValidate) return;
    clearTimeout(waiting);
    if (isChanged() || kept(here)) keep(here, { at: Date.now(), values: values(), sent: true });
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged() && !form.dataset.sent) event.preventDefault();
  });
})();
