// What fits into a budget of trainable numbers: a slider, a choice of setting, a picture
// and its table. The numbers arrive once; from then on the browser needs no kernel.

function buildBudget(model, data) {
  const title = model.get("title");
  const options = data.settings.map((name, i) => node("option", { value: String(i) }, name));
  const parts = {
    root: node("div", { className: "budget-explorer", aria: { role: "group", "aria-label": `Budget${title ? `: ${title}` : ""}` } }),
    slider: node("input", { type: "range", min: 0, max: data.budgets.length - 1, step: 1, aria: { "aria-label": "Budget of trainable numbers" } }),
    chosen: node("span", { className: "be-choice", aria: { "aria-hidden": "true" } }),
    setting: node("select", { aria: { "aria-label": "Data" } }, ...options),
    picture: node("div", { className: "be-picture" }),
    readout: node("p", { className: "be-readout", aria: { role: "status", "aria-live": "polite" } }),
    table: node("div", { className: "be-table" }),
  };
  parts.root.append(
    ...(title ? [node("p", { className: "be-title" }, title)] : []),
    node("label", {}, node("b", {}, "Data"), parts.setting),
    node("label", {}, node("b", {}, "Budget"), parts.slider, parts.chosen),
    parts.picture,
    parts.readout,
    parts.table,
    node("p", { className: "be-quiet" }, `Numbers in the picture are rows of the table. Small dots: seeds; large marks: their mean, hollow beyond the budget; bars and ±: one standard deviation. ${model.get("note")}`),
  );
  return parts;
}

function budgetWords(data, now) {
  const { fit, best } = fitting(data, now);
  const budget = `Budget ${asCount(data.budgets[now.budget])} numbers`;
  if (!fit.length) return `${budget}: no method fits.`;
  const score = summary(data.runs(now.setting, best));
  return `${budget}: ${fit.length} of ${data.names.length} methods fit; the highest mean has ${data.names[best]}, ${score}.`;
}

// The last column is the difference to the best that fits, seed by seed.
function writeBudgetTable(parts, data, now) {
  const { fit, best } = fitting(data, now);
  const rows = data.names.map((name, m) => {
    const runs = data.runs(now.setting, m);
    const fits = fit.includes(m);
    const gaps = runs.map((share, s) => share - data.runs(now.setting, best)[s]);
    const last = m === best ? "best that fits" : summary(gaps, true);
    const cells = [asCount(data.trainable[m]), fits ? "yes" : "no", summary(runs), fits ? last : "–"];
    return node("tr", { className: m === best ? "be-best" : fits ? "" : "be-out" },
      node("th", { scope: "row" }, `${m + 1} ${name}`), ...cells.map((text) => node("td", {}, text)));
  });
  const head = ["method", "numbers", "fits", "accuracy", "minus the best that fits"];
  const names = node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, names), node("tbody", {}, ...rows)));
}

function render({ model, el }) {
  const data = readBudgets(model);
  const parts = buildBudget(model, data);
  const now = () => ({ setting: model.get("setting"), budget: model.get("budget") });
  const redraw = () => drawBudget(parts.picture, data, now());
  const show = () => {
    const budget = `${asCount(data.budgets[now().budget])} numbers`;
    parts.slider.value = now().budget;
    parts.setting.value = String(now().setting);
    parts.slider.setAttribute("aria-valuetext", budget);
    parts.chosen.textContent = budget;
    parts.readout.textContent = budgetWords(data, now());
    writeBudgetTable(parts, data, now());
    redraw();
  };
  const change = (values) => {
    model.set(values);
    model.save_changes();
  };
  el.append(parts.root);
  parts.slider.addEventListener("input", () => change({ budget: Number(parts.slider.value) }));
  parts.setting.addEventListener("change", () => change({ setting: Number(parts.setting.value) }));
  // JupyterLab must not take keys meant for the slider, but keeps its own (Ctrl+S).
  parts.root.addEventListener("keydown", (event) => { if (!isForPage(event)) event.stopPropagation(); });
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.picture, redraw);
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
