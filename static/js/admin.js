// Django's autocomplete shows its choice in a box that has no name for screen readers; it gets its label's.
// jQuery calls what waits for the page in order, and the autocompletes were waiting first.
window.django?.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const shown = document.getElementById(`select2-${select.id}-container`);
    if (label && shown) {
      shown.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
    }
  }
});
