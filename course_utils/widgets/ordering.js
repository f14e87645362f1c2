// Blocks to be put in order, by mouse, touch or keyboard. Two listboxes, "your order" and
// what is set aside; buttons outside them move the selected block. Stands behind
// common.js, answer_cell.js, rich_text.js and ordering_drag.js in one module.

let orderings = 0;
const HELP = "Drag a block by its dots, or select it and use the buttons. Keys: arrows move the selection, Alt and arrows move the block, Home and End go to the ends, Ctrl+Z takes back";

// ---------------------------------------------------------------- the page

function build(model) {
  const id = `ordering-${(orderings += 1)}`;
  const list = (what) => node("ul", { aria: { role: "listbox", "aria-labelledby": `${id}-${what}`, "aria-describedby": `${id}-help` } });
  const button = (text) => node("button", { type: "button" }, text);
  const parts = {
    root: node("div", { className: "answer-ordering", aria: { role: "group", "aria-label": `Put in order: ${model.get("name")}` } }),
    order: list("order"),
    tray: list("tray"),
    blocks: new Map(model.get("blocks").map(([label, text]) => [label, buildBlock(label, text)])),
    up: button("▲ Up"), down: button("▼ Down"), aside: button("Set aside"), undo: button("Undo"), again: button("Start again"),
    none: node("p", { className: "ord-quiet" }, "Nothing is set aside."),
    mark: node("div", { className: "ord-mark", hidden: true }),
    words: node("p", { className: "ord-words", aria: { role: "status", "aria-live": "polite" } }),
    record: node("div", { className: "ord-record" }),
  };
  parts.bar = node("div", { className: "ord-bar", aria: { role: "toolbar", "aria-label": "Move the selected block" } },
    parts.up, parts.down, parts.aside, parts.undo, parts.again);
  parts.trayBox = node("div", { className: "ord-tray" },
    node("p", { className: "ord-head", id: `${id}-tray` }, model.get("tray") ? "Not part of it" : "Left out"), parts.none, parts.tray);
  const keys = model.get("tray") ? `${HELP}, Alt+→ sets a block aside and Alt+← brings it back.` : `${HELP}.`;
  parts.root.append(
    node("p", { className: "ord-head", id: `${id}-order` }, "Your order, the first on top"),
    parts.order, parts.bar, parts.trayBox, parts.words, parts.record,
    node("p", { className: "ord-quiet", id: `${id}-help` }, keys), parts.mark);
  return parts;
}

function buildBlock(label, text) {
  const made = node("li", { aria: { role: "option" } },
    node("span", { className: "ord-grip", aria: { "aria-hidden": "true" } }, "⠿"),
    node("b", {}, label), node("span", { className: "ord-text" }, ...rich(text)));
  made.dataset.label = label;
  return made;
}

function show(parts, model, now, past) {
  for (const [list, labels] of [[parts.order, now.order], [parts.tray, now.tray]]) {
    const focused = labels.includes(now.active) ? now.active : labels[0];
    const blocks = labels.map((label) => parts.blocks.get(label));
    if (blocks.some((block, i) => list.children[i] !== block) || list.children.length !== blocks.length) list.replaceChildren(...blocks);
    for (const block of blocks) {
      block.tabIndex = block.dataset.label === focused ? 0 : -1;
      block.setAttribute("aria-selected", block.dataset.label === now.active);
    }
  }
  const place = now.order.indexOf(now.active);
  const inside = place >= 0;
  enable(parts.up, inside && place > 0);
  enable(parts.down, inside && place < now.order.length - 1);
  enable(parts.undo, past.length > 0);
  enable(parts.again, now.recorded);
  parts.aside.textContent = inside ? "Set aside" : "Put into the order";
  parts.aside.hidden = inside && !model.get("tray");
  parts.trayBox.hidden = !model.get("tray") && !now.tray.length;
  parts.none.hidden = now.tray.length > 0;
  parts.tray.hidden = !now.tray.length;
}

// Not `disabled`, which would throw the focus out of a button that is pressed again.
const enable = (button, can) => button.setAttribute("aria-disabled", !can);

function showRecord(parts, model, now) {
  const reached = findCell(model, model.get("answer_cell")) !== null;
  const line = `${model.get("name")} = ${writeList(now.recorded ? now.order : [])}`;
  parts.record.replaceChildren();
  if (now.note) parts.record.append(node("p", {}, now.note));
  else if (!now.recorded) parts.record.append(node("p", { className: "ord-quiet" }, "Nothing is recorded yet: move a block, and your order is written into the answer cell."));
  else if (reached) parts.record.append(node("p", {}, "✓ In the answer cell: ", node("code", {}, line)));
  if (!reached && now.recorded) parts.record.append(copyLine("Paste this line into the answer cell:", [line]));
}

// ---------------------------------------------------------------- orders

// What a list of labels means for the blocks: null if it is not made of them.
function arranged(model, labels) {
  const all = model.get("blocks").map(([label]) => label);
  const fold = (label) => String(label).trim().toLowerCase();
  if (!Array.isArray(labels)) return null;
  const order = labels.map((label) => all.find((known) => fold(known) === fold(label)));
  if (order.includes(undefined) || new Set(order).size < order.length) return null;
  if (!order.length) return { order: all, tray: [], recorded: false };
  return { order, tray: all.filter((label) => !order.includes(label)), recorded: true };
}

// The order that the answer cell holds; without a document, the one that Python knows.
function recordedOrder(model) {
  const found = readAnswer(model, model.get("answer_cell"), model.get("name"));
  const known = found === undefined ? model.get("value") : found || (found === "" ? [] : null);
  const read = known && arranged(model, known);
  if (read) return { ...read, note: found === undefined ? model.get("note") : "" };
  return { ...arranged(model, []), note: "The answer cell holds something else than a list of these labels. Move a block, and your order takes its place." };
}

// The order with one block at another place of "order" or "tray".
function moved({ order, tray }, label, zone, place) {
  const rest = { order: order.filter((l) => l !== label), tray: tray.filter((l) => l !== label) };
  rest[zone].splice(place, 0, label);
  return rest;
}

function sayMoved({ order, tray }, label) {
  const place = order.indexOf(label);
  if (place < 0) return `${label} is set aside; ${order.length} ${order.length === 1 ? "block is" : "blocks are"} in the order.`;
  const between = [order[place - 1] && `after ${order[place - 1]}`, order[place + 1] && `before ${order[place + 1]}`];
  return `${label} is now at place ${place + 1} of ${order.length}${between.some(Boolean) ? `, ${between.filter(Boolean).join(" and ")}` : ""}.`;
}

// ---------------------------------------------------------------- hands

function onKey(event, now, act) {
  const takesBack = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (isForPage(event) && !takesBack) return;
  event.stopPropagation(); // or JupyterLab takes it
  const block = event.target.closest("li");
  const zone = now.order.includes(now.active) ? "order" : "tray";
  const place = now[zone].indexOf(now.active);
  const last = now[zone].length - 1;
  const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: last }[event.key];
  if (takesBack) act.undo();
  else if (!block) return;
  else if (event.altKey && to !== undefined && zone === "order") act.move("order", to);
  else if (event.altKey && event.key === "ArrowRight") act.setAside();
  else if (event.altKey && event.key === "ArrowLeft") act.putBack();
  else if (event.altKey) return;
  else if (to !== undefined) act.select(now[zone][Math.max(0, Math.min(last, to))], true);
  else if (event.key.length === 1 && /\S/.test(event.key)) {
    const next = [...now[zone].slice(place + 1), ...now[zone]].find((l) => l.toLowerCase().startsWith(event.key.toLowerCase()));
    if (next) act.select(next, true);
  } else return;
  event.preventDefault();
}

// ---------------------------------------------------------------- what can be done

function record(view, next, words) {
  const { model, parts } = view;
  const focused = document.activeElement?.closest("li");
  const stays = next.order.includes(view.now.active) || next.tray.includes(view.now.active);
  view.now = { ...next, note: "", active: stays ? view.now.active : next.order[0] };
  const labels = next.recorded ? next.order : [];
  writeAnswer(model, model.get("answer_cell"), model.get("name"), writeList(labels));
  model.set({ value: labels, note: "" });
  model.save_changes();
  redraw(view);
  if (parts.root.contains(focused)) parts.blocks.get(view.now.active).focus();
  parts.words.textContent = words;
}

function redraw({ parts, model, now, past }) {
  show(parts, model, now, past);
  showRecord(parts, model, now);
}

function actions(view) {
  const say = (words) => { view.parts.words.textContent = words; };
  const remember = () => view.past.push({ order: view.now.order, tray: view.now.tray, recorded: view.now.recorded });
  const act = {
    select(label, focus) {
      view.now.active = label;
      redraw(view);
      if (focus) view.parts.blocks.get(label).focus();
    },
    move(zone, place) {
      const { now } = view;
      const label = now.active;
      const old = now[zone].indexOf(label);
      const to = Math.max(0, Math.min(place, now[zone].length - (old >= 0)));
      if (to === old) return say(zone === "order" ? `${label} stays at place ${old + 1} of ${now.order.length}.` : `${label} stays set aside.`);
      if (zone === "tray" && String(now.order) === label) return say(`${label} stays: an order needs at least one block.`);
      remember();
      const next = moved(now, label, zone, to);
      record(view, { ...next, recorded: true }, sayMoved(next, label));
    },
    setAside() {
      if (view.model.get("tray") && view.now.order.includes(view.now.active)) act.move("tray", view.now.tray.length);
    },
    putBack() {
      if (view.now.tray.includes(view.now.active)) act.move("order", view.now.order.length);
    },
    undo() {
      if (view.past.length) record(view, view.past.pop(), "Taken back: the blocks stand as they did before.");
    },
    again() {
      remember();
      record(view, arranged(view.model, []), "All blocks are back in their first order, and nothing is recorded. Undo brings your order back.");
    },
  };
  return act;
}

function listen(view, act) {
  const { parts } = view;
  const place = () => view.now.order.indexOf(view.now.active);
  const press = (button, does) => button.addEventListener("click", () => button.getAttribute("aria-disabled") === "true" || does());
  press(parts.up, () => act.move("order", place() - 1));
  press(parts.down, () => act.move("order", place() + 1));
  press(parts.aside, () => (place() >= 0 ? act.setAside() : act.putBack()));
  press(parts.undo, act.undo);
  press(parts.again, act.again);
  parts.root.addEventListener("keydown", (event) => onKey(event, view.now, act));
  parts.root.addEventListener("focusin", (event) => {
    const label = event.target.closest("li")?.dataset.label;
    if (label && label !== view.now.active) act.select(label, false);
  });
  watchPointer(parts, act);
}

function render({ model, el }) {
  const start = recordedOrder(model);
  const view = { model, parts: build(model), past: [], now: { ...start, active: start.order[0] } };
  const follow = () => { // somebody wrote into the answer cell, or Python set the value
    const next = recordedOrder(model);
    if (["order", "recorded", "note"].some((part) => String(next[part]) !== String(view.now[part]))) {
      view.now = { ...next, active: view.now.active };
      redraw(view);
    }
  };
  listen(view, actions(view));
  el.append(view.parts.root);
  redraw(view);
  const stop = followCell(model, model.get("answer_cell"), follow);
  model.on("change:value", follow);
  return () => {
    stop();
    model.off("change:value", follow);
  };
}

export default { render };
