// Measuring with a card: two marks on the photo, dragged or moved with the arrow keys, and a
// magnifier. Without scripts, lines on the photo and four number fields do.

const stage = document.getElementById("card-stage");
const photo = document.getElementById("card-photo");
const line = document.getElementById("card-line");
const lens = document.getElementById("card-lens");
const marks = [...document.querySelectorAll(".card-mark")];

const ZOOM = 4; // times the photo as it is shown
const STEP = 0.1; // per cent of the photo's width
const LEAP = 10; // steps, with Shift

const fields = (mark) => ["x", "y"].map((axis) => document.getElementById(axis + mark.dataset.mark));
const within = (value) => Math.min(100, Math.max(0, Number(value) || 0));

function placeOf(mark) {
  return fields(mark).map((field) => within(field.value));
}

function draw() {
  for (const mark of marks) {
    const [x, y] = placeOf(mark);
    mark.style.left = `${x}%`;
    mark.style.top = `${y}%`;
  }
  const [from, to] = marks.map(placeOf);
  line.querySelector("path").setAttribute("d", `M${from.join(" ")}L${to.join(" ")}`);
}

function magnify(mark) {
  const [x, y] = placeOf(mark);
  const { clientWidth: width, clientHeight: height } = stage;
  lens.hidden = false;
  const side = lens.clientWidth;
  lens.style.backgroundImage = `url("${photo.src}")`;
  lens.style.backgroundSize = `${ZOOM * width}px ${ZOOM * height}px`;
  lens.style.backgroundPosition =
    `${side / 2 - (ZOOM * width * x) / 100}px ${side / 2 - (ZOOM * height * y) / 100}px`;
  // Above the finger, or below it where there is no room
  const above = (height * y) / 100 > side + 40;
  const left = (width * x) / 100 - side / 2;
  lens.style.left = `${Math.min(width - side, Math.max(0, left))}px`;
  lens.style.top = `${(height * y) / 100 + (above ? -side - 36 : 36)}px`;
}

function put(mark, x, y) {
  const values = [within(x), within(y)];
  fields(mark).forEach((field, axis) => { field.value = values[axis].toFixed(2); });
  draw();
  magnify(mark);
}

function prepare(mark) {
  let grip = null;
  mark.addEventListener("pointerdown", (event) => {
    mark.setPointerCapture(event.pointerId);
    const [x, y] = placeOf(mark);
    grip = { x, y, fromX: event.clientX, fromY: event.clientY };
    magnify(mark);
  });
  mark.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const { width, height } = stage.getBoundingClientRect();
    put(
      mark,
      grip.x + (100 * (event.clientX - grip.fromX)) / width,
      grip.y + (100 * (event.clientY - grip.fromY)) / height,
    );
  });
  for (const name of ["pointerup", "pointercancel"]) {
    mark.addEventListener(name, () => { grip = null; });
  }
  mark.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    const step = STEP * (event.shiftKey ? LEAP : 1);
    const [x, y] = placeOf(mark);
    put(mark, x + to[0] * step, y + to[1] * step * (stage.clientWidth / stage.clientHeight));
  });
  mark.addEventListener("focus", () => magnify(mark));
  mark.addEventListener("blur", () => { lens.hidden = true; });
  mark.hidden = false;
}

marks.forEach(prepare);
document.getElementById("card-fields").addEventListener("input", draw);
document.getElementById("card-grid").setAttribute("hidden", "");
document.getElementById("card-count").hidden = true;
document.getElementById("card-keys").hidden = false;
document.getElementById("card-fields").classList.add("visually-hidden-focusable");
line.removeAttribute("hidden");
draw();
