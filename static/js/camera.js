// The camera page: agree, turn the camera on, count down, look, send.

import { explain, send } from "./send.js";

const element = (id) => document.getElementById(id);
const form = element("camera");
const stage = element("stage");
const live = element("live");
const shot = element("shot");
const words = element("camera-words");
const countdown = element("countdown");
const slot = element("camera-problem");
const buttons = {
  open: element("open"),
  shutter: element("shutter"),
  change: element("switch"),
  use: element("use"),
  retake: element("retake"),
};

const SECONDS = 3;
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
let cameras = [];
let picture = null;
let counting = null;

function offer(...names) {
  for (const [name, button] of Object.entries(buttons)) button.hidden = !names.includes(name);
}

function close() {
  clearTimeout(counting);
  countdown.hidden = true;
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  live.srcObject = null;
}

function facesAway() {
  return stream.getVideoTracks()[0].getSettings().facingMode === "environment";
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
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...which, width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (error) {
    words.textContent = "";
    explain(slot, REASONS[error.name] ?? said.reasons.unknown);
    stage.hidden = true;
    offer("open");
    return;
  }
  stream.getVideoTracks()[0].addEventListener("ended", lost);
  cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  live.srcObject = stream;
  live.classList.toggle("mirrored", !facesAway());
  live.play().catch(() => {}); // it was replaced before it began: the next one plays
  watch();
}

function lost() {
  if (!stream) return;
  close();
  stage.hidden = true;
  words.textContent = "";
  explain(slot, said.reasons.unknown);
  offer("open");
}

function watch() {
  picture = null;
  stage.hidden = false;
  stage.classList.remove("shot-taken");
  shot.hidden = true;
  live.hidden = false;
  words.textContent = said.fill;
  offer("shutter", ...(cameras.length > 1 ? ["change"] : []));
  buttons.shutter.focus({ preventScroll: true });
}

function count(left) {
  if (left === 0) {
    countdown.hidden = true;
    take();
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
  canvas.toBlob((blob) => {
    if (!blob) {
      explain(slot, said.reasons.unknown);
      watch();
      return;
    }
    picture = blob;
    if (shot.src) URL.revokeObjectURL(shot.src);
    shot.src = URL.createObjectURL(blob);
    shot.classList.toggle("mirrored", live.classList.contains("mirrored"));
    shot.hidden = false;
    live.hidden = true;
    stage.classList.add("shot-taken");
    words.textContent = said.sharp;
    offer("use", "retake");
    buttons.use.focus({ preventScroll: true });
  }, "image/jpeg", 0.95);
}

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
  count(SECONDS);
});

buttons.change.addEventListener("click", () => {
  const current = stream.getVideoTracks()[0].getSettings().deviceId;
  const at = cameras.findIndex((one) => one.deviceId === current);
  open(cameras[(at + 1) % cameras.length].deviceId);
});

buttons.retake.addEventListener("click", () => {
  slot.replaceChildren();
  if (stream) watch();
  else open();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!picture) return;
  if (!form.elements.consent.checked) {
    explain(slot, said.agree);
    form.elements.consent.focus({ preventScroll: true });
    return;
  }
  const data = new FormData();
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("consent", "y");
  data.append("photo", picture, "camera.jpg");
  offer();
  words.textContent = "";
  if (await send(form, data, slot)) close();
  else offer("use", "retake");
});

window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
offer("open");
