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
  if (file.size > mostMegabytes * 1e6) {
    explain(slot, words.problems["photo-too-heavy"]);
    return;
  }
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
  return photo ? null : words.problems["no-photo"];
}

// Browsers know the kind of most files; of a HEIC or AVIF picture, some know the name alone.
function readable(file) {
  return /^image\/(jpeg|png|webp|avif|hei[cf])$/.test(file.type)
    || (!file.type && /\.(jpe?g|png|webp|avif|hei[cf])$/i.test(file.name));
}

function take(files) {
  const file = [...files].find(readable);
  if (file) show(file);
  else if (files.length) explain(slot, words.problems["not-a-picture"]);
}

for (const input of inputs) {
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    if (readable(input.files[0])) {
      show(input.files[0]);
    } else {
      explain(slot, words.problems["not-a-picture"]);
      input.value = ""; // what was chosen before stays chosen
    }
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
  data.append("agreed_to", form.elements.agreed_to.value);
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
