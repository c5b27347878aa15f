// Puts newer pieces of the page in place when zoomtag says that something is otherwise, and copies texts. All else works without it.
"use strict";
(() => {
  const told = document.getElementById("told");
  const tell = (text) => { told.textContent = ""; requestAnimationFrame(() => { told.textContent = text; }); };

  const ready = (root) => { if (navigator.clipboard) for (const b of root.querySelectorAll("button[data-copy]")) b.hidden = false; };
  document.addEventListener("click", (e) => {
    const button = e.target.closest("button[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(
      () => { tell("Copied."); button.classList.add("done"); setTimeout(() => button.classList.remove("done"), 1500); },
      () => tell("The browser did not let it be copied: select the text and copy it."));
  });
  ready(document);

  // What somebody has unfolded, or is at with the keyboard, stays as it is.
  const refresh = async () => {
    const answer = await fetch(location.pathname + location.search, { headers: { "Zoomtag-Refresh": "1" }, cache: "no-store" });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.getElementById("health")?.textContent;
    for (const now of document.querySelectorAll("[data-live]")) {
      const then = next.getElementById(now.id);
      if (!then || then.innerHTML === now.innerHTML && then.className === now.className) continue;
      if (now.contains(document.activeElement) && document.activeElement !== document.body) continue;
      const unfolded = [...now.querySelectorAll("details[open]")];
      if (unfolded.some((d) => !d.id) || String(getSelection()) && now.contains(getSelection().anchorNode)) continue;
      for (const d of unfolded) then.querySelector("#" + d.id)?.setAttribute("open", "");
      ready(then);
      now.replaceWith(document.adoptNode(then));
    }
    document.body.dataset.sum = next.body.dataset.sum;
    const after = document.getElementById("health")?.textContent;
    if (after !== before) tell("It has changed: " + after);
  };

  if (!document.body.dataset.sum) return;
  let source, busy = false, again = false;
  const changed = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { await refresh(); } catch { /* zoomtag is away: the next event, or minute, tells */ }
    busy = false;
    if (again) { again = false; changed(); }
  };
  const listen = () => {
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource("/events?sum=" + encodeURIComponent(document.body.dataset.sum));
    source.addEventListener("change", changed);
  };
  const hush = () => { source?.close(); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) { hush(); } else { listen(); changed(); } });
  addEventListener("pagehide", hush);
  setInterval(() => { if (!document.hidden) { listen(); changed(); } }, 60000); // "3 minutes ago" grows old as well
  if (!document.hidden) listen();
})();
