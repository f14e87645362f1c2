// What the lens reads in each state: a grid (positions across, states H[0] … H[L]
// downwards) and the most probable words of the selected field. The numbers arrive once;
// from then on the browser needs no kernel.

const MEASURES = ["the top word", "the final word"];
let lenses = 0;

const percent = (share) => (share > 0 && share < 0.0005 ? "under 0.1 %" : `${(100 * share).toFixed(1)} %`);
const short = (share) => `${Math.round(100 * share)} %`;

function readLens(model) {
  const [tokens, words, top] = ["tokens", "words", "top"].map((name) => model.get(name));
  const [best, shares, final] = ["best", "shares", "final"].map((name) => floats(model.get(name)));
  const T = tokens.length;
  const rows = final.length / T;
  const at = (l, t, i = 0) => (l * T + t) * top + i;
  return {
    tokens, T, rows, top,
    word: (l, t, i = 0) => words[best[at(l, t, i)]],
    share: (l, t, i = 0) => shares[at(l, t, i)],
    final: (l, t) => final[l * T + t],
    value(m, l, t) { return m ? this.final(l, t) : this.share(l, t); },
  };
}

// ---------------------------------------------------------------- the page

function makeGrid(data, id) {
  const fields = Array.from({ length: data.rows }, (_, l) => data.tokens.map((token, t) => node("td", {
    tabIndex: -1, id: `${id}-${l}-${t}`,
    aria: { role: "gridcell", "aria-label": `H[${l}], position ${t} ${token}: ${data.word(l, t)}, ${percent(data.share(l, t))}` },
  }, node("span", {}, shorten(data.word(l, t))), node("span", { className: "le-share" }))));
  const head = node("tr", { aria: { role: "row" } },
    node("th", { aria: { role: "columnheader" } }, "reads"),
    ...data.tokens.map((token, t) => node("th", { scope: "col", title: token, aria: { role: "columnheader" } }, node("small", {}, t), ` ${shorten(token)}`)));
  const body = fields.map((row, l) => node("tr", { aria: { role: "row" } },
    node("th", { scope: "row", aria: { role: "rowheader" } }, `H[${l}]`), ...row));
  const grid = node("table", { aria: { role: "grid", "aria-label": "Words read in each state; arrow keys move the selection", "aria-describedby": `${id}-help` } },
    node("thead", {}, head), node("tbody", {}, ...body));
  return { grid, fields };
}

function build(model, data) {
  const id = `lens-explorer-${(lenses += 1)}`;
  const title = model.get("title");
  const parts = {
    root: node("div", { className: "lens-explorer", aria: { role: "group", "aria-label": `Lens explorer${title ? `: ${title}` : ""}` } }),
    radios: MEASURES.map((name, m) => node("input", { type: "radio", name: id, value: m })),
    ...makeGrid(data, id),
    readout: node("p", { className: "le-readout", aria: { role: "status", "aria-live": "polite" } }),
    bars: node("ol", { className: "le-bars", aria: { "aria-label": "Most probable words of the selected field" } }),
    details: node("details", {}, node("summary", {}, "This position in numbers")),
    table: node("div", { className: "le-table" }),
  };
  parts.scroll = node("div", { className: "le-scroll" }, parts.grid);
  parts.details.append(parts.table);
  const choices = parts.radios.map((radio, m) => node("label", {}, radio, MEASURES[m], node("kbd", { aria: { "aria-hidden": "true" } }, m + 1)));
  parts.root.append(
    ...(title ? [node("p", { className: "le-title" }, title)] : []),
    node("fieldset", {}, node("legend", {}, "Colour: probability of"), ...choices),
    parts.scroll,
    node("p", { className: "le-quiet", id: `${id}-help` }, "Each field is the word that its state puts next, after the token above. Click a field, or focus one: arrow keys move, Home and End go to the first and last position, 1 and 2 choose the colour. The final word is what the last row puts on top."),
    parts.readout, parts.bars, parts.details,
  );
  return parts;
}

// ---------------------------------------------------------------- what changes

function paint(parts, data, { measure, layer, token }) {
  parts.fields.forEach((row, l) => row.forEach((field, t) => {
    const value = data.value(measure, l, t);
    const colour = colourAt(value);
    field.style.background = `rgb(${colour})`;
    field.style.color = luminance(colour) < 0.18 ? "#fff" : "#000"; // the better contrast
    field.lastChild.textContent = short(value);
    const chosen = l === layer && t === token;
    field.tabIndex = chosen ? 0 : -1;
    field.setAttribute("aria-selected", chosen);
  }));
  parts.radios.forEach((radio, m) => { radio.checked = m === measure; });
}

function writeWords(parts, data, { layer, token }) {
  const where = `H[${layer}] at position ${token} “${data.tokens[token]}”`;
  const last = data.word(data.rows - 1, token);
  const rest = data.word(layer, token) === last
    ? "the same word as in the last state"
    : `the last state’s word, “${last}”, has ${percent(data.final(layer, token))} here`;
  parts.readout.textContent = `${where} reads “${data.word(layer, token)}” with ${percent(data.share(layer, token))}; ${rest}.`;
  parts.bars.replaceChildren(...Array.from({ length: data.top }, (_, i) => {
    const bar = node("div", { className: "le-bar" });
    bar.style.width = `${100 * data.share(layer, token, i)}%`;
    return node("li", {}, node("span", { title: data.word(layer, token, i) }, data.word(layer, token, i)),
      node("div", { className: "le-track" }, bar), node("span", { className: "le-number" }, percent(data.share(layer, token, i))));
  }));
}

function writeTable(parts, data, { token }) {
  if (!parts.details.open) return;
  const ranks = Array.from({ length: data.top }, (_, i) => i);
  const head = ["state", ...ranks.map((i) => `${i + 1}.`)].map((text) => node("th", { scope: "col" }, text));
  const rows = parts.fields.map((_, l) => node("tr", {}, node("th", { scope: "row" }, `H[${l}]`),
    ...ranks.map((i) => node("td", {}, `${data.word(l, token, i)} ${percent(data.share(l, token, i))}`))));
  parts.table.replaceChildren(node("table", {}, node("thead", {}, node("tr", {}, ...head)), node("tbody", {}, ...rows)));
}

// Only sideways and only inside the grid: the page must not jump.
function keepVisible(parts, { layer, token }) {
  const box = parts.scroll;
  const field = parts.fields[layer][token];
  const rowNames = field.parentNode.firstChild.offsetWidth;
  if (field.offsetLeft - rowNames < box.scrollLeft) box.scrollLeft = field.offsetLeft - rowNames;
  const right = field.offsetLeft + field.offsetWidth + 4 - box.clientWidth;
  if (right > box.scrollLeft) box.scrollLeft = right;
}

// ---------------------------------------------------------------- hands

function placeOf(parts, target) {
  const field = target.closest?.("td[role=gridcell]");
  if (!field) return null;
  const layer = parts.fields.findIndex((row) => row.includes(field));
  return { layer, token: parts.fields[layer].indexOf(field) };
}

// JupyterLab must not take keys meant for the explorer, but keeps its own (Ctrl+S).
function onKey(event, parts, data, { layer, token }, choose) {
  if (isForPage(event)) return;
  event.stopPropagation();
  const measure = ["1", "2"].indexOf(event.key);
  const moves = {
    ArrowLeft: { token: token - 1 }, ArrowRight: { token: token + 1 },
    ArrowUp: { layer: layer - 1 }, ArrowDown: { layer: layer + 1 },
    Home: { token: 0 }, End: { token: data.T - 1 },
  };
  if (event.altKey) return;
  if (measure >= 0) choose({ measure });
  else if (placeOf(parts, event.target) && moves[event.key]) choose(moves[event.key], true);
  else return;
  event.preventDefault();
}

function render({ model, el }) {
  const data = readLens(model);
  const parts = build(model, data);
  const clamp = (x, count) => Math.max(0, Math.min(count - 1, x));
  const now = () => ({ measure: model.get("measure"), layer: model.get("layer"), token: model.get("token") });
  const show = () => {
    paint(parts, data, now());
    keepVisible(parts, now());
    writeWords(parts, data, now());
    writeTable(parts, data, now());
  };
  const choose = (wish, follow = false) => {
    const next = { ...now(), ...wish };
    const layer = clamp(next.layer, data.rows);
    const token = clamp(next.token, data.T);
    model.set({ measure: next.measure, layer, token });
    model.save_changes();
    if (follow) parts.fields[layer][token].focus({ preventScroll: true });
  };
  el.append(parts.root);
  parts.grid.addEventListener("click", (event) => {
    const place = placeOf(parts, event.target);
    if (place) choose(place, true);
  });
  parts.radios.forEach((radio, m) => radio.addEventListener("change", () => choose({ measure: m })));
  parts.details.addEventListener("toggle", () => writeTable(parts, data, now()));
  parts.root.addEventListener("keydown", (event) => onKey(event, parts, data, now(), choose));
  model.on("change", show);
  show();
  const stop = watchLook(parts.root, parts.scroll, () => keepVisible(parts, now()));
  return () => {
    stop();
    model.off("change", show);
  };
}

export default { render };
