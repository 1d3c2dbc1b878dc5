// The page follows the deals: when one changes, it asks for itself again and
// takes over what is in #live. Without this script a reload does the same.
const live = document.getElementById("live");
const note = document.getElementById("live-note");
let waiting = false;
async function refresh() {
  waiting = false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    live.replaceChildren(...page.getElementById("live").childNodes);
    note.textContent = "Brought up to date.";
  } catch { /* the next change tries again */ }
}
if (live && live.dataset.changes) {
  const changes = new EventSource(live.dataset.changes);
  changes.addEventListener("change", () => {
    if (!waiting) { waiting = true; setTimeout(refresh, 300); }
  });
  changes.onopen = () => { note.textContent = "Follows the deals as they change."; };
  changes.onerror = () => { note.textContent = changes.readyState === EventSource.CLOSED ? "The line is down; load the page again." : "The line is down; trying again."; };
  addEventListener("pagehide", () => changes.close());
}
