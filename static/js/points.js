// The marks on a product photo: dragged, or moved with the arrow keys; what follows from them is
// shown at once. Without scripts, the lines on the photo and the number fields do.

const stage = document.getElementById("stage");
const form = document.getElementById("points-form");
const points = [...document.querySelectorAll(".point")];
const pictures = [...document.querySelectorAll("img[data-src]")];
const { width, height, lensWidth, lensHeight, front } = Object.fromEntries(
  Object.entries(stage.dataset).map(([name, value]) => [name, Number(value)]),
);

const STEP = 1; // px of the photo
const LEAP = 10; // steps, with Shift
const PAUSE = 350; // ms without a move, after which the pictures are asked for

const fields = (kind, side) => ["x", "y"].map((axis) => document.getElementById(`${kind}_${side}_${axis}`));
const place = (kind, side) => fields(kind, side).map((field) => Number(field.value) || 0);
const other = (side) => (side === "left" ? "right" : "left");
let waiting = null;

function axes() {
  const [left, right] = [place("lenses", "left"), place("lenses", "right")];
  const [dx, dy] = [right[0] - left[0], right[1] - left[1]];
  const long = Math.hypot(dx, dy) || 1;
  const ends = [place("ends", "left"), place("ends", "right")];
  return {
    middle: [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2],
    ahead: [dx / long, dy / long],
    tilt: (Math.atan2(dy, dx) * 180) / Math.PI,
    scale: Math.hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]) / front,
  };
}

function set(kind, side, [x, y]) {
  const within = (value, most) => Math.min(most, Math.max(0, value)).toFixed(1);
  const [across, down] = fields(kind, side);
  across.value = within(x, width);
  down.value = within(y, height);
}

// A front is its own mirror image: the other hinge goes where the mirror puts it.
function mirrored([x, y]) {
  const { middle, ahead } = axes();
  const along = (x - middle[0]) * ahead[0] + (y - middle[1]) * ahead[1];
  return [x - 2 * along * ahead[0], y - 2 * along * ahead[1]];
}

function draw() {
  const { tilt, scale } = axes();
  for (const point of points) {
    const [x, y] = place(point.dataset.kind, point.dataset.side);
    point.style.left = `${(100 * x) / width}%`;
    point.style.top = `${(100 * y) / height}%`;
    const spot = document.getElementById(`spot_${point.dataset.kind}_${point.dataset.side}`);
    spot.setAttribute("cx", x);
    spot.setAttribute("cy", y);
  }
  for (const box of document.querySelectorAll("#lines g")) {
    const [x, y] = place("lenses", box.dataset.side);
    box.setAttribute("transform", `translate(${x} ${y}) rotate(${tilt.toFixed(3)})`);
    const rect = box.firstElementChild;
    for (const [name, size] of [["width", lensWidth], ["height", lensHeight]]) {
      rect.setAttribute(name, size * scale);
      rect.setAttribute(name === "width" ? "x" : "y", (-size * scale) / 2);
    }
  }
  for (const [id, kind] of [["bridge", "lenses"], ["across", "ends"]]) {
    document.getElementById(id).setAttribute("d", `M${place(kind, "left").join(" ")}L${place(kind, "right").join(" ")}`);
  }
  const apart = Math.hypot(...[0, 1].map((axis) => place("lenses", "right")[axis] - place("lenses", "left")[axis]));
  document.getElementById("measured").textContent =
    `${scale.toFixed(2)} pixels a millimetre, tilted by ${tilt.toFixed(1)}°, bridge ${(apart / scale - lensWidth).toFixed(1)} mm`;
}

function refresh() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll("input[type=number]")) query.set(field.name, field.value);
    for (const picture of pictures) {
      picture.setAttribute("aria-busy", "true");
      picture.loading = "eager";
      picture.src = `${picture.dataset.src}?${query}`;
    }
  }, PAUSE);
}

function move(point, to) {
  const { kind, side } = point.dataset;
  set(kind, side, to);
  if (kind === "hinges") set(kind, other(side), mirrored(place(kind, side)));
  draw();
}

function prepare(point) {
  let grip = null;
  point.addEventListener("pointerdown", (event) => {
    point.setPointerCapture(event.pointerId);
    const [x, y] = place(point.dataset.kind, point.dataset.side);
    grip = { x, y, fromX: event.clientX, fromY: event.clientY };
  });
  point.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const shown = stage.getBoundingClientRect();
    const k = width / shown.width;
    move(point, [grip.x + k * (event.clientX - grip.fromX), grip.y + k * (event.clientY - grip.fromY)]);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    point.addEventListener(name, () => {
      if (grip) refresh();
      grip = null;
    });
  }
  point.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    const step = STEP * (event.shiftKey ? LEAP : 1);
    const [x, y] = place(point.dataset.kind, point.dataset.side);
    move(point, [x + to[0] * step, y + to[1] * step]);
    refresh();
  });
  point.hidden = false;
}

points.forEach(prepare);
for (const picture of pictures) {
  for (const name of ["load", "error"]) picture.addEventListener(name, () => picture.removeAttribute("aria-busy"));
}
form.addEventListener("input", () => { draw(); refresh(); });
if (points.length) {
  document.getElementById("point-keys").hidden = false;
  document.getElementById("look").hidden = true; // it is looked at as it is moved
}
draw();
