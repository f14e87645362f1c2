// What widgets with charts share: shapes of SVG, a mean and its spread, a count. They
// name this file before their own.

function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

function deviation(values) {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1));
}

// Mean and, of two seeds or more, standard deviation, with two decimals; `signed`
// puts a plus in front of what is not negative.
function summary(values, signed = false) {
  const spread = deviation(values);
  const centre = mean(values);
  const sign = signed && centre >= 0 ? "+" : "";
  return sign + centre.toFixed(2) + (Number.isFinite(spread) ? ` ± ${spread.toFixed(2)}` : "");
}

const asCount = (n) => n.toLocaleString("en-US");
