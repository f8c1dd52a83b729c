// Django's autocomplete shows its choice in a box that has no name for screen readers, and one that takes several has a
// field without one; both get their label's. jQuery calls what waits for the page in order, and the autocompletes were
// waiting first.
window.django?.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`)?.textContent.trim().replace(/:$/, "");
    const shown = document.getElementById(`select2-${select.id}-container`);
    const typed = select.nextElementSibling?.querySelector(".select2-search__field");
    for (const unnamed of [shown, typed]) {
      if (label && unnamed) unnamed.setAttribute("aria-label", label);
    }
  }
});
