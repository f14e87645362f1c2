// The explorer's numbers and its map on a canvas.

const ROW = 28; // height of a field in pixels

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
