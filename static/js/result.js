// A try-on: before and after on a slider, the head close up, the frame moved as it is worn.
// Without scripts the page shows the whole photo, and a switch for the glasses. Another colour or
// lens puts new content in the old one's place: it is brought to life as the first was.

import { offerZoom } from "./zoom.js";

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

let alive = null; // what was brought to life last
let share = 0; // of the picture that is without glasses, per cent
let whole = false; // the whole photo rather than the head
let last = null; // the picture that is to be seen until the next has come

function prepareSlider(compare, views) {
  const slider = document.getElementById("slider");
  const field = document.getElementById("share");

  function said(value) {
    if (value === 0) return views.with;
    return value === 100 ? views.without : views.share.replace("%", value);
  }
  function slide() {
    share = Number(field.value);
    compare.style.setProperty("--share", `${share}%`);
    field.setAttribute("aria-valuetext", said(share));
  }
  field.addEventListener("input", slide);
  field.value = share;
  document.getElementById("without").checked = false;
  compare.classList.add("sliding");
  slider.hidden = false;
  slide();
}

function prepareCloseUp(compare, views) {
  const closer = document.getElementById("closer");
  const { left, top, side, width, height } = compare.dataset;
  const worthwhile = compare.classList.contains("near");
  compare.style.setProperty("--zoom", `${(100 * width) / side}%`);
  compare.style.setProperty("--left", `${(-100 * left) / width}%`);
  compare.style.setProperty("--top", `${(-100 * top) / height}%`);
  closer.hidden = !worthwhile;

  function look() {
    compare.classList.toggle("close", worthwhile && !whole);
    closer.textContent = whole ? views.closer : views.whole;
  }
  closer.addEventListener("click", () => {
    whole = !whole;
    look();
  });
  look();
}

// How the frame sits: shown as it is moved, and kept by the form's own button.
function prepareNudges() {
  const nudges = document.getElementById("nudges");
  const picture = document.querySelector(".pictures");
  const worn = picture.querySelector("img");
  const nudged = document.getElementById("nudged");
  const keep = document.getElementById("keep");
  const download = document.getElementById("download");
  const tint = nudges.elements.tint;
  const sitting = JSON.parse(nudges.dataset.words);
  const kept = asked();

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
  function button(name) {
    return nudges.querySelector(`button[value="${name}"]`);
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

  // Colours, lenses and measures go on with what was moved, kept or not.
  function carryOn() {
    for (const name of [...AXES, "tint"]) {
      if (!nudges.elements[name]) continue;
      for (const field of document.querySelectorAll(`.result input[type=hidden][name=${name}]`)) field.value = nudges.elements[name].value;
    }
  }

  // One picture on its way at a time; whatever was wanted meanwhile comes next.
  let loading = false;
  let wanted = kept;
  let shown = kept;
  async function show() {
    nudged.textContent = words();
    wanted = asked();
    offer();
    carryOn();
    if (loading) return;
    loading = true;
    picture.setAttribute("aria-busy", "true");
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
  keepClear(picture);
  keep.textContent = sitting.keep;
  offer();
  return function remember() {
    nudges.reset();
    show();
  };
}

// On a narrow screen the picture stays in sight above the forms: what gets the focus scrolls to
// below it.
function keepClear(picture) {
  const now = document.querySelector(".result-now");
  new ResizeObserver(() => now.style.setProperty("--picture", `${picture.offsetHeight}px`)).observe(picture);
}

let remember = () => {};

function begin() {
  const compare = document.getElementById("compare");
  if (!compare || compare === alive) return;
  alive = compare;
  const views = JSON.parse(compare.dataset.words);
  prepareSlider(compare, views);
  prepareCloseUp(compare, views);
  offerZoom();
  remember = prepareNudges();
  standIn(compare.querySelector(".pictures"));
}

// What was seen stays until the new picture is there: nothing flashes.
async function standIn(picture) {
  const worn = picture.querySelector("img");
  if (last) {
    const next = new Image();
    next.src = worn.src;
    last.alt = worn.alt;
    worn.replaceWith(last);
    picture.setAttribute("aria-busy", "true");
    const seen = last;
    last = null;
    try {
      await next.decode();
    } catch {
      // The page's own picture tells it, by its words.
    } finally {
      seen.replaceWith(worn);
      picture.removeAttribute("aria-busy");
    }
  }
}

begin();
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(".choices")) document.querySelector(".pictures").setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && detail.requestConfig.elt.matches(".choices")) last = document.querySelector(".pictures img");
});
for (const name of ["htmx:afterSwap", "htmx:historyRestore"]) document.addEventListener(name, begin);
// What could not be changed in place is asked for as a page, which says what is wrong.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, ({ detail }) => {
    if (!detail.elt.matches(".choices")) return;
    const pressed = detail.requestConfig.triggeringEvent?.submitter;
    if (pressed) detail.elt.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
    detail.elt.submit();
  });
}
// A page brought back may remember fields that its picture doesn't show.
window.addEventListener("pageshow", () => remember());
