// The answer of record is a plain Python literal in the source of the answer cell. A
// widget writes it there, so that it is saved, graded and read like one that was typed.
// JupyterLab's document is reached in `sharedCells` alone, by a way that is not public;
// where it leads nowhere (VS Code, Colab, a static page) the widget shows the line.

function sharedCells(model) {
  try {
    return [...(model.widget_manager.context.model.sharedModel.cells ?? [])];
  } catch {
    return [];
  }
}

// The cell with this grade_id of nbgrader, or else with this id.
function findCell(model, id) {
  const cells = sharedCells(model);
  const graded = (cell) => cell.getMetadata("nbgrader")?.grade_id === id;
  return cells.find(graded) ?? cells.find((cell) => cell.id === id) ?? null;
}

// Call listener whenever the cell changes; returns how to end it.
function followCell(model, id, listener) {
  const cell = findCell(model, id);
  cell?.changed?.connect(listener);
  return () => cell?.changed?.disconnect(listener);
}

// Put `name = literal` into the cell, in the place of what it assigns to this name now.
// Returns false where there is no such cell. The document is not saved from here.
function writeAnswer(model, id, name, literal) {
  return editCell(findCell(model, id), (source) => assigned(source, name, literal));
}

// Put the letter into a call ask("03.1", ...) of one cell, or of any if it is unknown.
function writeAsk(model, id, question, letter) {
  const cells = id ? [findCell(model, id)] : sharedCells(model);
  const call = askCall(question);
  const cell = cells.find((c) => c && call.test(c.getSource())) ?? null;
  return editCell(cell, (source) => source.replace(call, () => `ask("${question}", "${letter}")`));
}

function askCall(question) {
  const name = question.replace(".", "\\.");
  return new RegExp(`\\bask\\(\\s*(["'])${name}\\1\\s*(?:,\\s*(?:answer\\s*=\\s*)?(?:"[^"\\n]*"|'[^'\\n]*')\\s*)?,?\\s*\\)`);
}

function editCell(cell, edit) {
  if (!cell) return false;
  const old = cell.getSource();
  const source = edit(old);
  if (source !== old) cell.setSource(source);
  return true;
}

// What the cell assigns to the name: a string, a list of strings, "" if nothing, null if
// it is neither, undefined without a cell.
function readAnswer(model, id, name) {
  const cell = findCell(model, id);
  if (!cell) return undefined;
  const source = cell.getSource();
  const place = assignment(source, name);
  return place ? readLiteral(source.slice(place.start, place.end)) : "";
}

// ---------------------------------------------------------------- a little Python

const PYTHON_TOKEN = /("""|''')(?:\\[^]|(?!\1)[^])*(?:\1|$)|(["'])(?:\\[^]|(?!\2)[^\\\n])*(?:\2|(?=\n)|$)|#[^\n]*|\\\n|[^]/gy;
const STRING = /^(?:"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)')$/;

// Start and end of every statement that is not indented, without comments after it.
function* statements(source) {
  let start = -1, end = 0, depth = 0, lineStart = 0, firstLineEnd = -1;
  const token = new RegExp(PYTHON_TOKEN);
  for (let found; ; ) {
    found = token.exec(source);
    const text = found?.[0] ?? "\n";
    const at = found ? found.index : source.length;
    if (!found && depth > 0 && firstLineEnd >= 0) { // never closed: only its first line
      token.lastIndex = firstLineEnd;
      [end, depth, firstLineEnd] = [firstLineEnd, 0, -1];
      continue;
    }
    if (text === "\n" && depth > 0 && firstLineEnd < 0) firstLineEnd = at;
    if ((text === "\n" || text === ";") && depth <= 0) {
      if (start >= 0) yield { start, end };
      [start, depth, firstLineEnd] = [-1, 0, -1];
      if (text === "\n") lineStart = at + 1;
    } else if (!/^[\s#\\]/.test(text)) {
      const indented = /^\s/.test(source.slice(lineStart));
      if (start < 0 && !indented) start = at;
      end = at + text.length;
      if (text.length === 1) depth += "([{".includes(text) - ")]}".includes(text);
    }
    if (!found) return;
  }
}

// Where the value stands that is assigned to the name last, or null.
function assignment(source, name) {
  const head = new RegExp(`^${name}\\s*(?::[^=]*)?=(?!=)[ \\t]*`);
  let place = null;
  for (const { start, end } of statements(source)) {
    const found = head.exec(source.slice(start, end));
    if (found) place = { start: start + found[0].length, end };
  }
  return place;
}

function assigned(source, name, literal) {
  const place = assignment(source, name);
  if (place) return `${source.slice(0, place.start)}${literal}${source.slice(place.end)}`;
  return `${source}${source && !source.endsWith("\n") ? "\n" : ""}${name} = ${literal}`;
}

// A string or a list or tuple of strings as Python writes them; null for all else.
function readLiteral(text) {
  const all = text.match(PYTHON_TOKEN).filter((token) => !/^[\s#\\]/.test(token));
  const strings = all.map((token) => STRING.exec(token)).map((found) => found && (found[1] ?? found[2]).replace(/\\(.)/g, "$1"));
  if (all.length === 1) return strings[0];
  const pair = all[0] + all.at(-1);
  const inner = strings.slice(1, -1);
  const commas = all.slice(1, -1).filter((token) => token === ",").length;
  if (pair !== "[]" && !(pair === "()" && (commas || !inner.length))) return null;
  if (inner.some((value, i) => (i % 2 ? all[i + 1] !== "," : value === null))) return null;
  return inner.filter((value) => value !== null);
}

const writeString = (text) => JSON.stringify(text);
const writeList = (texts) => `[${texts.map(writeString).join(", ")}]`;

// ---------------------------------------------------------------- the line to copy

// Shows what to paste where the document cannot be reached.
function copyLine(words, lines) {
  const code = node("code", { className: "answer-line" }, lines.join("\n"));
  const copy = node("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = "Copied";
    } catch { // not allowed here: select it, and Ctrl+C works
      getSelection().selectAllChildren(code);
    }
  });
  return node("div", { className: "answer-copy" }, node("span", {}, words), code, copy);
}
