// One state is disturbed: the relative change of every state as a line with its band.
// The numbers arrive once; from then on the browser needs no kernel.

const HEIGHT = 260;
const MARGIN = { left: 52, right: 14, top: 30, bottom: 42 };
let charts = 0;

const finite = (values) => values.filter(Number.isFinite);
const percent = (x) => (Number.isFinite(x) ? `${(100 * x).toFixed(Math.abs(x) < 0.0995 ? 2 : 1)} %` : "no number");
const labelOf = (level) => `${Number((100 * level).toPrecision(6))} %`;

// ---------------------------------------------------------------- numbers

function readRuns(model) {
  const means = floats(model.get("means"));
  const spreads = floats(model.get("spreads"));
  const depths = model.get("depths");
  const levels = model.get("levels");
  const starts = [0];
  depths.forEach((L, m) => starts.push(starts[m] + L * levels[m].length * (L + 1)));
  const rowOf = (all, { model: m, layer, level }) => {
    const from = starts[m] + ((layer - 1) * levels[m].length + level) * (depths[m] + 1);
    return Array.from(all.subarray(from, from + depths[m] + 1));
  };
  const mean = (now) => rowOf(means, now);
  const spread = (now) => rowOf(spreads, now);
  return {
    depths, levels, mean, spread, names: model.get("names"), notes: model.get("notes"),
    // One scale for all disturbed states of a model and level, so that they compare.
    highest(now) {
      let top = levels[now.model][now.level];
      for (let layer = 1; layer <= depths[now.model]; layer += 1) {
        const half = spread({ ...now, layer });
        top = Math.max(top, ...finite(mean({ ...now, layer }).map((x, l) => x + half[l])));
      }
      return top * 1.08;
    },
  };
}

// A whole choice: layer and level stay inside the chosen model's range.
function clampChoice(data, { model, layer, level }) {
  return {
    model,
    layer: Math.max(1, Math.min(data.depths[model], layer)),
    level: Math.max(0, Math.min(data.levels[model].length - 1, level)),
  };
}

// ---------------------------------------------------------------- the page

function build(model, data) {
  const id = `propagation-${(charts += 1)}`;
  const title = model.get("title");
  const parts = {
    root: node("div", { className: "propagation-explorer", aria: { role: "group", "aria-label": `Error propagation${title ? `: ${title}` : ""}` } }),
    model: node("select", { aria: { "aria-label": "Model" } }, ...data.names.map((name, m) => node("option", { value: m }, name))),
    layer: node("input", { type: "range", min: 1, step: 1, aria: { "aria-label": "Disturbed state H[k]" } }),
    layerText: node("span", { className: "pe-number", aria: { "aria-hidden": "true" } }),
    level: node("input", { type: "range", min: 0, step: 1, aria: { "aria-label": "Noise level" } }),
    levelText: node("span", { className: "pe-number", aria: { "aria-hidden": "true" } }),
    chart: node("div", { className: "pe-chart" }),
    readout: node("p", { className: "pe-readout", id: `${id}-readout`, aria: { role: "status", "aria-live": "polite" } }),
    note: node("p", { className: "pe-quiet" }),
    details: node("details", {}, node("summary", {}, "The chart in numbers")),
    table: node("div", { className: "pe-table" }),
  };
  parts.details.append(parts.table);
  parts.root.append(
    ...(title ? [node("p", { className: "pe-title" }, title)] : []),
    node("div", { className: "pe-controls" },
      node("label", {}, node("b", {}, "Model"), parts.model),
      node("label", {}, node("b", {}, "Disturb"), parts.layer, parts.layerText),
      node("label", {}, node("b", {}, "Noise"), parts.level, parts.levelText)),
    parts.chart, parts.readout, parts.note, parts.details,
  );
  return parts;
}

function ticks(top) {
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

function frame(svg, look) {
  const { x, y, L, width, top } = look;
  const bottom = HEIGHT - MARGIN.bottom;
  for (const value of ticks(top)) {
    svg.append(
      shape("line", { class: "pe-grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
      shape("text", { x: MARGIN.left - 7, y: y(value) + 4, "text-anchor": "end" }, labelOf(value)),
    );
  }
  const every = Math.ceil((L + 1) / Math.max(2, Math.floor((width - 70) / 40)));
  for (let l = 0; l <= L; l += every) {
    svg.append(shape("text", { x: x(l), y: bottom + 17, "text-anchor": "middle" }, `H[${l}]`));
  }
  svg.append(
    shape("text", { x: (MARGIN.left + width - MARGIN.right) / 2, y: HEIGHT - 5, "text-anchor": "middle" }, "state"),
    shape("text", { x: 4, y: 14 }, "relative change"),
  );
}

function curve(svg, { x, y }, mean, spread, layer) {
  const points = mean.map((value, l) => ({ l, value, half: spread[l] })).filter(({ value }) => Number.isFinite(value));
  const edge = (sign) => points.map(({ l, value, half }) => `${x(l)},${y(Math.max(0, value + sign * (half || 0)))}`);
  const mark = ({ l, value }) => (l < layer
    ? shape("rect", { class: "pe-before", x: x(l) - 4, y: y(value) - 4, width: 8, height: 8 })
    : shape("circle", { class: "pe-after", cx: x(l), cy: y(value), r: 4.5 }));
  svg.append(
    shape("polygon", { class: "pe-band", points: [...edge(1), ...edge(-1).reverse()].join(" ") }),
    shape("polyline", { class: "pe-line", points: points.map(({ l, value }) => `${x(l)},${y(value)}`).join(" ") }),
    ...points.map(mark),
  );
}

function draw(parts, data, now) {
  const L = data.depths[now.model];
  const width = Math.max(240, parts.chart.clientWidth);
  const top = data.highest(now);
  const look = {
    L, width, top,
    x: (l) => MARGIN.left + 10 + (l / L) * (width - MARGIN.left - MARGIN.right - 20),
    y: (value) => HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.bottom - MARGIN.top),
  };
  const svg = shape("svg", { width, height: HEIGHT, role: "img", "aria-label": `Relative change of H[0] to H[${L}], with a band of one standard deviation; the numbers are in the table below.` });
  const level = data.levels[now.model][now.level];
  frame(svg, look);
  svg.append(
    shape("line", { class: "pe-level", x1: MARGIN.left, x2: width - MARGIN.right, y1: look.y(level), y2: look.y(level) }),
    shape("line", { class: "pe-fault", x1: look.x(now.layer), x2: look.x(now.layer), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
  );
  curve(svg, look, data.mean(now), data.spread(now), now.layer);
  parts.chart.replaceChildren(svg);
}

// ---------------------------------------------------------------- words

function sentence(data, now) {
  const L = data.depths[now.model];
  const mean = data.mean(now);
  const spread = data.spread(now);
  const put = mean[now.layer];
  const left = mean[L];
  const before = now.layer > 1 ? `H[0] to H[${now.layer - 1}] are` : "H[0] is";
  const start = `${percent(put)} put into H[${now.layer}] of ${data.names[now.model]}`;
  if (now.layer === L) return `${start}, the last state: no layer follows. ${before} unchanged.`;
  const steps = L - now.layer;
  const gain = (left / put) ** (1 / steps);
  const rate = Number.isFinite(gain) ? `: ${(left / put).toFixed(2)} times as much, a gain of ${gain.toFixed(3)} per layer` : "";
  return `${start} arrive at H[${L}] as ${percent(left)} ± ${percent(spread[L])}${rate}. ${before} unchanged.`;
}

function write(parts, data, now) {
  const level = data.levels[now.model][now.level];
  parts.model.value = now.model;
  parts.layer.max = data.depths[now.model];
  parts.layer.value = now.layer;
  parts.layer.setAttribute("aria-valuetext", `H[${now.layer}], what layer ${now.layer} wrote`);
  parts.layerText.textContent = `H[${now.layer}]`;
  parts.level.max = data.levels[now.model].length - 1;
  parts.level.value = now.level;
  parts.level.setAttribute("aria-valuetext", labelOf(level));
  parts.levelText.textContent = labelOf(level);
  parts.readout.textContent = sentence(data, now);
  const note = data.notes[now.model];
  parts.note.textContent = `Line: mean relative change; band: one standard deviation${note ? ` (${note})` : ""}. Dashed: the disturbed state and the level put in. Squares: states before it.`;
}

function writeTable(parts, data, now) {
  if (!parts.details.open) return;
  const spread = data.spread(now);
  const rows = data.mean(now).map((value, l) => node("tr", {},
    node("th", { scope: "row" }, `H[${l}]`), node("td", {}, percent(value)), node("td", {}, percent(spread[l]))));
  const head = ["state", "mean change", "± one standard deviation"].map((text) => node("th", { scope: "col" }, text));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, node("tr", {}, ...head)), node("tbody", {}, ...rows)));
}

function render({ model, el }) {
  const data = readRuns(model);
  const parts = build(model, data);
  const now = () => clampChoice(data, { model: model.get("model"), layer: model.get("layer"), level: model.get("level") });
  const redraw = () => draw(parts, data, now());
  const show = () => {
    redraw();
    write(parts, data, now());
    writeTable(parts, data, now());
  };
  const choose = (wish) => {
    model.set(clampChoice(data, { ...now(), ...wish }));
    model.save_changes();
  };
  el.append(parts.root);
  parts.model.addEventListener("change", () => choose({ model: Number(parts.model.value) }));
  for (const name of ["layer", "level"]) {
    parts[name].addEventListener("input", () => choose({ [name]: Number(parts[name].value) }));
  }
  parts.details.addEventListener("toggle", () => writeTable(parts, data, now()));
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
