// What a memory of κ vectors keeps of every segment: a slider, two lengths of text, one
// chart. The numbers arrive once; from then on the browser needs no kernel.

const PLOT = { left: 46, right: 12, top: 24, bottom: 42, height: 270 };

function readRecall(model) {
  const [kappas, segments, chance] = ["kappas", "segments", "chance"].map((name) => model.get(name));
  const shares = ["trained", "longer"].map((name) => floats(model.get(name)));
  const seeds = shares[0].length / (kappas.length * segments[0]);
  return {
    kappas, segments, chance, seeds,
    // Recall of one segment, one number a seed; `long` is 0 or 1.
    of: (long, choice, segment) => Array.from({ length: seeds }, (_, s) => shares[long][(choice * seeds + s) * segments[long] + segment]),
    means(long, choice) {
      return Array.from({ length: segments[long] }, (_, i) => mean(this.of(long, choice, i)));
    },
  };
}

// ---------------------------------------------------------------- the chart

function drawRecall(box, data, long, choice) {
  const width = Math.max(220, box.clientWidth);
  const { left, right, top, bottom, height } = PLOT;
  const count = data.segments[long];
  const x = (segment) => left + (segment + 0.5) * ((width - left - right) / count);
  const y = (share) => height - bottom - share * (height - top - bottom);
  const label = `Recall by segment with ${data.kappas[choice]} memory vectors, beside the other choices; the numbers are in the table below.`;
  const svg = shape("svg", { width, height, role: "img", "aria-label": label });
  const line = (share, look) => shape("line", { class: look, x1: left, x2: width - right, y1: y(share), y2: y(share) });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(line(share, "re-grid"), shape("text", { x: left - 7, y: y(share) + 4, "text-anchor": "end" }, String(share)));
  }
  svg.append(
    line(data.chance, "re-chance"),
    shape("text", { x: width - right, y: y(data.chance) + 14, "text-anchor": "end", class: "re-quiet-text" }, "guessing"),
    shape("text", { x: 2, y: 12 }, "share of right answers"),
    shape("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "segment asked about, after the last one was read"),
  );
  const path = (c) => data.means(long, c).map((share, i) => `${x(i)},${y(share)}`).join(" ");
  data.kappas.forEach((_, c) => { if (c !== choice) svg.append(shape("polyline", { class: "re-other", points: path(c) })); });
  svg.append(shape("polyline", { class: "re-line", points: path(choice) }));
  data.means(long, choice).forEach((share, i) => {
    svg.append(shape("text", { x: x(i), y: height - bottom + 18, "text-anchor": "middle" }, String(i + 1)));
    svg.append(shape("rect", { class: "re-mark", x: x(i) - 4.5, y: y(share) - 4.5, width: 9, height: 9 }));
    for (const one of data.of(long, choice, i)) svg.append(shape("circle", { class: "re-dot", cx: x(i), cy: y(one), r: 2.5 }));
  });
  box.replaceChildren(svg);
}

// ---------------------------------------------------------------- words and controls

const vectors = (kappa) => `${kappa} memory ${kappa === 1 ? "vector" : "vectors"}`;

function recallWords(data, long, choice) {
  const first = data.of(long, choice, 0);
  const last = data.of(long, choice, data.segments[long] - 1);
  return `${vectors(data.kappas[choice])}, ${data.segments[long]} segments: recall ${summary(first)} of the first segment, ${summary(last)} of the last, ${mean(data.means(long, choice)).toFixed(2)} on average.`;
}

function writeRecallTable(parts, data, long) {
  const head = ["κ", ...data.means(long, 0).map((_, i) => `segment ${i + 1}`)];
  const rows = data.kappas.map((kappa, c) => node("tr", {}, node("th", { scope: "row" }, String(kappa)),
    ...data.means(long, c).map((_, i) => node("td", {}, summary(data.of(long, c, i))))));
  const names = node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, names), node("tbody", {}, ...rows)));
}

function buildRecall(model, data) {
  const title = model.get("title");
  const parts = {
    root: node("div", { className: "recall-explorer", aria: { role: "group", "aria-label": `Recall${title ? `: ${title}` : ""}` } }),
    slider: node("input", { type: "range", min: 0, max: data.kappas.length - 1, step: 1, aria: { "aria-label": "Memory vectors, κ" } }),
    chosen: node("span", { className: "re-choice", aria: { "aria-hidden": "true" } }),
    long: node("input", { type: "checkbox" }),
    chart: node("div", { className: "re-chart" }),
    readout: node("p", { className: "re-readout", aria: { role: "status", "aria-live": "polite" } }),
    details: node("details", {}, node("summary", {}, "All κ in numbers")),
    table: node("div", { className: "re-table" }),
  };
  parts.details.append(parts.table);
  const swatch = (look) => node("span", { className: `re-swatch re-${look}`, aria: { "aria-hidden": "true" } });
  parts.root.append(
    ...(title ? [node("p", { className: "re-title" }, title)] : []),
    node("div", { className: "re-controls" },
      node("label", {}, node("b", {}, "κ"), parts.slider, parts.chosen),
      node("label", {}, parts.long, `${data.segments[1]} segments instead of the ${data.segments[0]} of training`)),
    parts.chart,
    node("p", { className: "re-legend" }, swatch("mine"), "the chosen κ: mean, and a dot for each seed", swatch("others"), "the other κ"),
    parts.readout,
    node("p", { className: "re-quiet" }, `±: one standard deviation over seeds. ${model.get("note")}`),
    parts.details,
  );
  return parts;
}

function render({ model, el }) {
  const data = readRecall(model);
  const parts = buildRecall(model, data);
  const now = () => [Number(model.get("long")), model.get("choice")];
  const redraw = () => drawRecall(parts.chart, data, ...now());
  const show = () => {
    const [long, choice] = now();
    redraw();
    parts.slider.value = choice;
    parts.slider.setAttribute("aria-valuetext", vectors(data.kappas[choice]));
    parts.chosen.textContent = vectors(data.kappas[choice]);
    parts.long.checked = Boolean(long);
    parts.readout.textContent = recallWords(data, long, choice);
    writeRecallTable(parts, data, long);
  };
  el.append(parts.root);
  const set = (change) => {
    model.set(change);
    model.save_changes();
  };
  parts.slider.addEventListener("input", () => set({ choice: Number(parts.slider.value) }));
  parts.long.addEventListener("change", () => set({ long: parts.long.checked }));
  // JupyterLab must not take keys meant for the slider, but keeps its own (Ctrl+S).
  parts.root.addEventListener("keydown", (event) => { if (!isForPage(event)) event.stopPropagation(); });
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.chart, redraw);
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
