// The tied explorer's numbers and its three pictures. Behind common.js, before tied.js.

const BLUE = "#3d8fd1"; // these three are readable on white and on dark grey
const LOOKS = [
  { colour: "#d9711c", dash: [7, 4], mark: "square" },
  { colour: "#1a9e78", dash: [7, 3, 2, 3], mark: "triangle" },
];
const LOWEST = -8; // power of ten; smaller changes lie on the lower edge

function readTied(model) {
  const [kinds, norms, layers, steps] = ["kinds", "norms", "layers", "steps"].map((name) => model.get(name));
  const points = floats(model.get("points"));
  const changes = floats(model.get("changes"));
  const lengths = floats(model.get("lengths"));
  const layerChanges = floats(model.get("layer_changes"));
  const starts = points.length / (kinds.length * norms.length * (steps + 1) * 2);
  const setting = ({ kind, norm }) => kind * norms.length + norm;
  return {
    kinds, norms, layers, steps, starts,
    point(now, l, s) {
      const at = ((setting(now) * (steps + 1) + l) * starts + s) * 2;
      return [points[at], points[at + 1]];
    },
    change: (now, l, s) => changes[(setting(now) * steps + l - 1) * starts + s],
    largest(now, l) {
      return Math.max(...Array.from({ length: starts }, (_, s) => this.change(now, l, s)));
    },
    // What Banach's theorem allows, once the first step is known; none from 1 on.
    bound(now, l) {
      const rho = norms[now.norm];
      return rho < 1 ? this.largest(now, 1) * rho ** (l - 1) : NaN;
    },
    length: (i, l) => lengths[i * (steps + 1) + l],
    layerChange: (i, l) => layerChanges[i * steps + l - 1],
    longest: Math.max(0, ...lengths),
  };
}

// ---------------------------------------------------------------- drawing

function frame(canvas, ink, height, left) {
  const width = Math.max(200, canvas.parentElement.clientWidth);
  const pen = sized(canvas, width, height);
  const box = { left, top: 10, width: width - left - 10, height: height - 10 - 34, ink };
  pen.strokeStyle = ink;
  pen.fillStyle = ink;
  pen.lineWidth = 1;
  return [pen, box];
}

// As high as the plane beside them; lower where they stand below it, as on a phone.
function chartHeight(canvas) {
  const stacked = canvas.closest(".te-pictures").clientWidth < 600;
  return stacked ? 220 : Math.min(320, canvas.parentElement.clientWidth);
}

function gridLine(pen, box, fraction, text, vertical) {
  const x = box.left + (vertical ? fraction * box.width : 0);
  const y = box.top + (vertical ? 0 : (1 - fraction) * box.height);
  pen.globalAlpha = 0.2;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(vertical ? x : x + box.width, vertical ? y + box.height : y);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.textAlign = vertical ? "center" : "right";
  if (text) pen.fillText(text, vertical ? x : x - 5, vertical ? box.top + box.height + 11 : y);
}

function curve(pen, places, { colour, dash = [], width = 1.6, mark = "", every = 5 }) {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.beginPath();
  places.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
  pen.setLineDash([]);
  if (mark) places.filter((_, i) => i % every === 0).forEach((place) => sign(pen, place, mark));
}

function sign(pen, [x, y], mark, size = 4) {
  pen.beginPath();
  if (mark === "square") pen.rect(x - size, y - size, 2 * size, 2 * size);
  else if (mark === "triangle") [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]].forEach(([a, b]) => pen.lineTo(x + a * size, y + b * size));
  else pen.arc(x, y, size, 0, 7);
  pen.fill();
}

function stepAxis(pen, box, data, now) {
  for (let l = 0; l <= data.steps; l += 10) gridLine(pen, box, l / data.steps, String(l), true);
  pen.fillText("step l", box.left + box.width / 2, box.top + box.height + 25);
  pen.save();
  pen.setLineDash([2, 3]);
  const x = box.left + (now.step / data.steps) * box.width;
  pen.beginPath();
  pen.moveTo(x, box.top);
  pen.lineTo(x, box.top + box.height);
  pen.stroke();
  pen.restore();
}

function drawPlane(canvas, data, now, ink) {
  const side = Math.min(320, Math.max(200, canvas.parentElement.clientWidth));
  const [pen, box] = frame(canvas, ink, side, 34);
  const reach = 1.65;
  box.width = Math.min(box.width, box.height); // as wide as it is high
  const at = ([a, b]) => [box.left + ((a + reach) / (2 * reach)) * box.width, box.top + ((reach - b) / (2 * reach)) * box.height];
  for (const v of [-1, 0, 1]) {
    gridLine(pen, box, (v + reach) / (2 * reach), String(v), true);
    gridLine(pen, box, (v + reach) / (2 * reach), String(v), false);
  }
  pen.textAlign = "center";
  pen.fillText("first number of H[l], second ↑", box.left + box.width / 2, box.top + box.height + 25);
  for (let s = 0; s < data.starts; s += 1) {
    const path = Array.from({ length: now.step + 1 }, (_, l) => at(data.point(now, l, s)));
    curve(pen, path, { colour: BLUE, width: 1, mark: "dot", every: Infinity });
    path.forEach((place) => sign(pen, place, "dot", 1.6));
  }
  for (let s = 0; s < data.starts; s += 1) {
    sign(pen, at(data.point(now, now.step, s)), "dot", 6);
    pen.strokeStyle = pen.fillStyle = ink;
    pen.strokeRect(...at(data.point(now, 0, s)).map((v) => v - 4), 8, 8);
    pen.lineWidth = 1.5;
    const [x, y] = at(data.point(now, now.step, s));
    pen.beginPath();
    pen.arc(x, y, 6, 0, 7);
    pen.stroke();
    pen.fillStyle = BLUE;
  }
}

function drawChanges(canvas, data, now, ink) {
  const [pen, box] = frame(canvas, ink, chartHeight(canvas), 44);
  const high = 1; // the uppermost power of ten
  const at = (l, value) => [box.left + (l / data.steps) * box.width,
    box.top + ((high - Math.max(LOWEST, Math.log10(value))) / (high - LOWEST)) * box.height];
  for (let power = LOWEST; power <= high; power += 1) {
    gridLine(pen, box, (power - LOWEST) / (high - LOWEST), power % 2 ? "" : `${power === LOWEST ? "≤ " : ""}1e${power}`, false);
  }
  stepAxis(pen, box, data, now);
  const along = (value) => Array.from({ length: data.steps }, (_, i) => at(i + 1, value(i + 1)));
  pen.save();
  pen.beginPath();
  pen.rect(box.left, box.top - 6, box.width + 8, box.height + 7);
  pen.clip();
  for (let s = 0; s < data.starts; s += 1) curve(pen, along((l) => data.change(now, l, s)), { colour: BLUE, width: 1.2 });
  if (data.norms[now.norm] < 1) curve(pen, along((l) => data.bound(now, l)), { colour: ink, dash: [2, 3] });
  data.layers.forEach((_, i) => curve(pen, along((l) => data.layerChange(i, l)), LOOKS[i]));
  pen.restore();
}

function drawLengths(canvas, data, now, ink) {
  const [pen, box] = frame(canvas, ink, chartHeight(canvas), 44);
  const unit = niceStep(data.longest / 4);
  const high = unit * Math.ceil(data.longest / unit) || 1;
  const at = (l, value) => [box.left + (l / data.steps) * box.width, box.top + (1 - value / high) * box.height];
  for (let v = 0; v <= high * 1.001; v += unit) gridLine(pen, box, v / high, String(Number(v.toPrecision(3))), false);
  stepAxis(pen, box, data, now);
  data.layers.forEach((_, i) => {
    const places = Array.from({ length: data.steps + 1 }, (__, l) => at(l, data.length(i, l)));
    curve(pen, places, LOOKS[i]);
  });
}

// The next of 1, 2, 5, 10, 20, … that is not below x.
function niceStep(x) {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return power * [1, 2, 5, 10].find((m) => m * power >= x * 0.999);
}
