// The start page: choose, drop or paste a photo, look at it, send it.

import { explain, send } from "./send.js";

const form = document.getElementById("upload");
const zone = document.getElementById("drop-zone");
const chosen = document.getElementById("chosen");
const hint = document.getElementById("drop-hint");
const button = document.getElementById("send");
const slot = document.getElementById("upload-problem");
const inputs = [form.elements.photo, form.elements.shot];
const words = JSON.parse(form.dataset.words);
const mostMegabytes = Number(form.dataset.mostMb);

let photo = null;

function show(file) {
  if (chosen.src) URL.revokeObjectURL(chosen.src);
  photo = file;
  slot.replaceChildren();
  chosen.hidden = false;
  zone.classList.add("has-photo");
  chosen.src = URL.createObjectURL(file);
  form.querySelector("label[for=photo]").textContent = words.another;
}

// Some browsers can't show what the shop can read (HEIC): then its name stands for it.
chosen.addEventListener("error", () => {
  chosen.hidden = true;
  zone.classList.remove("has-photo");
  hint.textContent = photo ? photo.name : "";
});

// Returns what is wrong with sending now, or null.
function objection() {
  if (!form.elements.consent.checked) return words.problems["consent-missing"];
  if (!photo) return words.problems["no-photo"];
  return photo.size > mostMegabytes * 1e6 ? words.problems["photo-too-heavy"] : null;
}

function take(files) {
  const file = [...files].find((one) => one.type.startsWith("image/") || one.type === "");
  if (file) show(file);
  else if (files.length) explain(slot, words.problems["not-a-picture"]);
}

for (const input of inputs) {
  input.addEventListener("change", () => {
    if (input.files.length) show(input.files[0]);
  });
}

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault(); // else a photo dropped beside the zone would replace the page
    zone.classList.toggle("over", zone.contains(event.target));
  });
}
document.addEventListener("dragleave", () => zone.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) take(event.clipboardData.files);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = objection();
  if (wrong) {
    explain(slot, wrong);
    if (!form.elements.consent.checked) form.elements.consent.focus({ preventScroll: true });
    return;
  }
  const data = new FormData();
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("consent", "y");
  data.append("photo", photo, photo.name || "photo");
  button.disabled = true;
  if (!(await send(form, data, slot))) button.disabled = false;
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  button.disabled = false;
  document.getElementById("sending").hidden = true;
});

form.classList.add("enhanced");
// Chosen before this script was there, or kept by the browser over a reload
const early = inputs.find((input) => input.files.length);
if (early) show(early.files[0]);
