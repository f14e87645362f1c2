// Multiple-choice questions. Graded: the letters go into the answer cell, and nothing
// here knows the key. Practice: the reason for the chosen option follows at once. Stands
// behind common.js, answer_cell.js and rich_text.js in one module.

let quizzes = 0;
const KEYS = "Keys: arrows move, Space or the letter chooses.";

// ---------------------------------------------------------------- the page

function build(model) {
  const id = `quiz-${(quizzes += 1)}`;
  const texts = readTexts(model);
  const questions = model.get("questions").map((question) => buildQuestion({ ...question, ...texts[question.name] }, id));
  const record = node("div", { className: "quiz-record", aria: { role: "status", "aria-live": "polite" } });
  const help = node("p", { className: "quiz-quiet", id: `${id}-help` }, KEYS);
  const root = node("div", { className: "answer-quiz", aria: { role: "group", "aria-label": "Questions", "aria-describedby": help.id } },
    ...questions.map((question) => question.box), record, help);
  return { root, questions, record };
}

function buildQuestion({ name, text, options, key }, id) {
  const group = `${id}-${name}`;
  const radios = options.map(([letter]) => node("input", { type: "radio", name: group, value: letter }));
  const labels = options.map(([letter, words], i) => node("label", {}, radios[i], node("b", {}, letter), node("span", {}, ...rich(words))));
  const reason = node("p", { className: "quiz-reason", aria: { role: "status", "aria-live": "polite" } });
  const title = key ? [] : [node("b", {}, name), " "];
  const box = node("fieldset", {}, node("legend", {}, ...title, ...rich(text)), ...labels, ...(key ? [reason] : []));
  if (!options.some(([, words]) => words)) box.className = "quiz-row";
  return { name, options, key, box, radios, reason };
}

// Texts of questions out of the cell that prints them: "**Q1.** …", then "- **a** …".
function readTexts(model) {
  const source = findCell(model, model.get("text_cell"))?.getSource() ?? "";
  const texts = {};
  for (const part of source.split(/^(?=\*\*\w+\.\*\* )/m)) {
    const [, name, text] = /^\*\*(\w+)\.\*\* ([^]*?)(?=\n\s*- \*\*|$)/.exec(part) ?? [];
    const options = [...part.matchAll(/^- \*\*(\w)\*\* (.+)$/gm)].map(([, letter, words]) => [letter, words]);
    const known = model.get("questions").find((question) => question.name === name);
    const letters = (list) => list.map(([letter]) => letter).join("");
    if (known && letters(known.options) === letters(options)) texts[name] = { text: text.trim(), options };
  }
  return texts;
}

function show(parts, model, now) {
  for (const { name, options, key, radios, reason, box } of parts.questions) {
    for (const radio of radios) radio.checked = radio.value === now[name];
    const option = options.find(([letter]) => letter === now[name]);
    box.classList.toggle("quiz-done", Boolean(option));
    if (!key) continue;
    const right = now[name] === key;
    reason.className = right ? "quiz-reason quiz-right" : "quiz-reason";
    if (option) reason.replaceChildren(node("b", {}, right ? "✓ Right. " : "✗ Not this one. "), ...rich(option[2]));
  }
}

function showRecord(parts, model, now, kept) {
  const given = parts.questions.filter(({ name }) => now[name]);
  const open = parts.questions.filter(({ name }) => !now[name]).map(({ name }) => name);
  parts.record.replaceChildren();
  if (model.get("practice")) {
    const lines = given.map(({ name }) => `ask("${name}", "${now[name]}")`);
    if (lines.length && !kept) parts.record.append(copyLine("To keep it, write into the cell:", lines));
    return;
  }
  const lines = given.map(({ name }) => `${name} = ${writeString(now[name])}`);
  if (!lines.length) parts.record.append(node("p", { className: "quiz-quiet" }, "Nothing is recorded yet: choose, and the letter is written into the answer cell."));
  else if (!kept) parts.record.append(copyLine("Paste this into the answer cell:", lines));
  else parts.record.append(node("p", {}, "✓ In the answer cell: ", node("code", {}, lines.join("  ")), open.length ? ` Still open: ${open.join(", ")}.` : ""));
}

// ---------------------------------------------------------------- answers

// The letters that the answer cell holds; without a document those that Python knows.
function recordedLetters(model) {
  const known = model.get("values");
  const letters = {};
  for (const { name, options } of model.get("questions")) {
    const found = model.get("practice") ? undefined : readAnswer(model, model.get("answer_cell"), name);
    const letter = String((found === undefined ? known[name] : found) ?? "").trim().toLowerCase();
    letters[name] = options.some(([option]) => option === letter) ? letter : "";
  }
  return letters;
}

function keep(model, name, letter) {
  if (model.get("practice")) return writeAsk(model, model.get("answer_cell"), name, letter);
  return writeAnswer(model, model.get("answer_cell"), name, writeString(letter));
}

// ---------------------------------------------------------------- hands

// Arrows move without choosing: in practice a choice gives its reason away.
function onKey(event, parts, choose) {
  if (isForPage(event)) return;
  event.stopPropagation(); // or JupyterLab takes it
  const question = parts.questions.find(({ box }) => box.contains(event.target));
  if (!question || event.altKey || event.target.type !== "radio") return;
  const { radios, options, name } = question;
  const at = radios.indexOf(event.target);
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  const letter = event.key === "Enter" ? event.target.value : event.key.toLowerCase();
  if (step) radios[(at + step + radios.length) % radios.length].focus();
  else if (options.some(([option]) => option === letter)) {
    choose(name, letter);
    radios.find((radio) => radio.value === letter).focus();
  } else return;
  event.preventDefault();
}

function render({ model, el }) {
  const parts = build(model);
  let now = recordedLetters(model);
  let kept = model.get("practice") || findCell(model, model.get("answer_cell")) !== null;
  const redraw = () => {
    show(parts, model, now);
    showRecord(parts, model, now, kept);
  };
  const choose = (name, letter) => {
    const next = { ...now, [name]: letter };
    kept = keep(model, name, letter);
    model.set("values", next);
    model.save_changes();
    now = next;
    redraw();
  };
  const follow = () => { // somebody wrote into the answer cell, or Python set the values
    const next = recordedLetters(model);
    if (Object.keys(next).some((name) => next[name] !== now[name])) {
      now = next;
      redraw();
    }
  };
  for (const { name, radios } of parts.questions) {
    for (const radio of radios) radio.addEventListener("change", () => choose(name, radio.value));
  }
  parts.root.addEventListener("keydown", (event) => onKey(event, parts, choose));
  el.append(parts.root);
  redraw();
  const stop = followCell(model, model.get("answer_cell"), follow);
  model.on("change:values", follow);
  return () => {
    stop();
    model.off("change:values", follow);
  };
}

export default { render };
