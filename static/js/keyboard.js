// Keys of every page: / search, g + letter goes to a section, j and k walk rows, x ticks a row, ? shows the help. What has
// data-hotkey is clicked, or typed into, by that key. Nothing here is needed to use a page.
(() => {
  "use strict";
  const WAIT_MS = 1200;
  let goUntil = 0;

  const isTyping = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

  function walk(step) {
    const rows = [...document.querySelectorAll("main tbody tr a.subj, main .rows .what > a")].filter((link) => link.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
  }

  function go(key) {
    const link = [...document.querySelectorAll("#nav a[data-key]")].find((entry) => entry.dataset.key === key);
    if (link) link.click();
  }

  function tick() {
    const box = document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  function use(element) {
    const holder = element.closest("details");
    if (holder) holder.open = true;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)) {
      element.focus();
      element.scrollIntoView({ block: "nearest" });
    } else {
      element.click();
    }
  }

  const actions = {
    "/": () => document.getElementById("q")?.focus(),
    "?": () => document.getElementById("keys-help")?.showModal(),
    g: () => { goUntil = Date.now() + WAIT_MS; },
    j: () => walk(1),
    k: () => walk(-1),
    x: tick,
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.method === "post") {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (Date.now() < goUntil) {
      goUntil = 0;
      event.preventDefault();
      go(event.key.toLowerCase());
    } else if (Object.hasOwn(actions, event.key)) {
      event.preventDefault();
      actions[event.key]();
    } else if (/^[a-z]$/.test(event.key)) {
      const target = document.querySelector(`[data-hotkey="${event.key}"]`);
      if (target) {
        event.preventDefault();
        use(target);
      }
    }
  });
})();
