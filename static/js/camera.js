// The camera page: agree, turn the camera on, line up, count down, choose a shot, send it.

import { sharpness, watch as hints } from "./hints.js";
import { explain, send } from "./send.js";

const element = (id) => document.getElementById(id);
const form = element("camera");
const stage = element("stage");
const live = element("live");
const shown = element("shot");
const shots = element("shots");
const words = element("camera-words");
const countdown = element("countdown");
const hint = element("hint");
const slot = element("camera-problem");
const which = element("which");
const choice = element("camera-choice");
const buttons = {
  open: element("open"),
  shutter: element("shutter"),
  use: element("use"),
  retake: element("retake"),
};

const SECONDS = 3;
const SHOTS = 3;
const BETWEEN = 450; // ms; long enough for a blink to be over
const said = JSON.parse(form.dataset.words);
const REASONS = {
  NotAllowedError: said.reasons.denied,
  SecurityError: said.reasons.denied,
  NotFoundError: said.reasons.none,
  OverconstrainedError: said.reasons.none,
  NotReadableError: said.reasons.busy,
  AbortError: said.reasons.busy,
};

let stream = null;
let taken = []; // {blob, url, sharp}
let counting = null;
let stopHints = () => {};

function offer(...names) {
  for (const [name, button] of Object.entries(buttons)) button.hidden = !names.includes(name);
}

function close() {
  clearTimeout(counting);
  stopHints();
  countdown.hidden = true;
  hint.hidden = true;
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  live.srcObject = null;
}

function track() {
  return stream.getVideoTracks()[0];
}

function facesAway() {
  return track().getSettings().facingMode === "environment";
}

async function open(deviceId) {
  slot.replaceChildren();
  if (!navigator.mediaDevices?.getUserMedia) {
    explain(slot, said.reasons.insecure);
    return;
  }
  close();
  offer(); // one question at a time
  words.textContent = said.ask;
  const chosen = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...chosen, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (error) {
    refuse(REASONS[error.name] ?? said.reasons.unknown);
    return;
  }
  track().addEventListener("ended", () => { if (stream) refuse(said.reasons.unknown); });
  await listCameras();
  live.srcObject = stream;
  live.classList.toggle("mirrored", !facesAway());
  live.play().catch(() => {}); // it was replaced before it began: the next one plays
  element("camera-consent").hidden = true; // agreed to; the picture takes its room
  lineUp();
}

function refuse(reason) {
  close();
  words.textContent = "";
  explain(slot, reason);
  stage.hidden = true;
  which.hidden = true;
  element("camera-consent").hidden = false;
  offer("open");
}

async function listCameras() {
  const all = await navigator.mediaDevices.enumerateDevices();
  const cameras = all.filter((one) => one.kind === "videoinput");
  const current = track().getSettings().deviceId;
  choice.replaceChildren(...cameras.map((one, at) => {
    const name = one.label || said.camera.replace("%", at + 1);
    return new Option(name, one.deviceId, false, one.deviceId === current);
  }));
  which.hidden = cameras.length < 2;
}

function lineUp() {
  forget();
  stage.hidden = false;
  stage.classList.remove("shot-taken", "ready");
  shown.hidden = true;
  live.hidden = false;
  which.hidden = choice.options.length < 2;
  words.textContent = said.fill;
  offer("shutter");
  buttons.shutter.focus({ preventScroll: true });
  stopHints();
  stopHints = hints(form, live, (code) => {
    hint.hidden = false;
    if (hint.textContent !== said.hints[code]) hint.textContent = said.hints[code];
    stage.classList.toggle("ready", code === "ready");
  });
}

function forget() {
  taken.forEach(({ url }) => URL.revokeObjectURL(url));
  taken = [];
  shots.hidden = true;
  shots.querySelectorAll("label").forEach((label) => label.remove());
}

function count(left) {
  if (left === 0) {
    countdown.hidden = true;
    words.textContent = said.still;
    takeAll();
    return;
  }
  countdown.hidden = false;
  countdown.textContent = String(left);
  words.textContent = left === SECONDS ? said.look : "";
  counting = setTimeout(count, 1000, left - 1);
}

// What is kept is what the camera sees, not the mirror image that the shopper sees.
function take() {
  const canvas = document.createElement("canvas");
  canvas.width = live.videoWidth;
  canvas.height = live.videoHeight;
  canvas.getContext("2d").drawImage(live, 0, 0);
  const sharp = sharpness(canvas);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob && { blob, sharp, url: URL.createObjectURL(blob) }), "image/jpeg", 0.95);
  });
}

const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

async function takeAll() {
  for (let number = 0; number < SHOTS && stream; number += 1) {
    if (number) await pause(BETWEEN);
    const one = await take();
    if (one) taken.push(one);
  }
  if (!taken.length) {
    explain(slot, said.reasons.unknown);
    if (stream) lineUp();
    return;
  }
  showShots();
}

function showShots() {
  stopHints();
  hint.hidden = true;
  const sharpest = taken.reduce((best, one) => (one.sharp > best.sharp ? one : best));
  for (const [at, one] of taken.entries()) {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "shot-number", value: at, checked: one === sharpest });
    const picture = Object.assign(new Image(), { src: one.url, alt: said.shot.replace("%", at + 1) });
    picture.className = live.className;
    label.append(radio, picture);
    shots.append(label);
  }
  shots.hidden = false;
  which.hidden = true;
  show(sharpest);
  live.hidden = true;
  stage.classList.add("shot-taken");
  words.textContent = said.choose;
  offer("use", "retake");
  buttons.use.focus({ preventScroll: true });
}

function show(one) {
  shown.src = one.url;
  shown.className = `shot ${live.className}`;
  shown.hidden = false;
}

function chosen() {
  const radio = shots.querySelector("input:checked");
  return radio ? taken[Number(radio.value)] : null;
}

shots.addEventListener("change", () => show(chosen()));
choice.addEventListener("change", () => open(choice.value));

buttons.open.addEventListener("click", () => {
  if (form.elements.consent.checked) {
    open();
    return;
  }
  explain(slot, said.agree);
  form.elements.consent.focus({ preventScroll: true });
});

buttons.shutter.addEventListener("click", () => {
  offer();
  stopHints();
  hint.hidden = true;
  which.hidden = true;
  count(SECONDS);
});

buttons.retake.addEventListener("click", () => {
  slot.replaceChildren();
  if (stream) lineUp();
  else open();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const photo = chosen();
  if (!photo || form.getAttribute("aria-busy")) return;
  const data = new FormData();
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("consent", "y"); // the camera does not open without
  data.append("agreed_to", form.elements.agreed_to.value);
  data.append("photo", photo.blob, "camera.jpg");
  offer();
  form.setAttribute("aria-busy", "true");
  words.textContent = "";
  if (await send(form, data, slot)) close();
  else offer("use", "retake");
  form.removeAttribute("aria-busy");
});

window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
offer("open");
