// Draws [data-chart] from the JSON that its value names, in the colours of the theme; polls [data-live] pages.
(() => {
  const root = document.documentElement;
  const theme = () => (root.getAttribute("data-bs-theme") === "dark" ? "dark" : "light");
  // The theme's own values, written out: plotly reads neither variables nor color-mix().
  const INK = {
    light: { text: "#1f2937", muted: "#6b7280", line: "#e6e7e9", ground: "#ffffff" },
    dark: { text: "#e5e7eb", muted: "#a3a9b3", line: "#3b3b3b", ground: "#242424" },
  };

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source) return;
    const { traces, layout, colours } = JSON.parse(source.textContent);
    const paint = colours[theme()];
    const { text, muted, line, ground } = INK[theme()];
    traces.forEach((trace, n) => {
      if (trace.type === "scatter") { trace.line.color = paint[n]; return; }
      trace.marker.color = paint[n];
      trace.marker.line.color = ground;
      if (trace.marker.pattern) { trace.marker.pattern.fgcolor = paint[n]; trace.marker.pattern.bgcolor = ground; }
    });
    const narrow = place.clientWidth < 480;
    layout.font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: muted };
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.hoverlabel = { bgcolor: ground, bordercolor: line, font: { color: text, size: 12 } };
    layout.xaxis.nticks = narrow ? 5 : layout.xaxis.nticks;
    Object.assign(layout.xaxis, { linecolor: line, tickcolor: line });
    layout.yaxis.gridcolor = line;
    // On a touch screen a drag scrolls the page; elsewhere it zooms, and a double click takes that back.
    layout.dragmode = matchMedia("(hover: none)").matches ? false : "zoom";
    Plotly.react(place, traces, layout, { displayModeBar: false, responsive: true });
  };
  const drawAll = (within) => within.querySelectorAll("[data-chart]").forEach(draw);

  const poll = () => {
    const page = document.querySelector("[data-live]");
    if (!page) return;
    let paused = false;
    const show = () => {
      const button = page.querySelector("[data-pause]");
      button.setAttribute("aria-pressed", String(paused));
      button.querySelector("span").textContent = paused ? button.dataset.textResume : button.dataset.textPause;
    };
    page.addEventListener("click", (event) => {
      if (!event.target.closest("[data-pause]")) return;
      paused = !paused;
      show();
    });
    // A changed filter brings the button anew.
    document.addEventListener("htmx:afterSettle", show);
    const refresh = async () => {
      if (!paused && !document.hidden) {
        try {
          const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
          if (answer.ok && !answer.redirected) {
            const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
            document.querySelectorAll("[data-fresh]").forEach((old) => {
              const now = fresh.getElementById(old.id);
              if (now && old.textContent !== now.textContent) old.replaceChildren(...now.childNodes);
            });
            drawAll(document);
          }
        } catch { /* The next look comes in a moment. */ }
      }
      setTimeout(refresh, Number(page.dataset.live));
    };
    setTimeout(refresh, Number(page.dataset.live));
  };

  // Before the fonts are there a chart would be laid out for others.
  const start = () => document.fonts.ready.then(() => {
    drawAll(document);
    poll();
    new MutationObserver(() => drawAll(document)).observe(root, { attributeFilter: ["data-bs-theme"] });
    document.addEventListener("htmx:afterSettle", () => drawAll(document));
  });
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
