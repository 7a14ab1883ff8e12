/* Projector: larger type, and only what a room needs to see. */

function paintProjector() {
  const on = Boolean(state.projector);
  byId("projector-button").setAttribute("aria-pressed", on ? "true" : "false");
  if (document.body.classList.contains("projector") === on) return;
  document.body.classList.toggle("projector", on);
  ["head", "legend", "views"].forEach((block) => delete fresh[block]);
  paintNotes();
  window.setTimeout(refit, 0);
}

/** Where the pointer is in an element, in the element's own pixels: a projector draws them larger. */
function unscaled(element, event) {
  const rect = element.getBoundingClientRect();
  const scale = rect.width / element.offsetWidth || 1;
  return { x: (event.clientX - rect.left) / scale, y: (event.clientY - rect.top) / scale, width: rect.width / scale, height: rect.height / scale };
}
