// One tick for all: `data-all` names the ticks of its form that it stands for.

for (const all of document.querySelectorAll("input[data-all]")) {
  const ticks = [...all.form.querySelectorAll(`input[name=${all.dataset.all}]`)];

  function tell() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked === ticks.length;
    all.indeterminate = ticked > 0 && ticked < ticks.length;
  }
  all.addEventListener("change", () => ticks.forEach((tick) => { tick.checked = all.checked; }));
  for (const tick of ticks) tick.addEventListener("change", tell);
  tell();
  all.closest(".tick-all").hidden = ticks.length < 2;
}
