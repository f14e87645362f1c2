// Broken layers without their names: a panel of checks, a guess at the family, the code.
// All texts arrive once; from then on the browser needs no kernel. Stands behind
// common.js in one module.

let galleries = 0;

// ---------------------------------------------------------------- the page

function build(model) {
  const id = `gallery-${(galleries += 1)}`;
  const title = model.get("title");
  const count = model.get("cases").length;
  const families = model.get("families");
  const parts = {
    root: node("div", { className: "layer-gallery", aria: { role: "group", "aria-label": `Gallery of broken layers${title ? `: ${title}` : ""}` } }),
    choice: node("select", {}, ...Array.from({ length: count }, (_, i) => node("option", { value: i }, `${i + 1} of ${count}`))),
    previous: node("button", { type: "button" }, "Previous"),
    next: node("button", { type: "button" }, "Next"),
    readout: node("p", { className: "lg-readout", aria: { role: "status", "aria-live": "polite" } }),
    strip: node("ol", { className: "lg-strip", aria: { "aria-label": "All checks, in the order of diagnosis" } }),
    found: node("div", { className: "lg-found" }),
    radios: families.map((_, f) => node("input", { type: "radio", name: id, value: f })),
    verdict: node("p", { className: "lg-verdict", aria: { role: "status", "aria-live": "polite" } }),
    reveal: node("button", { type: "button" }, "Reveal"),
    answer: node("div", { className: "lg-answer", tabIndex: -1, aria: { role: "region", "aria-label": "What is broken" } }),
    score: node("p", { className: "lg-quiet" }),
  };
  const labels = parts.radios.map((radio, f) => node("label", {}, radio, families[f], node("kbd", { aria: { "aria-hidden": "true" } }, f + 1)));
  const meanings = model.get("checks").map(([name, meaning]) => node("li", {}, node("b", {}, words(name)), `: ${meaning}`));
  parts.root.append(
    ...(title ? [node("p", { className: "lg-title" }, title)] : []),
    node("div", { className: "lg-controls" }, node("label", {}, node("b", {}, "Mystery layer"), parts.choice), parts.previous, parts.next),
    parts.readout, parts.strip, parts.found,
    node("fieldset", {}, node("legend", {}, "Which family?"), ...labels),
    parts.verdict,
    node("div", { className: "lg-controls" }, parts.reveal),
    parts.answer, parts.score,
    node("p", { className: "lg-quiet" }, `Keys, while the focus is in here: 1 to ${families.length} choose a family (arrows move, Space chooses), N and P go to the next and the previous layer, R reveals.`),
    node("details", {}, node("summary", {}, "What the checks say of a healthy layer"), node("ol", {}, ...meanings)),
  );
  return parts;
}

// ---------------------------------------------------------------- words

const words = (name) => name.replaceAll("_", " ");
const fires = (shown, check) => check in shown.findings;

function writePanel(parts, model, now) {
  const { shown, checks, count } = now;
  const fired = checks.filter(([name]) => fires(shown, name));
  const names = fired.map(([name]) => words(name)).join(", ") || "none";
  parts.readout.replaceChildren(node("b", {}, `Mystery layer ${now.case + 1} of ${count}: ${fired.length} of ${checks.length} checks fire`), ` (${names}).`);
  parts.strip.replaceChildren(...checks.map(([name, meaning]) => {
    const hit = fires(shown, name);
    return node("li", { className: hit ? "lg-hit" : "", title: meaning },
      node("span", { aria: { "aria-hidden": "true" } }, hit ? "✗ " : "✓ "), words(name),
      node("span", { className: "lg-unseen" }, hit ? " fires" : " holds"));
  }));
  parts.found.replaceChildren(...fired.map(([name, meaning]) => {
    const [fed, expected, got] = shown.findings[name];
    const rows = [["fed", fed], ["expected", expected], ["got", got]];
    return node("div", { className: "lg-finding" },
      node("p", {}, node("b", {}, `✗ ${words(name)}`), ` ${meaning}`),
      node("dl", {}, ...rows.flatMap(([term, text]) => [node("dt", {}, term), node("dd", {}, text)])));
  }));
  parts.choice.value = now.case;
  parts.previous.disabled = now.case === 0;
  parts.next.disabled = now.case === count - 1;
}

// What in the panel speaks against a family; null if nothing does.
function objection({ shown, checks, cases }, family) {
  const members = cases.filter((other) => other.family === family);
  const names = checks.map(([name]) => name);
  const alone = names.find((name) => fires(shown, name) && !members.some((other) => fires(other, name)));
  if (alone) return `“${words(alone)}” fires here, and for no layer of the family ${family} in this gallery.`;
  const absent = names.find((name) => !fires(shown, name) && members.every((other) => fires(other, name)));
  if (absent) return `“${words(absent)}” fires for every layer of the family ${family} in this gallery, and holds here.`;
  return null;
}

function writeVerdict(parts, now) {
  const family = now.families[now.guess];
  const right = family === now.shown.family;
  parts.radios.forEach((radio, f) => { radio.checked = f === now.guess; });
  parts.verdict.className = right ? "lg-verdict lg-right" : "lg-verdict";
  if (now.guess < 0) parts.verdict.replaceChildren();
  else if (right) parts.verdict.replaceChildren(node("b", {}, `✓ Right: ${family}. `), now.revealed ? "" : "Say which line you would look at, then reveal.");
  else {
    const against = objection(now, family) ?? `Nothing in this panel speaks against ${family}: some of its layers look much like this one.`;
    parts.verdict.replaceChildren(node("b", {}, `✗ Not ${family}. `), against);
  }
}

function writeAnswer(parts, model, now) {
  const { shown, revealed } = now;
  parts.reveal.disabled = revealed;
  parts.answer.hidden = !revealed;
  parts.answer.replaceChildren(...(revealed ? [
    node("p", {}, node("b", {}, shown.name), ` · family: ${shown.family}`),
    node("p", {}, `What one would notice first: ${shown.symptom}.`),
    node("p", {}, "The step that is written otherwise than in a healthy layer:"),
    node("pre", { tabIndex: 0 }, node("code", {}, shown.code)),
  ] : []));
  const seen = model.get("revealed");
  [...parts.choice.options].forEach((option, i) => {
    option.textContent = `${i + 1} of ${now.count}${seen[i] ? ` · ${now.cases[i].name}` : ""}`;
  });
  const firsts = model.get("firsts");
  const given = firsts.filter((f) => f >= 0).length;
  const hits = now.cases.filter((other, i) => firsts[i] >= 0 && now.families[firsts[i]] === other.family).length;
  parts.score.textContent = given ? `Right at the first guess: ${hits} of ${given}.` : "";
}

// ---------------------------------------------------------------- hands

function render({ model, el }) {
  const parts = build(model);
  const replaced = (name, value) => model.get(name).map((old, i) => (i === model.get("case") ? value : old));
  const now = () => {
    const place = model.get("case");
    const cases = model.get("cases");
    return {
      case: place, cases, count: cases.length, shown: cases[place],
      checks: model.get("checks"), families: model.get("families"),
      guess: model.get("guesses")[place], revealed: Boolean(model.get("revealed")[place]),
    };
  };
  let drawn = -1;
  const show = () => {
    const state = now();
    if (state.case !== drawn) writePanel(parts, model, state); // else it would be read out again
    drawn = state.case;
    writeVerdict(parts, state);
    writeAnswer(parts, model, state);
  };
  const set = (values) => {
    model.set(values);
    model.save_changes();
  };
  const go = (place) => {
    if (place >= 0 && place < now().count) set({ case: place });
  };
  const guess = (family) => {
    const { revealed, case: place } = now();
    const first = model.get("firsts")[place];
    const counts = first < 0 && !revealed; // what was revealed cannot be guessed any more
    set({ guesses: replaced("guesses", family), ...(counts ? { firsts: replaced("firsts", family) } : {}) });
  };
  const reveal = () => {
    if (now().revealed) return;
    set({ revealed: replaced("revealed", 1) });
    parts.answer.focus({ preventScroll: true }); // the button is disabled now
  };
  parts.choice.addEventListener("change", () => go(Number(parts.choice.value)));
  parts.previous.addEventListener("click", () => go(now().case - 1));
  parts.next.addEventListener("click", () => go(now().case + 1));
  parts.reveal.addEventListener("click", reveal);
  parts.radios.forEach((radio, f) => radio.addEventListener("change", () => guess(f)));
  parts.root.addEventListener("keydown", (event) => {
    if (isForPage(event)) return;
    event.stopPropagation(); // or JupyterLab takes it
    if (event.altKey || event.target === parts.choice) return;
    const family = "123456789".indexOf(event.key);
    const key = event.key.toLowerCase();
    const at = parts.radios.indexOf(event.target);
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    const count = parts.radios.length;
    if (at >= 0 && step) parts.radios[(at + step + count) % count].focus(); // the first guess counts
    else if (at >= 0 && key === "enter") guess(at);
    else if (family >= 0 && family < count) guess(family);
    else if (key === "n") go(now().case + 1);
    else if (key === "p") go(now().case - 1);
    else if (key === "r") reveal();
    else return;
    event.preventDefault();
  });
  el.append(parts.root);
  model.on("change", show);
  show();
  return () => model.off("change", show);
}

export default { render };
