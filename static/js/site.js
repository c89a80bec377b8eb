// Every page: a form that takes a moment says so, and is sent once.

function begin(form, button) {
  form.setAttribute("aria-busy", "true");
  const words = form.dataset.busy;
  for (const one of form.querySelectorAll("button[type=submit]")) {
    // Not `disabled` at once: the pressed button's own value must still be sent.
    setTimeout(() => { one.disabled = true; });
  }
  // A picture that was pressed keeps showing itself; the form's plain button speaks for it.
  const speaker = button?.classList.contains("btn") ? button : form.querySelector("button.btn");
  if (speaker && words) {
    speaker.dataset.words = speaker.textContent;
    speaker.textContent = words;
  }
}

function restore(form) {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.disabled = false;
    if (button.dataset.words) {
      button.textContent = button.dataset.words;
      delete button.dataset.words;
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.busy === undefined) return;
  if (form.getAttribute("aria-busy")) {
    event.preventDefault();
    return;
  }
  begin(form, event.submitter);
});

// The back button may bring a page back as it was left: with its forms still busy.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[aria-busy]").forEach(restore);
});

// How long a photo is still kept, counted down while the page is open.
const CLOCK = 30_000; // ms

function tick() {
  for (const one of document.querySelectorAll("time[data-left]")) {
    const minutes = Math.max(0, Math.floor((new Date(one.dateTime) - Date.now()) / 60_000));
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    one.textContent = one.dataset.left.replace("%h", hours).replace("%m", rest);
  }
}

if (document.querySelector("time[data-left]")) {
  tick();
  setInterval(tick, CLOCK);
}
