// Zoom and pan: by pinching, dragging, the wheel, + − 0 and Shift with the arrows, and buttons.

const MOST = 6;
const STEP = 1.4;
const PAN = 40; // px an arrow key
const ARROWS = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };

// Kept while a page's content is replaced by another try-on's.
let scale = 1;
let x = 0;
let y = 0;

// Lets the page's picture be zoomed and panned, and its link be copied.
export function offerZoom() {
  const stage = document.querySelector(".pictures");
  const compare = document.getElementById("compare");
  const tools = document.getElementById("zoom-tools");
  const told = document.getElementById("zoomed");
  const words = JSON.parse(compare.dataset.words).zoomed;
  const [less, more] = tools.querySelectorAll("button");
  const fingers = new Map();

  function show() {
    const { width, height } = stage.getBoundingClientRect();
    x = Math.min(0, Math.max(width * (1 - scale), x));
    y = Math.min(0, Math.max(height * (1 - scale), y));
    compare.style.setProperty("--scale", scale);
    compare.style.setProperty("--pan-x", `${x}px`);
    compare.style.setProperty("--pan-y", `${y}px`);
    compare.classList.toggle("zoomed", scale > 1);
    less.disabled = scale <= 1;
    more.disabled = scale >= MOST;
    told.textContent = words.replace("%", Math.round(100 * scale));
  }

  // Keeps the point (px from the stage's corner) where it is.
  function zoom(by, at) {
    const { width, height } = stage.getBoundingClientRect();
    const [left, top] = at || [width / 2, height / 2];
    const next = Math.min(MOST, Math.max(1, scale * by));
    x = left - ((left - x) * next) / scale;
    y = top - ((top - y) * next) / scale;
    scale = next;
    show();
  }

  function pan(right, down) {
    x += right;
    y += down;
    show();
  }

  function within(event) {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  tools.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed) zoom(pressed.value === "in" ? STEP : 1 / STEP);
  });

  // Before the frame's own keys, which are the arrows without Shift.
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && ARROWS[event.key]) pan(...ARROWS[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "0") zoom(1 / MOST);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // The wheel scrolls the page, until the picture is zoomed or asked for with Ctrl (a pinched pad).
  stage.addEventListener("wheel", (event) => {
    const wanted = event.ctrlKey || scale > 1;
    if (!wanted || (scale === 1 && event.deltaY > 0)) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), within(event));
  }, { passive: false });

  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (scale > 1 || fingers.size > 1) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (fingers.size === 1) {
      if (scale > 1) pan(now[0] - before[0], now[1] - before[1]);
    } else {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const spread = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
      const box = stage.getBoundingClientRect();
      const middle = [(now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top];
      if (spread(before) > 0) zoom(spread(now) / spread(before), middle);
    }
    fingers.set(event.pointerId, now);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  stage.addEventListener("dragstart", (event) => event.preventDefault());

  tools.hidden = false;
  show();
  offerCopy();
}

// A link is copied by a press.
function offerCopy() {
  const copy = document.getElementById("copy");
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("share-url").value);
    copy.textContent = copy.dataset.done;
  });
}
