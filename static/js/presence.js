// Says on a ticket's page who else has it open, and tells them that somebody is here. Nothing here is needed to use the page.
(() => {
  "use strict";
  const EVERY_MS = 15_000, WRITING_MS = 30_000, IDLE_MS = 10 * 60_000;
  const region = document.getElementById("presence");
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (!region || !token) return;
  const words = document.getElementById("message-body");
  let usedAt = Date.now(), typedAt = -Infinity, shown = region.innerHTML.trim();

  const isWriting = () => Date.now() - typedAt < WRITING_MS;

  function said(name) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token.value);
    data.set("seen", region.dataset.seen);
    if (name) data.set(name, "1");
    return data;
  }

  async function tell() {
    if (document.hidden || Date.now() - usedAt > IDLE_MS) return;
    try {
      const answer = await fetch(region.dataset.url, { method: "POST", body: said(isWriting() ? "writing" : "") });
      if (!answer.ok || answer.redirected) return;
      const html = (await answer.text()).trim();
      if (html !== shown) region.innerHTML = shown = html;
    } catch {
      // Away from the network: what is shown stays until the next time.
    }
  }

  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { usedAt = Date.now(); }, { passive: true });
  words?.addEventListener("input", () => {
    const began = !isWriting();
    typedAt = Date.now();
    if (began) tell();
  });
  document.addEventListener("visibilitychange", tell);
  window.addEventListener("pagehide", () => navigator.sendBeacon(region.dataset.url, said("leaving")));
  window.addEventListener("pageshow", tell);
  setInterval(tell, EVERY_MS);
})();
