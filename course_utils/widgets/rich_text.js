// Short texts with Markdown's `code`, *emphasis*, **strong** and simple $formulas$, as
// elements whose text is set as text: nothing in them can become HTML.

const RICH = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\$[^$]+\$)/;
const SIGNS = {
  cdot: "·", times: "×", dots: "…", ldots: "…", cdots: "⋯", le: "≤", leq: "≤", ge: "≥", geq: "≥",
  neq: "≠", ne: "≠", to: "→", in: "∈", kappa: "κ", alpha: "α", lambda: "λ", sigma: "σ", sum: "∑",
  sqrt: "√", infty: "∞", approx: "≈", quad: " ", ",": " ", "!": "", left: "", right: "", "{": "{", "}": "}",
};

function rich(text) {
  return text.split(RICH).filter(Boolean).map((part) => {
    if (!RICH.test(part)) return part;
    if (part.startsWith("`")) return node("code", {}, part.slice(1, -1));
    if (part.startsWith("$")) return formula(part.slice(1, -1)) ?? part;
    return part.startsWith("**") ? node("strong", {}, part.slice(2, -2)) : node("em", {}, part.slice(1, -1));
  });
}

// A formula of letters, signs, raised and lowered parts; null if it holds anything else.
function formula(tex) {
  const tokens = tex.match(/\\(?:[a-zA-Z]+|.)|[a-zA-Z]|\s+|[^]/g);
  let known = true;
  const group = (single) => {
    const made = [];
    while (tokens.length && tokens[0] !== "}") {
      const token = tokens.shift();
      if (token === "{") made.push(...group(false));
      else if (token === "^" || token === "_") made.push(node(token === "^" ? "sup" : "sub", {}, ...group(true)));
      else if (/^\\(?:mathrm|text|operatorname)$/.test(token)) made.push(node("span", {}, upright()));
      else if (token.startsWith("\\")) made.push(SIGNS[token.slice(1)] ?? ((known = false), token));
      else if (/[a-zA-Z]/.test(token)) made.push(node("i", {}, token));
      else made.push(token === "-" ? "−" : token);
      if (single) return made;
    }
    tokens.shift();
    return made;
  };
  const upright = () => {
    const end = tokens.indexOf("}");
    return tokens.splice(0, end + 1).slice(1, -1).join("");
  };
  const parts = group(false);
  return known ? node("span", { className: "rich-formula" }, ...parts) : null;
}
