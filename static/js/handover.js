// The page with the code: as soon as the phone has sent a photo, its frames are shown here.

const waiting = document.getElementById("waiting");
const EVERY = 3000; // ms
const LONGEST = 15 * 60 * 1000; // ms; a code lives shorter
const began = Date.now();

async function look() {
  try {
    const answer = await fetch(waiting.dataset.state, { headers: { Accept: "application/json" } });
    const state = await answer.json();
    if (state.photos > Number(waiting.dataset.known) && state.next) {
      window.location.assign(state.next);
      return;
    }
  } catch {
    // Offline for a moment: the next look may succeed, and the button below works without
  }
  if (Date.now() - began < LONGEST) setTimeout(look, EVERY);
}

waiting.hidden = false;
setTimeout(look, EVERY);
