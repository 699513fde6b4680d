// Draws [data-chart] from the JSON that its value names, in the colours of the theme; polls [data-live] pages.
(() => {
  const root = document.documentElement;
  const theme = () => (root.getAttribute("data-bs-theme") === "dark" ? "dark" : "light");
  // The theme's own values, written out: plotly reads neither variables nor color-mix().
  const INK = {
    light: { text: "#1f2937", muted: "#6b7280", line: "#e6e7e9", ground: "#ffffff" },
    dark: { text: "#e5e7eb", muted: "#a3a9b3", line: "#3b3b3b", ground: "#242424" },
  };

  // As `stats.figures.step` has it: between whole numbers there is nothing to count.
  const STEPS = 5;
  const step = (highest) => {
    let power = 1;
    while (power * 10 * STEPS < highest) power *= 10;
    return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size * STEPS >= highest);
  };
  // Lines for the series that are shown: who hides the tall ones lowers the axis.
  const fit = (place) => {
    const shown = place.data.filter((trace) => trace.visible !== "legendonly");
    const heights = place.data[0].x.map((_, n) => {
      const bars = shown.filter((trace) => trace.type === "bar").reduce((sum, trace) => sum + (trace.y[n] || 0), 0);
      return Math.max(bars, ...shown.map((trace) => trace.y[n] || 0));
    });
    const dtick = step(Math.max(0, ...heights));
    if (place.layout.yaxis.dtick !== dtick) Plotly.relayout(place, { "yaxis.dtick": dtick });
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
    if (narrow && layout.xaxis.tickvals) {
      for (const name of ["tickvals", "ticktext"]) layout.xaxis[name] = layout.xaxis[name].filter((_, n) => n % 2 === 1);
    }
    Object.assign(layout.xaxis, { linecolor: line, tickcolor: line });
    layout.yaxis.gridcolor = line;
    // On a touch screen a drag scrolls the page; elsewhere it zooms, and a double click takes that back.
    layout.dragmode = matchMedia("(hover: none)").matches ? false : "zoom";
    // What somebody hid or zoomed to stays so when new numbers come.
    layout.uirevision = place.dataset.chart;
    const first = !place.data;
    Plotly.react(place, traces, layout, { displayModeBar: false, responsive: true }).then(() => {
      if (first) place.on("plotly_restyle", () => fit(place));
      else fit(place);
    });
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
