// The budget explorer's numbers and its picture. Behind charts.js, before budget.js.

const PLOT = { left: 46, right: 26, top: 44, bottom: 46, height: 330 };
const MARKS = ["circle", "square", "diamond", "triangle", "down", "plus", "cross", "star"];

const shortCount = (n) => (n >= 1e6 ? `${n / 1e6} M` : n >= 1e3 ? `${n / 1e3} k` : String(n));

function readBudgets(model) {
  const [names, trainable, settings, budgets] = ["names", "trainable", "settings", "budgets"].map((name) => model.get(name));
  const all = floats(model.get("accuracy"));
  const seeds = all.length / (names.length * settings.length);
  return {
    names, trainable, settings, budgets,
    runs(setting, method) {
      const at = (setting * names.length + method) * seeds;
      return Array.from(all.subarray(at, at + seeds));
    },
    // From the setting's lowest run, or from half, down to the next tenth.
    lowest(setting) {
      const runs = names.flatMap((_, m) => this.runs(setting, m));
      return Math.min(0.5, Math.floor(Math.min(...runs) * 10) / 10);
    },
  };
}

// The methods that a budget pays for, and the one with the highest mean among them.
function fitting(data, { setting, budget }) {
  const fit = data.names.map((_, m) => m).filter((m) => data.trainable[m] <= data.budgets[budget]);
  const value = (m) => mean(data.runs(setting, m));
  const best = fit.length ? fit.reduce((a, b) => (value(b) > value(a) ? b : a)) : undefined;
  return { fit, best };
}

// ---------------------------------------------------------------- picture

const OUTLINES = {
  square: "M-5,-5H5V5H-5Z", diamond: "M0,-7L6,0L0,7L-6,0Z", triangle: "M0,-6L6,5H-6Z", down: "M0,6L6,-5H-6Z",
  plus: "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z", cross: "M-6,-4L-4,-6L0,-2L4,-6L6,-4L2,0L6,4L4,6L0,2L-4,6L-6,4L-2,0Z",
  star: "M0,-7L2,-2L7,-2L3,1.5L4.5,7L0,3.6L-4.5,7L-3,1.5L-7,-2L-2,-2Z", circle: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z",
};

function drawBudget(box, data, now) {
  const width = Math.max(260, box.clientWidth);
  const { left, right, top, bottom, height } = PLOT;
  const from = Math.floor(Math.log10(data.trainable[0]));
  const to = Math.log10(data.budgets.at(-1)) + 0.15;
  const low = data.lowest(now.setting);
  const x = (count) => left + ((Math.log10(count) - from) / (to - from)) * (width - left - right);
  const y = (share) => height - bottom - ((share - low) / (1 - low)) * (height - top - bottom);
  const svg = shape("svg", { width, height, role: "img", "aria-label": "Accuracy over trainable numbers, a mark for each method; the numbers are in the table below." });
  const edge = Math.min(width - right, x(data.budgets[now.budget]));
  svg.append(shape("rect", { class: "be-inside", x: left, y: top - 8, width: edge - left, height: height - top - bottom + 8 }));
  for (let share = low; share < 1.001; share += 0.1) {
    svg.append(
      shape("line", { class: "be-grid", x1: left, x2: width - right, y1: y(share), y2: y(share) }),
      shape("text", { x: left - 7, y: y(share) + 4, "text-anchor": "end" }, share.toFixed(1)),
    );
  }
  for (let power = from; power <= to; power += 1) svg.append(shape("text", { x: x(10 ** power), y: height - bottom + 18, "text-anchor": "middle" }, shortCount(10 ** power)));
  svg.append(
    shape("line", { class: "be-edge", x1: edge, x2: edge, y1: top - 8, y2: height - bottom }),
    shape("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, "trainable numbers"),
    shape("text", { x: 2, y: 12 }, "share of right answers"),
  );
  const { fit, best } = fitting(data, now);
  data.names.forEach((name, m) => svg.append(methodMarks(data.runs(now.setting, m), m, x(data.trainable[m]), y, fit.includes(m), m === best)));
  data.names.forEach((name, m) => svg.append(shape("text", { class: "be-number", x: x(data.trainable[m]), y: y(highest(data.runs(now.setting, m))) - 9, "text-anchor": "middle" }, String(m + 1))));
  box.replaceChildren(svg);
}

// Where a method's drawing ends, seeds and bar.
const highest = (runs) => Math.max(...runs, Math.min(1, mean(runs) + (deviation(runs) || 0)));

// One method: its seeds, a bar of one standard deviation, its mean.
function methodMarks(runs, m, x, y, fits, isBest) {
  const group = shape("g", { class: `be-method be-colour-${m % 8}${fits ? "" : " be-out"}${isBest ? " be-best" : ""}` });
  const [centre, spread] = [mean(runs), deviation(runs) || 0];
  group.append(
    ...runs.map((share) => shape("circle", { class: "be-seed", cx: x, cy: y(share), r: 2.5 })),
    shape("line", { class: "be-bar", x1: x, x2: x, y1: y(Math.min(1, centre + spread)), y2: y(centre - spread) }),
    shape("path", { class: "be-mark", d: OUTLINES[MARKS[m % MARKS.length]], transform: `translate(${x},${y(centre)})` }),
  );
  return group;
}
