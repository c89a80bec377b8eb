// The frame's form: the server's own rules say what is wrong while it is being filled in.
// Only fields that were touched are told of; without scripts, sending the form tells.

const form = document.querySelector("form[data-check]");
const touched = new Set();
let asked = 0;

function tell(field, words) {
  const id = `${field.id}-error`;
  let note = document.getElementById(id);
  const described = (field.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
  if (words) {
    if (!note) {
      note = document.createElement("div");
      note.id = id;
      note.className = "field-error";
      field.closest(".field").append(note);
    }
    note.textContent = words;
    field.setAttribute("aria-invalid", "true");
    described.push(id);
  } else {
    note?.remove();
    field.removeAttribute("aria-invalid");
  }
  if (described.length) field.setAttribute("aria-describedby", described.join(" "));
  else field.removeAttribute("aria-describedby");
}

async function check() {
  const number = ++asked;
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: data });
    if (!answer.ok || number !== asked) return;
    const wrong = await answer.json();
    for (const name of touched) {
      const field = form.elements[name];
      if (field?.id) tell(field, wrong[name]);
    }
  } catch { /* offline: sending the form will tell */ }
}

if (form) {
  form.addEventListener("change", (event) => {
    if (!event.target.name || event.target.type === "file") return;
    touched.add(event.target.name);
    check();
  });
}
