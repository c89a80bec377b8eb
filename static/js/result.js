// A try-on: before and after on a slider, and the head close up.
// Without scripts the page shows the whole photo, and a switch for the glasses.

import "./zoom.js";

const compare = document.getElementById("compare");
const slider = document.getElementById("slider");
const share = document.getElementById("share");
const closer = document.getElementById("closer");
const without = document.getElementById("without");
const views = JSON.parse(compare.dataset.words);

function said(value) {
  if (value === 0) return views.with;
  return value === 100 ? views.without : views.share.replace("%", value);
}

function slide() {
  const value = Number(share.value);
  compare.style.setProperty("--share", `${value}%`);
  share.setAttribute("aria-valuetext", said(value));
}

function prepareCloseUp() {
  const { left, top, side, width, height } = compare.dataset;
  compare.style.setProperty("--zoom", `${(100 * width) / side}%`);
  compare.style.setProperty("--left", `${(-100 * left) / width}%`);
  compare.style.setProperty("--top", `${(-100 * top) / height}%`);
  const worthwhile = Number(side) < 0.8 * Math.max(width, height);
  closer.hidden = !worthwhile;
  compare.classList.toggle("close", worthwhile);
}

closer.addEventListener("click", () => {
  const close = compare.classList.toggle("close");
  closer.textContent = close ? views.whole : views.closer;
});

share.addEventListener("input", slide);
share.value = 0;
without.checked = false;
without.hidden = true;
compare.classList.add("sliding");
slider.hidden = false;
slide();
prepareCloseUp();

// How the frame sits: shown as it is moved, and kept by the form's own button.
const nudges = document.getElementById("nudges");
const picture = document.querySelector(".pictures");
const worn = picture.querySelector("img");
const nudged = document.getElementById("nudged");
const keep = document.getElementById("keep");
const download = document.getElementById("download");
const tint = nudges.elements.tint;
const sitting = JSON.parse(nudges.dataset.words);
const kept = asked();

const STEPS = {
  up: ["up", 1],
  down: ["up", -1],
  farther: ["out", 1],
  nearer: ["out", -1],
  "tilt-more": ["tilt", 2],
  "tilt-less": ["tilt", -2],
};
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "nearer", ArrowRight: "farther", PageUp: "tilt-more", PageDown: "tilt-less", Home: "reset" };
const AXES = ["up", "out", "tilt"];

function asked() {
  const wanted = new URLSearchParams();
  for (const name of ["up", "out", "tilt", "tint"]) {
    if (nudges.elements[name]) wanted.set(name, String(Number(nudges.elements[name].value)));
  }
  return wanted.toString();
}

function limitsOf(axis) {
  return nudges.dataset[axis].split(" ").map(Number);
}

function moved(way, by, digits) {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return sitting[way].replace("%", Math.abs(by).toLocaleString(document.documentElement.lang, fixed));
}

function words() {
  const [up, out, tilted] = AXES.map((axis) => Number(nudges.elements[axis].value));
  const said = [];
  if (up) said.push(moved(up > 0 ? "up" : "down", up, 1));
  if (out) said.push(moved(out > 0 ? "farther" : "nearer", out, 1));
  if (tilted) said.push(moved(tilted > 0 ? "in" : "out", tilted, 0));
  return said.join(", ") || sitting.rest;
}

function offer() {
  for (const [name, [axis, by]] of Object.entries(STEPS)) {
    const [low, high] = limitsOf(axis);
    const value = Number(nudges.elements[axis].value);
    button(name).disabled = by > 0 ? value >= high : value <= low;
  }
  button("reset").disabled = AXES.every((axis) => Number(nudges.elements[axis].value) === 0);
  const changed = asked() !== kept;
  keep.hidden = !changed;
  download.hidden = changed; // it would save the picture as it was
}

function button(name) {
  return nudges.querySelector(`button[value="${name}"]`);
}

// One picture on its way at a time; whatever was wanted meanwhile comes next.
let loading = false;
let wanted = kept;

async function show() {
  nudged.textContent = words();
  wanted = asked();
  offer();
  if (loading) return;
  loading = true;
  picture.setAttribute("aria-busy", "true");
  let shown = null;
  while (shown !== wanted) {
    shown = wanted;
    const next = new Image();
    next.src = `${nudges.dataset.preview}?${shown}`;
    try {
      await next.decode();
      worn.src = next.src;
    } catch {
      nudged.textContent = `${words()}; ${sitting.failed}`;
    }
  }
  loading = false;
  picture.removeAttribute("aria-busy");
}

function move(name) {
  if (name === "reset") {
    for (const axis of AXES) nudges.elements[axis].value = 0;
  } else {
    const [axis, by] = STEPS[name];
    const [low, high] = limitsOf(axis);
    const field = nudges.elements[axis];
    field.value = Math.min(high, Math.max(low, Number(field.value) + by));
  }
  show();
}

nudges.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[name=step]");
  if (!pressed) return;
  event.preventDefault();
  move(pressed.value);
});
picture.addEventListener("keydown", (event) => {
  if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  move(KEYS[event.key]);
});
tint?.addEventListener("input", show);

picture.tabIndex = 0;
picture.setAttribute("role", "group");
picture.setAttribute("aria-label", sitting.picture);
picture.setAttribute("aria-describedby", "nudge-help");
nudges.querySelector(".with-script").hidden = false;
// On a narrow screen the picture stays in sight while the frame is moved.
const whole = document.querySelector(".result");
whole.classList.add("live");
new IntersectionObserver(([seen]) => whole.classList.toggle("nudging", seen.isIntersecting)).observe(nudges);
keep.textContent = sitting.keep;
// A page brought back may remember fields that its picture doesn't show.
window.addEventListener("pageshow", () => { nudges.reset(); show(); });
