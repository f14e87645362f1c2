// Tied maps: choose W and its spectral norm, walk through the steps. The numbers arrive
// once; from then on the browser needs no kernel.

const NEAR = 0.02; // points closer than this count as one place
let tiedViews = 0;

function buildTied(model, data) {
  const id = `tied-explorer-${(tiedViews += 1)}`;
  const title = model.get("title");
  const chart = () => node("canvas", { aria: { role: "img" } });
  const parts = {
    root: node("div", { className: "tied-explorer", aria: { role: "group", "aria-label": `Explorer of tied maps${title ? `: ${title}` : ""}` } }),
    radios: data.kinds.map((name, k) => node("input", { type: "radio", name: id, value: k })),
    norm: node("input", { type: "range", min: 0, max: data.norms.length - 1, step: 1, aria: { "aria-label": "Spectral norm of W" } }),
    normText: node("span", { className: "te-number", aria: { "aria-hidden": "true" } }),
    step: node("input", { type: "range", min: 0, max: data.steps, step: 1, aria: { "aria-label": "Step" } }),
    stepText: node("span", { className: "te-number", aria: { "aria-hidden": "true" } }),
    plane: chart(), changes: chart(), lengths: chart(),
    readout: node("p", { className: "te-readout", aria: { role: "status", "aria-live": "polite" } }),
    beside: node("p", { className: "te-quiet" }),
    details: node("details", {}, node("summary", {}, "This setting in numbers")),
    table: node("div", { className: "te-table", tabIndex: 0, aria: { role: "region", "aria-label": "Table of this setting" } }),
  };
  parts.details.append(parts.table);
  const choices = parts.radios.map((radio, k) => node("label", {}, radio, data.kinds[k], node("kbd", { aria: { "aria-hidden": "true" } }, k + 1)));
  const picture = (name, canvas) => node("div", { className: "te-picture" }, node("p", { className: "te-name" }, name), node("div", {}, canvas));
  const pictures = [picture("Six paths of tanh(H W + U)", parts.plane), picture("Change per step", parts.changes)];
  if (data.layers.length) pictures.push(picture("Length of a row, tied layers", parts.lengths));
  parts.root.append(
    ...(title ? [node("p", { className: "te-title" }, title)] : []),
    node("fieldset", {}, node("legend", {}, "W"), ...choices),
    node("div", { className: "te-controls" },
      node("label", {}, node("b", {}, "Spectral norm"), parts.norm, parts.normText),
      node("label", {}, node("b", {}, "Step"), parts.step, parts.stepText)),
    node("div", { className: "te-pictures" }, ...pictures),
    legend(data),
    node("p", { className: "te-quiet" }, `Squares are the starts, circles the states at step l; closer than ${NEAR} counts as one place. Keys: arrows move a slider, 1 to 4 choose what W does. A click on one of the other pictures chooses a step.`),
    parts.readout, parts.beside, parts.details,
  );
  return parts;
}

function legend(data) {
  const entries = [["te-line", BLUE, "tanh map, one line a start"], ["te-line te-dots", "currentColor", "bound, if the norm is below 1"]];
  const marks = { square: "■", triangle: "▲" };
  const made = entries.map(([className, colour, text]) => {
    const line = node("span", { className, aria: { "aria-hidden": "true" } });
    line.style.borderColor = colour;
    return node("li", {}, line, text);
  });
  data.layers.forEach((name, i) => {
    const mark = node("span", { aria: { "aria-hidden": "true" } }, `– ${marks[LOOKS[i].mark]} –`);
    mark.style.color = LOOKS[i].colour;
    made.push(node("li", {}, mark, name));
  });
  return node("ul", { className: "te-legend" }, ...made);
}

// ---------------------------------------------------------------- words

const plainNumber = (x) => {
  if (!Number.isFinite(x)) return "none";
  return x && (Math.abs(x) < 1e-2 || Math.abs(x) >= 1e4) ? x.toExponential(1) : x.toPrecision(3);
};

// Into how many places the points have come together after step l.
function places(data, now, l) {
  const found = [];
  for (let s = 0; s < data.starts; s += 1) {
    const [a, b] = data.point(now, l, s);
    if (!found.some(([c, d]) => Math.hypot(a - c, b - d) < NEAR)) found.push([a, b]);
  }
  return found.length;
}

function moving(data, now, l) {
  if (l === 0) return `no step yet, ${places(data, now, 0)} starts`;
  const count = places(data, now, l);
  const where = count === 1 ? "all in one place" : `in ${count} places`;
  const bound = data.bound(now, l);
  const allowed = Number.isFinite(bound) ? `, the bound allows ${plainNumber(bound)}` : ", no bound from 1 on";
  return `the six states are ${where}; largest change ${plainNumber(data.largest(now, l))}${allowed}`;
}

function writeTied(parts, data, now) {
  const rho = data.norms[now.norm].toFixed(1);
  parts.readout.replaceChildren(node("b", {}, `W ${data.kinds[now.kind]}, spectral norm ${rho}, step ${now.step}: ${moving(data, now, now.step)}.`));
  parts.beside.textContent = data.layers.map((name, i) => {
    const moved = now.step ? `, change ${plainNumber(data.layerChange(i, now.step))}` : "";
    return `${name}: length of a row ${plainNumber(data.length(i, now.step))}${moved}`;
  }).join(" · ");
  parts.normText.textContent = rho;
  parts.norm.value = now.norm;
  parts.norm.setAttribute("aria-valuetext", rho);
  parts.stepText.textContent = String(now.step);
  parts.step.value = now.step;
  parts.radios.forEach((radio, k) => { radio.checked = k === now.kind; });
  parts.plane.setAttribute("aria-label", `Paths of six states in the plane up to step ${now.step}: ${moving(data, now, now.step)}`);
  parts.changes.setAttribute("aria-label", `Change per step: from ${plainNumber(data.largest(now, 1))} at step 1 to ${plainNumber(data.largest(now, data.steps))} at step ${data.steps}`);
  parts.lengths.setAttribute("aria-label", data.layers.map((name, i) => `${name}: length from ${plainNumber(data.length(i, 0))} to ${plainNumber(data.length(i, data.steps))}`).join("; "));
}

function writeNumbers(parts, data, now) {
  if (!parts.details.open) return;
  const names = ["step", "places", "largest change", "bound", ...data.layers.flatMap((name) => [`${name}: change`, `${name}: length`])];
  const head = node("tr", {}, ...names.map((name) => node("th", { scope: "col" }, name)));
  const rows = Array.from({ length: data.steps + 1 }, (_, l) => {
    const step = (value) => (l ? plainNumber(value) : "");
    const fields = [String(places(data, now, l)), step(l && data.largest(now, l)), step(l && data.bound(now, l)),
      ...data.layers.flatMap((__, i) => [step(l && data.layerChange(i, l)), plainNumber(data.length(i, l))])];
    return node("tr", {}, node("th", { scope: "row" }, l), ...fields.map((text) => node("td", {}, text)));
  });
  parts.table.replaceChildren(node("table", {}, node("thead", {}, head), node("tbody", {}, ...rows)));
}

// ---------------------------------------------------------------- hands

function listenTied(parts, data, now, choose) {
  parts.norm.addEventListener("input", () => choose({ norm: Number(parts.norm.value) }));
  parts.step.addEventListener("input", () => choose({ step: Number(parts.step.value) }));
  parts.radios.forEach((radio, k) => radio.addEventListener("change", () => choose({ kind: k })));
  parts.details.addEventListener("toggle", () => writeNumbers(parts, data, now()));
  for (const canvas of [parts.changes, parts.lengths]) {
    canvas.addEventListener("pointerdown", (event) => {
      const box = canvas.getBoundingClientRect(); // the frame: 44 left, 10 right
      const share = (event.clientX - box.left - 44) / (box.width - 54);
      choose({ step: Math.round(share * data.steps) });
    });
  }
  // JupyterLab must not take keys meant for the explorer, but keeps its own (Ctrl+S).
  parts.root.addEventListener("keydown", (event) => {
    if (isForPage(event)) return;
    event.stopPropagation();
    const kind = "123456789".indexOf(event.key);
    if (event.altKey || kind < 0 || kind >= data.kinds.length) return;
    choose({ kind });
    event.preventDefault();
  });
}

function render({ model, el }) {
  const data = readTied(model);
  const parts = buildTied(model, data);
  const clamp = (x, last) => Math.max(0, Math.min(last, x));
  const now = () => ({ kind: model.get("kind"), norm: model.get("norm"), step: model.get("step") });
  const redraw = () => {
    const ink = getComputedStyle(parts.root).color;
    drawPlane(parts.plane, data, now(), ink);
    drawChanges(parts.changes, data, now(), ink);
    if (data.layers.length) drawLengths(parts.lengths, data, now(), ink);
  };
  const show = () => {
    redraw();
    writeTied(parts, data, now());
    writeNumbers(parts, data, now());
  };
  const choose = (wish) => {
    const next = { ...now(), ...wish };
    model.set({ kind: next.kind, norm: clamp(next.norm, data.norms.length - 1), step: clamp(next.step, data.steps) });
    model.save_changes();
  };
  el.append(parts.root);
  listenTied(parts, data, now, choose);
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.changes.parentElement, redraw);
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
