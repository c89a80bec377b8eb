// A try-on: before and after on a slider, and the head close up.
// Without scripts the page shows the whole photo, and a switch for the glasses.

const compare = document.getElementById("compare");
const slider = document.getElementById("slider");
const share = document.getElementById("share");
const closer = document.getElementById("closer");
const without = document.getElementById("without");

function said(value) {
  if (value === 0) return "all with glasses";
  return value === 100 ? "all without glasses" : `${value} percent without glasses`;
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
  closer.textContent = close ? "Show the whole photo" : "Come closer";
});

share.addEventListener("input", slide);
share.value = 0;
without.checked = false;
without.hidden = true;
compare.classList.add("sliding");
slider.hidden = false;
slide();
prepareCloseUp();
