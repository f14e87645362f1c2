// What all widgets share: elements, keys, theme, canvas, colours. Each widget's Python
// file puts this text in front of its own, so that both are one module and nothing has
// to be built. Names here must not be declared again there.

const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
];
const FONT = "12px system-ui, sans-serif";

function node(tag, properties = {}, ...children) {
  const { aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function floats(view) {
  const end = view.byteOffset + view.byteLength; // copied, for it may lie unaligned
  return new Float32Array(view.buffer.slice(view.byteOffset, end));
}

function colourAt(share) {
  const place = Math.max(0, Math.min(1, share)) * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[i].map((c, k) => Math.round(c + (place - i) * (VIRIDIS[i + 1][k] - c)));
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

// Whether a key is meant for JupyterLab, also while a widget has the focus: Ctrl+S, Tab,
// Shift+Enter. Any other key must be stopped from reaching it.
const isForPage = (event) => event.ctrlKey || event.metaKey || event.key === "Tab" || (event.shiftKey && event.key === "Enter");

// Call redraw when the size of an element or the theme changes; returns how to end it.
function watchLook(root, sizedElement, redraw) {
  const size = new ResizeObserver(redraw);
  size.observe(sizedElement);
  const theme = new MutationObserver(() => requestAnimationFrame(redraw));
  for (const place of [document.body, document.documentElement]) theme.observe(place, { attributes: true });
  root.addEventListener("transitionend", redraw);
  window.addEventListener("resize", redraw); // also comes when the pixel ratio changes
  return () => {
    size.disconnect();
    theme.disconnect();
    window.removeEventListener("resize", redraw);
  };
}
