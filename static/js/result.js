// A try-on: before and after on a slider, where without scripts there is a switch.

const compare = document.getElementById("compare");
const slider = document.getElementById("slider");
const share = document.getElementById("share");

function said(value) {
  if (value === 0) return "all with glasses";
  return value === 100 ? "all without glasses" : `${value} percent without glasses`;
}

function slide() {
  const value = Number(share.value);
  compare.style.setProperty("--share", `${value}%`);
  share.setAttribute("aria-valuetext", said(value));
}

share.addEventListener("input", slide);
share.value = 0;
document.getElementById("without").checked = false;
document.getElementById("without").disabled = true;
compare.classList.add("sliding");
slider.hidden = false;
slide();
