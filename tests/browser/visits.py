"""A shopper's visit in a real browser, watched: nothing may go wrong behind the scenes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

PATIENCE = 120_000  # ms; a machine under load is slow, and one that takes longer is stuck
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
SCHEMES = ("light", "dark")
AXE = Path(__file__).parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
# How much of a page has jumped while it was looked at: the sum of its layout shifts.
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shift += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
# Colours that are still changing are no colours to judge by.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
  .map((one) => one.finished)).then(() => true)"""
FOCUS_IS_SEEN = """() => {
  const one = document.activeElement;
  const {left, top, width, height} = one.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return seen !== null && [one, ...(one.labels ?? [])].some((own) => own.contains(seen));
}"""
REFUSAL = "Failed to load resource: the server responded with a status of 4"
FOUND = """(tags) => axe.run(document, {runOnly: {type: "tag", values: tags}}).then(
  ({violations}) => violations.flatMap(({id, help, nodes}) => nodes.map(
    (node) => `${id}: ${help}: ${node.html} (${node.failureSummary})`)))"""


@contextmanager
def visit(browser: Any, *, refused: bool = False, **how: Any) -> Iterator[Any]:
    """Open a page, and see to it at the end that nothing went wrong behind the scenes.

    Nothing in the console, no violation of the content security policy, no failed request, no
    request to another host. `refused`: the visit meets refusals (4xx), which browsers note.
    `how`: what Playwright's `new_context` takes, such as `color_scheme` and `locale`.
    """
    how = {"viewport": DESK, "accept_downloads": True, "locale": "en-GB", **how}
    context = browser.new_context(**how)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wrong = watch(page)
    yield page
    seen = [said for said in wrong if not (refused and said.startswith(REFUSAL))]
    assert not seen, "\n".join(seen)
    context.close()


def watch(page: Any) -> list[str]:
    """Return a list that fills with whatever goes wrong on the page from now on."""
    wrong: list[str] = []
    page.add_init_script(WATCH)
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.extend(failure_of(request)))
    page.on("request", lambda request: wrong.extend(foreign(request.url)))
    return wrong


def failure_of(request: Any) -> list[str]:
    """Return what failed: nothing where the page was merely left before its icon had come."""
    left = request.failure == "net::ERR_ABORTED"
    return [] if left else [f"failed: {request.url} ({request.failure})"]


def foreign(url: str) -> list[str]:
    """Return what is wrong with an address that a page asks: it is not this machine's."""
    ours = url.startswith(("http://127.0.0.1:", "blob:", "data:"))
    return [] if ours else [f"another host: {url}"]


@cache
def axe_source() -> str:
    """Return axe-core, which is handed to the page by the browser's own door, not by the page."""
    return AXE.read_text(encoding="utf-8")


def barriers(page: Any) -> list[str]:
    """Return what axe-core finds on the page that would keep somebody from using it."""
    page.evaluate(SETTLED)
    page.evaluate(axe_source())
    return list(page.evaluate(FOUND, list(RULES)))


def assert_open_to_all(page: Any) -> None:
    """Nothing on the page keeps anybody out, it fits its window, and it says its language."""
    found = barriers(page)
    assert found == [], json.dumps(found, indent=1)
    assert no_sideways_scrolling(page), page.url


def no_sideways_scrolling(page: Any) -> bool:
    """Return whether the page is no wider than its window."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def focus_is_seen(page: Any) -> bool:
    """Return whether the middle of what has the focus is in sight, nothing else over it."""
    return bool(page.evaluate(FOCUS_IS_SEEN))


def choose_photo(page: Any, address: str, photo_file: Path) -> None:
    """Agree, and choose the portrait on the start page."""
    page.goto(address)
    page.check("#consent")
    page.set_input_files("#photo", str(photo_file))


def try_on(page: Any, address: str, photo_file: Path) -> None:
    """Lead the shopper to their first result."""
    choose_photo(page, address, photo_file)
    page.click("#send")
    page.wait_for_url("**/photos/*")
    page.locator(".wall-card").first.get_by_role("button", name="Try it on").click()
    page.wait_for_url("**/try-ons/*")
