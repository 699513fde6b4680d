// Conveniences; every page works without them.
(() => {
  document.documentElement.classList.add("js");
  // Scripts hold no text: the page brings each in its language.
  const toasts = document.querySelector(".toasts");
  const { textLoggedOut, textLogIn, logIn, textUnreachable, textForbidden, textGone, textBroken, textCopy, textCopied } = toasts.dataset;

  // Menus are <details>: one at a time, shut by Escape and by a click elsewhere.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // Toasts leave by themselves, warnings later; errors stay until closed.
  document.querySelectorAll("[data-toast]").forEach((toast) => {
    toast.querySelector("[data-toast-close]").addEventListener("click", () => toast.remove());
    if (!toast.matches(".toast-error")) setTimeout(() => toast.remove(), toast.matches(".toast-warning") ? 20000 : 8000);
  });

  // When a part of a page cannot be fetched, say so, once.
  const trouble = (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const text = status === 0 ? textUnreachable : status === 401 ? textLoggedOut : status === 403 ? textForbidden : status === 404 ? textGone : textBroken;
    const toast = document.createElement("div");
    toast.className = "toast show toast-error";
    const body = document.createElement("div");
    body.className = "toast-body";
    const words = document.createElement("span");
    words.textContent = text;
    body.append(words);
    toast.append(body);
    if (status === 401) {
      const link = document.createElement("a");
      Object.assign(link, { className: "btn btn-sm btn-primary", href: logIn, target: "_blank", textContent: textLogIn });
      body.append(link);
    } else toast.addEventListener("click", () => toast.remove());
    toasts.querySelectorAll("[data-trouble]").forEach((old) => old.remove());
    toast.setAttribute("data-trouble", "");
    toasts.append(toast);
  };
  document.addEventListener("htmx:responseError", (event) => {
    // Logged out, or logged in again elsewhere: the answer to the new token says which.
    if (event.detail.xhr.status === 401) renewToken(); else trouble(event);
  });
  document.addEventListener("htmx:sendError", trouble);

  // Whoever logged in again in another tab has a new token: the forms of this page get it when it is looked at again.
  const renewToken = async () => {
    const answer = await fetch(document.body.dataset.formToken, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer && answer.status === 401) trouble({ detail: { xhr: answer } });
    if (!answer || !answer.ok) return;
    const { token } = await answer.json();
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll('[name="csrfmiddlewaretoken"]').forEach((field) => { field.value = token; });
    toasts.querySelectorAll("[data-trouble]").forEach((old) => old.remove());
  };
  if (document.body.dataset.formToken) {
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") renewToken(); });
    window.addEventListener("focus", () => { if (toasts.querySelector("[data-trouble]")) renewToken(); });
  }

  // Copy: [data-copy] gets a button that copies its text. The button is named by the attribute's value, else by the
  // term that the text is the description of, else by the text.
  const live = document.createElement("div");
  live.className = "visually-hidden";
  live.setAttribute("role", "status");
  document.body.append(live);
  const ICON = '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M8 10a2 2 0 0 1 2 -2h9a2 2 0 0 1 2 2v9a2 2 0 0 1 -2 2h-9a2 2 0 0 1 -2 -2z"/><path d="M16 8v-3a2 2 0 0 0 -2 -2h-9a2 2 0 0 0 -2 2v9a2 2 0 0 0 2 2h3"/></svg>';
  const MAX_NAME = 60;
  const copyName = (source) => {
    const term = source.closest("dd")?.previousElementSibling;
    const what = source.dataset.copy || (term?.matches("dt") && term.textContent.trim()) || source.textContent.trim();
    return textCopy.replace("{}", what.length > MAX_NAME ? `${what.slice(0, MAX_NAME)}…` : what);
  };
  const addCopyButtons = (root) => {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy]:not([data-copy-ready])").forEach((source) => {
      source.setAttribute("data-copy-ready", "");
      if (!source.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.title = copyName(source);
      button.setAttribute("aria-label", button.title);
      button.innerHTML = ICON;
      button.addEventListener("click", async (event) => {
        event.stopPropagation();
        await navigator.clipboard.writeText(source.textContent.trim());
        button.classList.add("copied");
        live.textContent = textCopied;
        setTimeout(() => { button.classList.remove("copied"); live.textContent = ""; }, 1500);
      });
      (source.closest("a") || source).after(button);
    });
  };
  addCopyButtons(document);
  document.addEventListener("htmx:load", (event) => addCopyButtons(event.target));

  // Filters: empty ones stay out of the URL; a preset and two dates exclude each other.
  const filters = document.getElementById("filters");
  if (filters) {
    const range = filters.elements.range, since = filters.elements.since, until = filters.elements.until;
    const showDates = () => {
      if (!range || !since) return;
      [since, until].forEach((date) => { date.closest(".filter").hidden = range.value !== "custom"; });
    };
    if (range && since) {
      range.addEventListener("change", (event) => {
        if (range.value === "custom") { event.stopPropagation(); since.closest(".filter").hidden = false; since.focus(); }
        else { since.value = ""; until.value = ""; }
        showDates();
      });
      [since, until].forEach((date) => date.addEventListener("change", () => { range.value = "custom"; }));
      showDates();
    }
    filters.addEventListener("htmx:configRequest", (event) => {
      const data = event.detail.parameters;
      Object.keys(data).forEach((name) => { if (data[name] === "") delete data[name]; });
    });
    filters.classList.add("live");
  }

  // [data-keeps-typed]: when it is swapped, what was typed meanwhile stays, and the field that has the focus keeps it.
  let typed = [], focus = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    typed = []; focus = null;
    // An answer without content swaps nothing, and what is typed after it is newer than this.
    if (!event.detail.shouldSwap || !part.matches("[data-keeps-typed]")) return;
    typed = [...part.querySelectorAll("input[id]:not([type=hidden]), textarea[id]")].map((field) => [field.id, field.value]);
    const active = document.activeElement;
    if (part.contains(active)) focus = [active.id, active.selectionStart, active.selectionEnd];
  });
  document.addEventListener("htmx:afterSwap", () => {
    typed.forEach(([id, value]) => { const field = document.getElementById(id); if (field) field.value = value; });
    const field = focus && document.getElementById(focus[0]);
    if (field) { field.focus(); field.setSelectionRange(focus[1], focus[2]); }
    typed = []; focus = null;
  });

  // What was refused is marked until it is changed, and again when it is as it was.
  document.querySelectorAll('[aria-invalid="true"]').forEach((field) => {
    const refused = field.value, errors = document.getElementById(`${field.id}_errors`);
    field.addEventListener("input", () => {
      const wrong = field.value === refused;
      field.classList.toggle("is-invalid", wrong);
      field.setAttribute("aria-invalid", String(wrong));
      if (errors) errors.hidden = !wrong;
    });
  });

  // A whole row opens its page; links, buttons and selected text inside keep their own meaning.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    const link = row && row.querySelector("a.row-link");
    if (!link || event.target.closest("a, button, input, select, label, summary") || String(getSelection())) return;
    link.click();
  });

  // A form that was sent is not sent twice.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // [data-confirm] asks first.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
  });
})();
