// The wall: choosing a colour shows it on the face at once.

for (const choice of document.querySelectorAll(".wall-card input[name=variant]")) {
  choice.addEventListener("change", () => {
    const picture = choice.form.querySelector(".wall-picture");
    picture.classList.add("changing");
    picture.alt = choice.dataset.alt;
    picture.src = choice.dataset.picture;
  });
}

for (const picture of document.querySelectorAll(".wall-picture")) {
  for (const name of ["load", "error"]) {
    picture.addEventListener(name, () => picture.classList.remove("changing"));
  }
}

// A page brought back may remember a choice whose picture it doesn't show.
window.addEventListener("pageshow", () => {
  for (const choice of document.querySelectorAll(".wall-card input[name=variant]:checked")) {
    const picture = choice.form.querySelector(".wall-picture");
    if (picture.getAttribute("src") !== choice.dataset.picture) choice.dispatchEvent(new Event("change"));
  }
});
