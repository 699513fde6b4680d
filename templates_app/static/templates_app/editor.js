// The editor without JavaScript has all fields; this hides those of the other type and reads files on the spot.
(() => {
  const form = document.getElementById("editor");
  const kind = () => form.elements.kind.value;
  const showKind = () => form.querySelectorAll("[data-kind]").forEach((part) => { part.hidden = part.dataset.kind !== kind(); });
  form.querySelectorAll('[name="kind"]').forEach((choice) => choice.addEventListener("change", showKind));
  showKind();

  // A file goes into the body, where it is screened and can be corrected; what is not UTF-8 is left to the server to refuse.
  const file = form.elements.file;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.files[0].arrayBuffer());
      const body = form.elements[kind()];
      body.value = text;
      file.value = "";
      body.dispatchEvent(new Event("input", { bubbles: true }));
      body.focus();
    } catch { /* the form is sent with the file, and the answer says what is wrong with it */ }
  });

  // A finding leads to its places in the body, one after the other.
  const scrollTo = (field, start) => {
    // The height of what stands before the place, in a field of the same width.
    const before = field.cloneNode();
    before.removeAttribute("id");
    before.removeAttribute("name");
    before.rows = 1;
    before.value = field.value.slice(0, start);
    field.after(before);
    const { scrollHeight } = before;
    before.remove();
    field.scrollTop = scrollHeight - field.clientHeight / 2;
  };
  let shown = "", at = 0;
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-spans]");
    if (!button) return;
    const field = form.elements[button.dataset.field];
    const spans = button.dataset.spans.split(" ");
    // The button may be another one since the last press: the findings are asked for again as one types.
    const number = shown === button.dataset.spans ? (at + 1) % spans.length : 0;
    shown = button.dataset.spans;
    at = number;
    const [start, end] = spans[number].split("-").map(Number);
    field.focus();
    field.setSelectionRange(start, end);
    scrollTo(field, start);
  });

  // The preview follows what is typed; asking for it does not count as sending the form. Each goes into a new frame,
  // whose first page adds no step to the browser's history.
  const preview = form.querySelector('[formtarget="preview"]');
  form.addEventListener("submit", (event) => {
    if (event.submitter !== preview) return;
    const frame = document.querySelector('iframe[name="preview"]');
    frame.replaceWith(frame.cloneNode());
    setTimeout(() => delete form.dataset.sent);
  });
  let waiting;
  const showPreview = (delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      // A page that says it is logged out, or cannot reach the service, gets no preview either.
      if (!form.dataset.sent && form.elements[kind()].value && !document.querySelector("[data-trouble]")) form.requestSubmit(preview);
    }, delay);
  };
  form.addEventListener("input", () => showPreview(1000));
  showPreview(0);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('button[value="save"]'));
  });
})();
