// Dragging of blocks, for ordering.js. A mouse takes a block anywhere, a finger by its dots, so that a swipe over
// the blocks still scrolls the page. The blocks stay where they are until it is dropped.
function watchPointer(parts, act) {
  let drag = null;
  const drop = () => {
    const zone = !parts.trayBox.hidden && drag.y > parts.trayBox.getBoundingClientRect().top ? "tray" : "order";
    const others = [...parts[zone].children].filter((block) => block !== drag.block).map((block) => block.getBoundingClientRect());
    return { zone, others, place: others.filter((box) => box.top + box.height / 2 < drag.y).length };
  };
  const follow = () => {
    const home = drag.block.getBoundingClientRect();
    drag.shift += drag.y - drag.grab - home.top;
    drag.block.style.transform = `translateY(${drag.shift}px)`;
    const { zone, others, place } = drop();
    const box = parts[zone === "tray" ? "trayBox" : "order"].getBoundingClientRect();
    const edge = place ? others[place - 1].bottom + 2 : others[0]?.top - 4;
    parts.mark.hidden = false;
    parts.mark.style.top = `${(Number.isFinite(edge) ? edge : box.bottom - 6) - parts.root.getBoundingClientRect().top}px`;
  };
  const scroll = () => {
    if (!drag) return;
    const box = drag.scroller.getBoundingClientRect();
    const [top, bottom] = [Math.max(0, box.top), Math.min(window.innerHeight, box.bottom)];
    const by = drag.y < top + 40 ? -8 : drag.y > bottom - 40 ? 8 : 0;
    if (by && drag.lifted) {
      drag.scroller.scrollBy(0, by);
      follow();
    }
    requestAnimationFrame(scroll);
  };
  const end = () => {
    if (!drag) return;
    drag.block.style.transform = "";
    drag.block.classList.remove("ord-lifted");
    parts.mark.hidden = true;
    drag = null;
  };
  parts.root.addEventListener("pointerdown", (event) => {
    const block = event.target.closest("li");
    if (!block || event.button !== 0 || drag) return;
    act.select(block.dataset.label, event.pointerType === "mouse");
    if (event.pointerType !== "mouse" && !event.target.closest(".ord-grip")) return;
    event.preventDefault();
    block.focus({ preventScroll: true });
    block.setPointerCapture(event.pointerId);
    drag = { block, y: event.clientY, from: event.clientY, grab: event.clientY - block.getBoundingClientRect().top, shift: 0, lifted: false, scroller: scrollerOf(parts.root) };
    requestAnimationFrame(scroll);
  });
  parts.root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.y = event.clientY;
    if (!drag.lifted && Math.abs(drag.y - drag.from) < 5) return;
    drag.lifted = true;
    drag.block.classList.add("ord-lifted");
    follow();
  });
  parts.root.addEventListener("pointerup", () => {
    if (!drag) return;
    const { zone, place } = drop();
    const lifted = drag.lifted;
    end();
    if (lifted) act.move(zone, place);
  });
  parts.root.addEventListener("pointercancel", end);
  parts.root.addEventListener("keydown", (event) => event.key === "Escape" && end());
}

function scrollerOf(place) {
  for (let box = place.parentElement; box; box = box.parentElement) {
    const scrolls = /auto|scroll/.test(getComputedStyle(box).overflowY);
    if (scrolls && box.scrollHeight > box.clientHeight) return box;
  }
  return document.scrollingElement;
}
