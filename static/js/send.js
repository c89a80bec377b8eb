// Sends a photo with its progress shown, and reports why it was refused.

const words = JSON.parse(document.getElementById("sending").dataset.words);

// Sends `data` to `form`'s address; resolves with where to go, rejects with {title, advice}.
function post(form, data, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
    request.open("POST", form.action);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 201 && answer) resolve(answer.next);
      else reject(answer && answer.title ? answer : words.offline);
    });
    request.addEventListener("error", () => reject(words.offline));
    request.addEventListener("abort", () => reject(words.offline));
    request.send(data);
  });
}

// Shows a refusal where the page has room for it.
export function explain(slot, problem) {
  const box = document.createElement("div");
  box.className = "problem";
  const title = document.createElement("strong");
  title.textContent = problem.title;
  const advice = document.createElement("span");
  advice.textContent = problem.advice;
  box.append(title, advice);
  slot.replaceChildren(box);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

// Sends the form's photo, tells how far it is, and goes to the wall.
// Returns false after a refusal, so that the caller can let the shopper try again.
export async function send(form, data, slot) {
  const sending = form.querySelector("#sending");
  const progress = form.querySelector("#progress");
  const told = form.querySelector("#sending-words");
  slot.replaceChildren();
  progress.value = 0;
  told.textContent = words.sending;
  sending.hidden = false;
  try {
    const next = await post(form, data, (share) => {
      progress.value = 100 * share;
      if (share < 1) return;
      progress.removeAttribute("value"); // from here on nobody knows how long it takes
      told.textContent = words.looking;
    });
    told.textContent = words.done;
    window.location.assign(next);
    return true;
  } catch (problem) {
    sending.hidden = true;
    explain(slot, problem);
    return false;
  }
}
