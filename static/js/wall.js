// The wall and its like: a colour is seen at once, filters work in place, up to four are picked.
// All of it listens to the document, for filters put new frames in the old ones' place.

const MOST_PICKS = 4;

// An address of a picture, or a set of them, with another colour in it.
function dressed(addresses, { value, dataset }) {
  return addresses.replace(/\/[^/]+\.jpg/g, `/${value}.jpg`).replace(/([?&]v=)\w+/g, `$1${dataset.v}`);
}

// A colour, shown on the face.
function wear(choice) {
  const card = choice.form;
  const picture = card.querySelector(".wall-picture");
  const said = choice.closest("fieldset").dataset.alt;
  picture.classList.add("changing");
  picture.alt = said.replace("%", choice.nextElementSibling.nextElementSibling.textContent);
  picture.srcset = dressed(picture.srcset, choice);
  picture.src = dressed(picture.getAttribute("src"), choice);
  const pick = card.querySelector("input[name=pick]");
  if (pick) pick.value = `${pick.dataset.frame}.${choice.value}`;
}

for (const name of ["load", "error"]) {
  document.addEventListener(name, (event) => event.target.classList?.remove("changing"), true);
}

// Frames to compare.
function tellPicks(refused = false) {
  const bar = document.querySelector(".pick-bar");
  if (!bar) return;
  const picks = document.querySelectorAll("input[name=pick]:checked, input[type=hidden][name=pick]").length;
  const words = document.getElementById("picked");
  bar.classList.toggle("picking", picks > 0);
  bar.querySelector("button").disabled = picks < 2;
  words.textContent = refused ? words.dataset.most : picks === 1 ? words.dataset.one : words.dataset.many.replace("#", picks);
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches(".wall-card input[name=variant]")) wear(field);
  if (!field.matches("input[name=pick]")) return;
  const all = document.querySelectorAll("input[name=pick]:checked, input[type=hidden][name=pick]").length;
  if (field.checked && all > MOST_PICKS) field.checked = false;
  tellPicks(all > MOST_PICKS);
});

// Whoever goes by keyboard sees where they are: in the row of filters, and above the bar of picks.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("main :focus-visible")) target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// A panel of filters that opens below the window's edge comes into sight.
document.addEventListener("toggle", ({ target }) => {
  if (target.matches(".facet[open]")) target.querySelector(".facet-panel").scrollIntoView({ block: "nearest" });
}, true);

// A panel of filters closes with Escape, and when something else is used.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".facet[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const facet of document.querySelectorAll(".facet[open]")) {
    if (!facet.contains(event.target)) facet.open = false;
  }
});
// The filters' own buttons ask in place too; the one that compares leads to its page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "look" || !form.hasAttribute("hx-get") || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  for (const facet of form.querySelectorAll(".facet[open]")) facet.open = false;
  form.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("htmx:afterSettle", () => tellPicks());
// The filters' address names what is chosen and nothing more.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "look") return;
  const { parameters } = event.detail;
  if (!parameters.q) delete parameters.q;
  if (parameters.sort === "fit") delete parameters.sort;
});
// What could not be fetched in place is fetched as a page, which says what is wrong.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    const form = event.detail.elt.closest("form");
    if (form?.id === "look") form.submit();
  });
}

// A page brought back may remember a choice whose picture it doesn't show.
window.addEventListener("pageshow", () => {
  for (const choice of document.querySelectorAll(".wall-card input[name=variant]:checked")) {
    const picture = choice.form.querySelector(".wall-picture");
    if (!picture.getAttribute("src").includes(`v=${choice.dataset.v}`)) wear(choice);
  }
  tellPicks();
});
