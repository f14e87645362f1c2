// The explorer's numbers and its map on a canvas. explorer.py puts explorer.js behind
// this text, so that both are one module and nothing has to be built.

const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
];
const ROW = 28; // height of a field in pixels
const FONT = "12px system-ui, sans-serif";

function floats(view) {
  const end = view.byteOffset + view.byteLength; // copied, for it may lie unaligned
  return new Float32Array(view.buffer.slice(view.byteOffset, end));
}

function readData(model) {
  const tokens = model.get("tokens");
  const names = model.get("measure_names");
  const values = floats(model.get("values"));
  const near = floats(model.get("near"));
  const T = tokens.length;
  const rows = values.length / (names.length * T);
  return {
    tokens, names, T, rows,
    value: (m, l, t) => values[(m * rows + l) * T + t],
    row: (m, l) => Array.from(values.subarray((m * rows + l) * T, (m * rows + l + 1) * T)),
    cosine: (l, t, u) => near[(l * T + t) * T + u],
    range(m) {
      const all = values.subarray(m * rows * T, (m + 1) * rows * T).filter(Number.isFinite);
      return [all.reduce((a, b) => Math.min(a, b), Infinity),
        all.reduce((a, b) => Math.max(a, b), -Infinity),
        all.length < rows * T];
    },
  };
}

// Cosines with fixed decimals, lengths with three digits.
function format(data, m, x, decimals = 3) {
  if (!Number.isFinite(x)) return "none";
  if (data.names[m].startsWith("cosine")) return x.toFixed(decimals);
  return Math.abs(x) >= 1e4 || (x && Math.abs(x) < 1e-2) ? x.toExponential(1) : x.toPrecision(3);
}

function colourAt(share) {
  const place = Math.max(0, Math.min(1, share)) * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[i].map((c, k) => Math.round(c + (place - i) * (VIRIDIS[i + 1][k] - c)));
}

function geometry(parts, data) {
  const pen = parts.map.getContext("2d");
  pen.font = FONT;
  const longest = Math.max(...data.tokens.map((t) => pen.measureText(shorten(t)).width));
  const room = parts.scroll.clientWidth - 6;
  const least = data.T > 40 ? 14 : 32;
  const cell = Math.max(least, Math.min(64, Math.floor(room / data.T)));
  const slanted = longest > cell - 4;
  return { cell, slanted, head: slanted ? Math.ceil(longest * 0.87) + 16 : 22, overhang: slanted ? Math.ceil(longest * 0.5) : 0 };
}

const shorten = (token) => (token.length > 14 ? `${token.slice(0, 13)}…` : token);

// Relative luminance as WCAG 2 defines it, 0 to 1.
function luminance(colour) {
  const [r, g, b] = colour.map((c) => (c <= 10 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = FONT;
  pen.textBaseline = "middle";
  return pen;
}

function hatch(pen, x, y, width, height, ink) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.5;
  pen.beginPath();
  for (let k = -height; k < width; k += 6) {
    pen.moveTo(x + k, y + height);
    pen.lineTo(x + k + height, y);
  }
  pen.stroke();
  pen.restore();
}

function drawField(pen, data, look, m, l, t) {
  const x = t * look.cell;
  const y = look.head + l * ROW;
  const value = data.value(m, l, t);
  if (!Number.isFinite(value)) return hatch(pen, x, y, look.cell, ROW, look.ink);
  const [low, high] = look.range;
  const colour = colourAt(high > low ? (value - low) / (high - low) : 0.5);
  pen.fillStyle = `rgb(${colour})`;
  pen.fillRect(x, y, look.cell + 0.5, ROW + 0.5);
  const text = format(data, m, value, 2);
  if (pen.measureText(text).width > look.cell - 4) return undefined;
  pen.fillStyle = luminance(colour) < 0.18 ? "#fff" : "#000"; // the better contrast
  return pen.fillText(text, x + look.cell / 2, y + ROW / 2 + 1);
}

function drawHead(pen, data, look, chosen) {
  data.tokens.forEach((token, t) => {
    pen.save();
    pen.font = t === chosen ? `bold ${FONT}` : FONT;
    pen.fillStyle = look.ink;
    pen.translate((t + 0.5) * look.cell, look.head - 9);
    if (look.slanted) pen.rotate(-Math.PI / 3);
    pen.textAlign = look.slanted ? "left" : "center";
    pen.fillText(shorten(token), 0, 0);
    pen.restore();
  });
}

function outline(pen, look, l, t) {
  const box = [t * look.cell, look.head + l * ROW, look.cell, ROW];
  pen.lineWidth = 5;
  pen.strokeStyle = "#000";
  pen.strokeRect(...box);
  pen.lineWidth = 2;
  pen.strokeStyle = "#fff";
  pen.strokeRect(...box);
}

function drawMap(parts, data, now) {
  const look = { ...geometry(parts, data), range: data.range(now.measure), ink: getComputedStyle(parts.root).color };
  const height = look.head + data.rows * ROW + 3;
  const pen = sized(parts.map, data.T * look.cell + 3 + look.overhang, height);
  drawHead(pen, data, look, now.token);
  pen.textAlign = "center";
  for (let l = 0; l < data.rows; l += 1) {
    for (let t = 0; t < data.T; t += 1) drawField(pen, data, look, now.measure, l, t);
  }
  outline(pen, look, now.layer, now.token);
  const side = sized(parts.rows, 44, height);
  side.fillStyle = look.ink;
  for (let l = 0; l < data.rows; l += 1) {
    side.font = l === now.layer ? `bold ${FONT}` : FONT;
    side.fillText(`H[${l}]`, 4, look.head + (l + 0.5) * ROW + 1);
  }
  return look;
}
