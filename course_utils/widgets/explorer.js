// Hidden states of one text: a map (tokens across, states H[0] … H[L] downwards), words
// and neighbours. The numbers arrive once; from then on the browser needs no kernel.
// Data and drawing are in explorer_map.js; both stand behind common.js in one module.

const MOST_NEIGHBOURS = 16;
const HATCHED = "Hatched: there is no number.";
let views = 0;

// ---------------------------------------------------------------- the page

function build(model, data) {
  const id = `state-explorer-${(views += 1)}`;
  const title = model.get("title");
  const parts = {
    root: node("div", { className: "state-explorer", aria: { role: "group", "aria-label": `Hidden-state explorer${title ? `: ${title}` : ""}` } }),
    radios: data.names.map((name, m) => node("input", { type: "radio", name: id, value: m })),
    slider: node("input", { type: "range", min: 0, max: data.rows - 1, step: 1, aria: { "aria-label": "State, from H[0] to the last" } }),
    state: node("span", { className: "se-number", aria: { "aria-hidden": "true" } }),
    token: node("select", { aria: { "aria-label": "Token" } }, ...data.tokens.map((t, i) => node("option", { value: i }, `${i} · ${t}`))),
    rows: node("canvas", { aria: { "aria-hidden": "true" } }),
    map: node("canvas", { tabIndex: 0, aria: { role: "application", "aria-roledescription": "map", "aria-label": "Map of tokens and states; arrow keys move the selection", "aria-describedby": `${id}-readout ${id}-help` } }),
    scale: node("div", { className: "se-scale" }),
    readout: node("p", { className: "se-readout", id: `${id}-readout`, aria: { role: "status", "aria-live": "polite" } }),
    others: node("p", { className: "se-quiet se-others" }),
    nearTitle: node("p", { id: `${id}-near` }),
    near: node("ol", { className: "se-near", aria: { "aria-labelledby": `${id}-near` } }),
    details: node("details", {}, node("summary", {}, "The map in numbers")),
    table: node("div", { className: "se-table" }),
  };
  parts.scroll = node("div", { className: "se-scroll" }, parts.map);
  parts.details.append(parts.table);
  const choices = parts.radios.map((radio, m) => node("label", {}, radio, data.names[m], node("kbd", { aria: { "aria-hidden": "true" } }, m + 1)));
  parts.root.append(
    ...(title ? [node("p", { className: "se-title" }, title)] : []),
    node("fieldset", {}, node("legend", {}, "Measure"), ...choices),
    node("div", { className: "se-controls" },
      node("label", {}, node("b", {}, "State"), parts.slider, parts.state),
      node("label", {}, node("b", {}, "Token"), parts.token)),
    node("div", { className: "se-map" }, parts.rows, parts.scroll),
    parts.scale,
    node("p", { className: "se-quiet", id: `${id}-help` }, "H[0] is on top; each row below is what the next layer made. Click or drag, or focus the map: arrow keys move, Home and End go to the first and last token, 1 to 4 choose the measure."),
    parts.readout, parts.others, parts.nearTitle, parts.near, parts.details,
  );
  return parts;
}

// ---------------------------------------------------------------- words

function describe(data, m, l, t) {
  const value = data.value(m, l, t);
  const what = m === 1 && l > 0 ? `change by layer ${l}` : data.names[m];
  if (Number.isFinite(value)) return `${what} = ${format(data, m, value)}`;
  if (m === 1 && l === 0) return "no change: H[0] is what layer 1 receives";
  return `no ${what}: a row it needs has length 0 or is not finite`;
}

function writeWords(parts, data, now) {
  const { measure, layer, token } = now;
  const where = layer ? `H[${layer}], after layer ${layer}` : "H[0], before layer 1";
  parts.readout.replaceChildren(node("b", {}, `Token ${token} “${data.tokens[token]}” in ${where}: ${describe(data, measure, layer, token)}`));
  parts.others.textContent = data.names.map((_, m) => m).filter((m) => m !== measure)
    .map((m) => describe(data, m, layer, token)).join(" · ");
  parts.state.textContent = `H[${layer}]`;
  parts.slider.value = layer;
  parts.slider.setAttribute("aria-valuetext", where);
  parts.token.value = token;
  parts.radios.forEach((radio, m) => { radio.checked = m === measure; });
}

function writeScale(parts, data, m) {
  const [low, high, holes] = data.range(m);
  const some = low <= high;
  const ends = some ? [low, (low + high) / 2, high].map((x) => node("span", {}, format(data, m, x))) : [];
  const words = some ? `Colours of ${data.names[m]}: dark is ${format(data, m, low)}, bright is ${format(data, m, high)}` : "No colours: there is no number";
  const gradient = node("div", { className: "se-gradient" });
  gradient.style.background = `linear-gradient(to right, ${VIRIDIS.map((c) => `rgb(${c})`).join(",")})`;
  parts.scale.replaceChildren(
    node("span", {}, data.names[m]),
    node("div", { aria: { role: "img", "aria-label": words } }, gradient, node("div", { className: "se-ends" }, ...ends)),
    ...(holes ? [node("span", { className: "se-quiet" }, HATCHED)] : []),
  );
}

function writeNeighbours(parts, data, { layer, token }) {
  const all = data.tokens.map((name, u) => ({ u, name, cosine: data.cosine(layer, token, u) }))
    .filter(({ u, cosine }) => u !== token && Number.isFinite(cosine))
    .sort((a, b) => b.cosine - a.cosine);
  const low = all.length && all.at(-1).cosine < 0 ? -1 : 0;
  const zero = (-low / (1 - low)) * 100;
  parts.near.replaceChildren(...all.slice(0, MOST_NEIGHBOURS).map(({ u, name, cosine }) => {
    const bar = node("div", { className: cosine < 0 ? "se-bar se-below" : "se-bar" });
    const width = (Math.min(1, Math.abs(cosine)) / (1 - low)) * 100;
    bar.style.left = `${cosine < 0 ? zero - width : zero}%`;
    bar.style.width = `${width}%`;
    const mark = node("div", { className: "se-zero" });
    mark.style.left = `${zero}%`;
    return node("li", {}, node("span", { className: "se-quiet se-number" }, u), node("span", { title: name }, name),
      node("div", { className: "se-track" }, bar, mark), node("span", { className: "se-number" }, cosine.toFixed(3)));
  }));
  const left = all.length - MOST_NEIGHBOURS;
  const rest = left > 0 ? ` (the ${MOST_NEIGHBOURS} nearest of ${all.length})` : "";
  parts.nearTitle.textContent = all.length
    ? `Tokens nearest to ${token} “${data.tokens[token]}” in H[${layer}], by cosine${rest}`
    : `No other token has a cosine to ${token} “${data.tokens[token]}” in H[${layer}].`;
}

function writeTable(parts, data, m) {
  if (!parts.details.open) return;
  const head = node("tr", {}, node("th", { scope: "col" }, data.names[m]), ...data.tokens.map((t) => node("th", { scope: "col" }, t)));
  const body = Array.from({ length: data.rows }, (_, l) => node("tr", {},
    node("th", { scope: "row" }, `H[${l}]`), ...data.row(m, l).map((x) => node("td", {}, format(data, m, x)))));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, head), node("tbody", {}, ...body)));
}

// ---------------------------------------------------------------- hands

function keepVisible(parts, look, token) {
  const box = parts.scroll;
  const left = token * look.cell;
  if (left < box.scrollLeft) box.scrollLeft = left;
  const right = left + look.cell + look.overhang + 8 - box.clientWidth;
  if (right > box.scrollLeft) box.scrollLeft = right;
}

function listen(parts, data, now, choose, look) {
  const at = (event) => {
    const box = parts.map.getBoundingClientRect();
    const { cell, head } = look();
    choose({ token: Math.floor((event.clientX - box.left) / cell), layer: Math.floor((event.clientY - box.top - head) / ROW) });
  };
  parts.map.addEventListener("pointerdown", (event) => {
    parts.map.focus({ preventScroll: true });
    if (event.pointerType === "mouse") parts.map.setPointerCapture(event.pointerId);
    at(event);
  });
  parts.map.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && event.buttons & 1) at(event);
  });
  parts.slider.addEventListener("input", () => choose({ layer: Number(parts.slider.value) }));
  parts.token.addEventListener("change", () => choose({ token: Number(parts.token.value) }));
  parts.radios.forEach((radio, m) => radio.addEventListener("change", () => choose({ measure: m })));
  parts.details.addEventListener("toggle", () => writeTable(parts, data, now().measure));
  parts.root.addEventListener("keydown", (event) => onKey(event, parts, data, now(), choose));
}

// JupyterLab must not take keys meant for the explorer, but keeps its own (Ctrl+S).
function onKey(event, parts, data, { layer, token }, choose) {
  if (isForPage(event)) return;
  event.stopPropagation();
  const measure = "123456789".indexOf(event.key);
  const moves = {
    ArrowLeft: { token: token - 1 }, ArrowRight: { token: token + 1 },
    ArrowUp: { layer: layer - 1 }, ArrowDown: { layer: layer + 1 },
    Home: { token: 0 }, End: { token: data.T - 1 },
  };
  const typing = event.altKey || event.target === parts.token;
  if (!typing && measure >= 0 && measure < data.names.length) choose({ measure });
  else if (event.target === parts.map && !event.altKey && moves[event.key]) choose(moves[event.key]);
  else return;
  event.preventDefault();
}

function render({ model, el }) {
  const data = readData(model);
  const parts = build(model, data);
  const clamp = (x, count) => Math.max(0, Math.min(count - 1, x));
  const now = () => ({ measure: model.get("measure"), layer: model.get("layer"), token: model.get("token") });
  let look;
  const redraw = () => { look = drawMap(parts, data, now()); };
  const show = () => {
    redraw();
    keepVisible(parts, look, now().token);
    writeWords(parts, data, now());
    writeNeighbours(parts, data, now());
    writeScale(parts, data, now().measure);
    writeTable(parts, data, now().measure);
  };
  const choose = (wish) => {
    const next = { ...now(), ...wish };
    model.set({ measure: next.measure, layer: clamp(next.layer, data.rows), token: clamp(next.token, data.T) });
    model.save_changes();
  };
  el.append(parts.root);
  listen(parts, data, now, choose, () => look);
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.scroll, redraw);
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
