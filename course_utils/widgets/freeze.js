// How much of an encoder may change: a slider, what moves, what it brings. The numbers
// arrive once; from then on the browser needs no kernel.

function buildFreeze(model, data) {
  const title = model.get("title");
  const swatch = (name) => node("span", { className: `fe-swatch fe-${name}`, aria: { "aria-hidden": "true" } });
  const parts = {
    root: node("div", { className: "freeze-explorer", aria: { role: "group", "aria-label": `Freezing${title ? `: ${title}` : ""}` } }),
    slider: node("input", { type: "range", min: 0, max: data.names.length - 1, step: 1, aria: { "aria-label": "What may change" } }),
    chosen: node("span", { className: "fe-choice", aria: { "aria-hidden": "true" } }),
    drift: node("div", { className: "fe-picture" }),
    accuracy: node("div", { className: "fe-picture" }),
    readout: node("p", { className: "fe-readout", aria: { role: "status", "aria-live": "polite" } }),
    details: node("details", {}, node("summary", {}, "All choices in numbers")),
    table: node("div", { className: "fe-table" }),
  };
  parts.details.append(parts.table);
  parts.root.append(
    ...(title ? [node("p", { className: "fe-title" }, title)] : []),
    node("label", {}, node("b", {}, "May change"), parts.slider, parts.chosen),
    node("div", { className: "fe-pictures" },
      node("div", { className: "fe-half" }, node("p", { className: "fe-name" }, "How far each part moved"), parts.drift),
      node("div", { className: "fe-half" }, node("p", { className: "fe-name" }, "Accuracy"), parts.accuracy,
        node("p", { className: "fe-legend" }, swatch("seen"), "seen phrases", swatch("unseen"), "unseen phrases", node("span", { className: "fe-swatch fe-half-line" }), "guessing"))),
    parts.readout,
    node("p", { className: "fe-quiet" }, `Small dots: seeds; bars and large marks: their mean; ±: one standard deviation. ${model.get("note")}`),
    parts.details,
  );
  return parts;
}

function freezeWords(data, choice) {
  const share = data.trainable[choice] / data.total;
  const count = `${asCount(data.trainable[choice])} of ${asCount(data.total)} numbers may change (${(100 * share).toPrecision(share > 0.0995 ? 3 : 2)} %)`;
  const right = `accuracy ${summary(data.seen(choice))} on seen and ${summary(data.unseen(choice))} on unseen phrases`;
  return `${data.names[choice]}: ${count}; ${right}.`;
}

function writeFreeze(parts, data, choice) {
  parts.slider.value = choice;
  parts.slider.setAttribute("aria-valuetext", data.names[choice]);
  parts.chosen.textContent = data.names[choice];
  const words = freezeWords(data, choice);
  parts.readout.textContent = words[0].toUpperCase() + words.slice(1);
}

function writeFreezeTable(parts, data) {
  if (!parts.details.open || parts.table.firstChild) return;
  const head = ["may change", "numbers", "seen", "unseen", ...data.parts];
  const rows = data.names.map((name, c) => node("tr", {},
    node("th", { scope: "row" }, name),
    ...[asCount(data.trainable[c]), summary(data.seen(c)), summary(data.unseen(c)),
      ...data.parts.map((_, p) => (data.frozen(c, p) ? "frozen" : inPercent(data.drift(c, p))))].map((text) => node("td", {}, text))));
  const names = node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, names), node("tbody", {}, ...rows)));
}

function render({ model, el }) {
  const data = readFreezing(model);
  const parts = buildFreeze(model, data);
  const now = () => model.get("choice");
  const redraw = () => {
    drawDrift(parts.drift, data, now());
    drawAccuracy(parts.accuracy, data, now());
  };
  const show = () => {
    redraw();
    writeFreeze(parts, data, now());
  };
  el.append(parts.root);
  parts.slider.addEventListener("input", () => {
    model.set({ choice: Number(parts.slider.value) });
    model.save_changes();
  });
  parts.details.addEventListener("toggle", () => writeFreezeTable(parts, data));
  // JupyterLab must not take keys meant for the slider, but keeps its own (Ctrl+S).
  parts.root.addEventListener("keydown", (event) => { if (!isForPage(event)) event.stopPropagation(); });
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.accuracy, redraw);
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
