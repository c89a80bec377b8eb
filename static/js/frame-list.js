// The frame list: one tick for all of the page.

const all = document.getElementById("all");
const ticks = [...document.querySelectorAll("input[name=slug]")];

if (all) {
  document.getElementById("all-row").hidden = false;
  all.addEventListener("change", () => ticks.forEach((tick) => { tick.checked = all.checked; }));
}
