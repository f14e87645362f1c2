// Rows of prefix and tokens as blocks on their way through the layers, step by step.
// All flows were run before; from then on the browser needs no kernel. Stands behind
// common.js in one module.

const PHASES = 4;
const PAUSE = 1400; // ms between two steps that play by themselves
const HEADS = ["1 · taken", "2 · put together", "3 · out of the layer", "4 · passed on"];
let flows = 0;

// ---------------------------------------------------------------- the page

function build(model) {
  const id = `flow-${(flows += 1)}`;
  const title = model.get("title");
  const button = (text, key) => node("button", { type: "button" }, text, node("kbd", { aria: { "aria-hidden": "true" } }, key));
  const parts = {
    root: node("div", { className: "flow-explorer", aria: { role: "group", "aria-label": `Flow between the layers${title ? `: ${title}` : ""}` } }),
    back: button("Back", "B"),
    next: button("Step", "S"),
    play: button("Play", "P"),
    where: node("input", { type: "range", min: 0, max: PHASES * model.get("depth") - 1, step: 1, aria: { "aria-label": "Step" } }),
    readout: node("p", { className: "fe-readout", aria: { role: "status", "aria-live": "polite" } }),
    scene: node("div", { className: "fe-scene", aria: { role: "img" } }),
    verdict: node("p", { className: "fe-verdict", aria: { role: "status", "aria-live": "polite" } }),
    details: node("details", {}, node("summary", {}, "All layers in numbers")),
    table: node("div", { className: "fe-table" }),
    radios: {},
  };
  const sets = model.get("choices").map(([name, legend, options]) => {
    parts.radios[name] = options.map(([value]) => node("input", { type: "radio", name: `${id}-${name}`, value }));
    const labels = options.map(([, text], i) => node("label", {}, parts.radios[name][i], text));
    return node("fieldset", {}, node("legend", {}, legend), ...labels);
  });
  parts.details.append(parts.table);
  parts.root.append(
    ...(title ? [node("p", { className: "fe-title" }, title)] : []),
    node("div", { className: "fe-choices" }, ...sets),
    parts.verdict,
    node("div", { className: "fe-controls" }, parts.back, parts.next, parts.play, node("label", {}, node("b", {}, "Step"), parts.where)),
    parts.readout, parts.scene,
    node("p", { className: "fe-quiet" },
      node("span", { className: "fe-row fe-prefix fe-key" }, "p"), " a row of a prefix, named after where it came from; ",
      node("span", { className: "fe-row fe-token fe-key" }, "t"), " a token's row; ",
      node("span", { className: "fe-row fe-token fe-gone fe-key" }, "t"), " dropped here."),
    parts.details,
  );
  return parts;
}

// ---------------------------------------------------------------- what is shown

function readNow(model) {
  const names = model.get("choices").map(([name]) => name);
  const chosen = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const way = model.get("ways").find((each) => names.every((name) => each[name] === chosen[name]));
  const step = model.get("step");
  return { chosen, way, step, layer: Math.floor(step / PHASES), phase: step % PHASES, depth: model.get("depth"), tokens: model.get("tokens") };
}

// What a layer is handed: what the one below passed on; before the first, the tokens.
function handed({ way, layer, tokens }) {
  if (layer === 0) return Array.from({ length: tokens }, (_, t) => `t${t}`);
  const [from, to] = way.kept[layer - 1];
  return way.rows[layer - 1].slice(from, to);
}

const isToken = (name) => name.startsWith("t");
const state = (l, bar) => `${bar ? "H̄" : "H"}[${l}]`;
const counted = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
const mixed = (rows) => `${counted(rows.filter((name) => !isToken(name)).length, "prefix row")}, ${counted(rows.filter(isToken).length, "token row")}`;

function row(name, gone) {
  const kind = isToken(name) ? "fe-token" : "fe-prefix";
  return node("li", { className: `fe-row ${kind}${gone ? " fe-gone" : ""}` },
    node("b", {}, isToken(name) ? "t" : "p"), node("span", {}, isToken(name) ? name.slice(1) : name));
}

function columns(now) {
  const { way, layer } = now;
  const rows = way.rows[layer];
  const [from, to] = way.kept[layer];
  return [
    { rows: handed(now), gone: () => false },
    { rows, gone: () => false },
    { rows, gone: () => false },
    { rows, gone: (i) => i < from || i >= to },
  ];
}

function draw(parts, now, moved) {
  const shown = columns(now).map(({ rows, gone }, phase) => {
    const arrived = phase === now.phase && moved;
    const list = node("ol", { className: arrived ? "fe-arrives" : "" }, ...(phase <= now.phase ? rows.map((name, i) => row(name, gone(i))) : []));
    const left = rows.filter((_, i) => !gone(i)).length;
    return node("div", { className: phase === now.phase ? "fe-column fe-now" : "fe-column" },
      node("p", { className: "fe-head" }, HEADS[phase]), list,
      node("p", { className: "fe-count" }, phase <= now.phase ? counted(left, "row") : ""));
  });
  parts.scene.className = now.chosen.side === "front" ? "fe-scene" : "fe-scene fe-behind";
  parts.scene.replaceChildren(...shown);
  const last = columns(now)[now.phase];
  parts.scene.setAttribute("aria-label", `Layer ${now.layer + 1}, from the top: ${last.rows.map((name, i) => (last.gone(i) ? `${name} dropped` : name)).join(", ")}.`);
}

// ---------------------------------------------------------------- words

function sentence(now) {
  const { way, layer, phase, depth } = now;
  const rows = way.rows[layer];
  const [from, to] = way.kept[layer];
  const kept = rows.slice(from, to);
  const added = rows.length - handed(now).length;
  const place = now.chosen.side === "front" ? "in front" : "behind";
  const seen = { none: "every row attends to all", causal: "a row attends to itself and those before it", hidden: "no row attends to a prefix row" }[now.chosen.mask];
  const dropped = rows.length - kept.length;
  const goal = layer + 1 === depth ? "to whoever called" : `to layer ${layer + 2}`;
  return [
    `take what was handed on: ${mixed(handed(now))}.`,
    added ? `put ${counted(added, "prefix row")} ${place}.` : "no prefix row is added.",
    `the unchanged layer turns ${counted(rows.length, "row")} into ${rows.length}; ${seen}.`,
    `drop ${dropped || "no"} row${dropped === 1 ? "" : "s"} and hand on ${mixed(kept)}, ${goal}.`,
  ][phase];
}

const exact = (gap) => gap === "0";

function write(parts, now) {
  const { way, layer, phase, depth } = now;
  const rows = way.rows[layer].length;
  const [from, to] = way.kept[layer];
  const right = exact(way.gaps[layer]) ? "the tokens' rows are those of prefix-tuning" : `where the tokens' rows should be, numbers differ from prefix-tuning by up to ${way.gaps[layer]}`;
  parts.readout.replaceChildren(
    node("b", {}, `Layer ${layer + 1} of ${depth}: rows in ${rows}, out ${rows}, passed on ${to - from}.`),
    ` Step ${phase + 1}: ${sentence(now)}${phase === PHASES - 1 ? ` Now ${right}.` : ""}`);
  parts.where.value = now.step;
  parts.where.setAttribute("aria-valuetext", `layer ${layer + 1}, step ${phase + 1} of ${PHASES}`);
  parts.back.disabled = now.step === 0;
  parts.next.disabled = now.step === PHASES * depth - 1;
}

function writeChoice(parts, now) {
  for (const [name, radios] of Object.entries(parts.radios)) {
    for (const radio of radios) radio.checked = radio.value === now.chosen[name];
  }
  const fine = exact(now.way.gaps.at(-1));
  parts.verdict.className = fine ? "fe-verdict fe-fine" : "fe-verdict";
  parts.verdict.replaceChildren(node("b", {}, fine ? "= " : "≠ "), now.way.says);
}

function writeTable(parts, now) {
  if (!parts.details.open) return;
  const head = ["layer", "rows in", "rows out", "passed on", "of tokens", "differ by up to"];
  const rows = now.way.rows.map((names, l) => {
    const [from, to] = now.way.kept[l];
    const kept = names.slice(from, to);
    const cells = [names.length, names.length, kept.length, kept.filter(isToken).length, now.way.gaps[l]];
    return node("tr", {}, node("th", { scope: "row" }, l + 1), ...cells.map((text) => node("td", {}, text)));
  });
  parts.table.replaceChildren(node("table", {},
    node("thead", {}, node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)))), node("tbody", {}, ...rows)));
}

// ---------------------------------------------------------------- hands

function render({ model, el }) {
  const parts = build(model);
  let clock = 0;
  let before = {};
  const show = () => {
    const now = readNow(model);
    const turned = before.way !== now.way;
    if (turned) writeChoice(parts, now); // else it would be read out again
    draw(parts, now, before.step !== now.step);
    write(parts, now);
    writeTable(parts, now);
    before = now;
  };
  const set = (values) => {
    model.set(values);
    model.save_changes();
  };
  const pause = () => {
    clearInterval(clock);
    clock = 0;
    parts.play.firstChild.textContent = "Play";
  };
  const last = () => PHASES * model.get("depth") - 1;
  const go = (step) => {
    if (step >= 0 && step <= last()) set({ step });
  };
  const play = () => {
    if (clock) return pause();
    if (model.get("step") === last()) go(0);
    parts.play.firstChild.textContent = "Pause";
    clock = setInterval(() => {
      go(model.get("step") + 1);
      if (model.get("step") === last()) pause();
    }, PAUSE);
  };
  const walk = (by) => {
    pause();
    go(model.get("step") + by);
  };
  parts.back.addEventListener("click", () => walk(-1));
  parts.next.addEventListener("click", () => walk(1));
  parts.play.addEventListener("click", play);
  parts.where.addEventListener("input", () => { pause(); go(Number(parts.where.value)); });
  parts.details.addEventListener("toggle", () => writeTable(parts, readNow(model)));
  for (const [name, radios] of Object.entries(parts.radios)) {
    for (const radio of radios) radio.addEventListener("change", () => set({ [name]: radio.value }));
  }
  parts.root.addEventListener("keydown", (event) => {
    if (isForPage(event)) return;
    event.stopPropagation(); // or JupyterLab takes it
    if (event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") walk(1);
    else if (key === "b") walk(-1);
    else if (key === "p") play();
    else return;
    event.preventDefault();
  });
  el.append(parts.root);
  model.on("change", show);
  show();
  return () => {
    pause();
    model.off("change", show);
  };
}

export default { render };
