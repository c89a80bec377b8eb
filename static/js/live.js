// Brings what is inside #live up to date every so often while the page is looked at.
// Without it the page's own link does the same.

const live = document.getElementById("live");
let stopped = false;

async function renew() {
  if (document.hidden || stopped || live.contains(document.activeElement) || live.querySelector("details[open]")) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected || !answer.ok) { stopped = true; return; } // signed out meanwhile
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (fresh) live.replaceChildren(...fresh.childNodes);
}

if (live) setInterval(() => renew().catch(() => {}), 1000 * Number(live.dataset.seconds));
