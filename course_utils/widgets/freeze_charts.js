// The freeze explorer's numbers and its two pictures. Behind charts.js, before freeze.js.

const ROW = 26; // pixels of a part's bar
const PLOT = { left: 46, right: 12, top: 22, bottom: 40, height: 250 };

const inPercent = (values) => `${summary(values.map((x) => 100 * x))} %`;

function readFreezing(model) {
  const [names, trainable, total, parts] = ["names", "trainable", "total", "parts"].map((name) => model.get(name));
  const [seen, unseen, drift] = ["seen", "unseen", "drift"].map((name) => floats(model.get(name)));
  const seeds = seen.length / names.length;
  const row = (all, place) => Array.from(all.subarray(place * seeds, (place + 1) * seeds));
  return {
    names, trainable, total, parts, seeds,
    seen: (choice) => row(seen, choice),
    unseen: (choice) => row(unseen, choice),
    drift: (choice, part) => row(drift, choice * parts.length + part),
    frozen(choice, part) { return this.drift(choice, part).every((x) => x === 0); },
    largest: Math.max(...drift) || 1,
  };
}

// ---------------------------------------------------------------- drift, part by part

function drawDrift(box, data, choice) {
  const width = Math.max(220, box.clientWidth);
  const [left, right] = [96, 112];
  const long = (x) => (x / data.largest) * (width - left - right);
  const rows = ["head", ...data.parts.slice().reverse()]; // the last layer on top, as in the model
  const height = rows.length * ROW + 4;
  const svg = shape("svg", { width, height, role: "img", "aria-label": `Drift of each part: ${driftWords(data, choice)}` });
  rows.forEach((name, i) => {
    const y = i * ROW + 3;
    const middle = y + ROW / 2 + 1;
    const write = (text, look = "") => svg.append(shape("text", { x: left + 8, y: middle, class: look }, text));
    svg.append(shape("text", { x: left - 10, y: middle, "text-anchor": "end" }, name));
    if (i === 0) return write("new, always trained", "fe-quiet-text");
    const part = data.parts.length - i;
    if (data.frozen(choice, part)) {
      svg.append(shape("rect", { class: "fe-frozen", x: left, y: y + 2, width: width - left - 4, height: ROW - 6 }));
      return write("frozen", "fe-quiet-text");
    }
    const values = data.drift(choice, part);
    const end = left + long(mean(values));
    svg.append(
      shape("rect", { class: "fe-bar", x: left, y: y + 3, width: Math.max(1, end - left), height: ROW - 8 }),
      ...values.map((x) => shape("circle", { class: "fe-seed", cx: left + long(x), cy: y + ROW / 2 - 1, r: 2.5 })),
      shape("text", { x: left + long(Math.max(...values)) + 8, y: middle }, inPercent(values)),
    );
    return undefined;
  });
  box.replaceChildren(svg);
}

function driftWords(data, choice) {
  const moved = data.parts.map((name, p) => (data.frozen(choice, p) ? "" : `${name} ${inPercent(data.drift(choice, p))}`));
  return moved.filter(Boolean).join(", ") || "nothing of the encoder moved";
}

// ---------------------------------------------------------------- accuracy, choice by choice

function drawAccuracy(box, data, choice) {
  const width = Math.max(220, box.clientWidth);
  const { left, right, top, bottom, height } = PLOT;
  const all = data.names.flatMap((_, c) => [...data.seen(c), ...data.unseen(c)]);
  const low = Math.max(0, Math.floor(Math.min(0.5, ...all) * 10 - 0.5) / 10);
  const step = (width - left - right) / data.names.length;
  const x = (c) => left + (c + 0.5) * step;
  const y = (share) => height - bottom - ((share - low) / (1 - low)) * (height - top - bottom);
  const svg = shape("svg", { width, height, role: "img", "aria-label": "Accuracy on seen and unseen phrases for every choice; the numbers are in the table below." });
  svg.append(shape("rect", { class: "fe-chosen", x: x(choice) - step / 2, y: top - 6, width: step, height: height - top - bottom + 12 }));
  for (let share = low; share < 1.001; share += 0.1) {
    svg.append(
      shape("line", { class: Math.abs(share - 0.5) < 1e-6 ? "fe-chance" : "fe-grid", x1: left, x2: width - right, y1: y(share), y2: y(share) }),
      shape("text", { x: left - 7, y: y(share) + 4, "text-anchor": "end" }, share.toFixed(1)),
    );
  }
  data.names.forEach((_, c) => svg.append(shape("text", { x: x(c), y: height - bottom + 20, "text-anchor": "middle" }, tickOf(data, c))));
  svg.append(
    shape("text", { x: (left + width - right) / 2, y: height - 3, "text-anchor": "middle" }, "layers that may change, from the top"),
    shape("text", { x: 2, y: 11 }, "share of right answers"),
  );
  series(svg, data, "seen", (c) => [x(c) - step / 8, y]);
  series(svg, data, "unseen", (c) => [x(c) + step / 8, y]);
  box.replaceChildren(svg);
}

// The last choice frees the embeddings as well.
const tickOf = (data, c) => (c > 0 && c === data.names.length - 1 ? "all" : String(c));

function series(svg, data, name, at) {
  const middle = data.names.map((_, c) => {
    const [x, y] = at(c);
    return [x, y(mean(data[name](c)))];
  });
  svg.append(shape("polyline", { class: `fe-line fe-${name}`, points: middle.map((p) => p.join(",")).join(" ") }));
  data.names.forEach((_, c) => {
    const [x, y] = at(c);
    for (const share of data[name](c)) svg.append(shape("circle", { class: `fe-dot fe-${name}`, cx: x, cy: y(share), r: 2.5 }));
    const [mx, my] = middle[c];
    svg.append(name === "seen"
      ? shape("circle", { class: "fe-mark fe-seen", cx: mx, cy: my, r: 4.5 })
      : shape("rect", { class: "fe-mark fe-unseen", x: mx - 4.5, y: my - 4.5, width: 9, height: 9 }));
  });
}
