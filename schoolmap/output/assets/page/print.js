/* Print. */

/**
 * The page is laid out in millimetres before the browser prints, because a map
 * has to be fitted while its frame has the size that it will have on paper.
 */
function beforePrint() {
  if (document.body.classList.contains("printing")) return;
  drawn.screen = { centre: map.getCenter(), zoom: map.getZoom() };
  document.body.classList.add("printing");
  // an open page is printed instead of the map
  document.body.classList.toggle("paper", Boolean(state.page));
  map.invalidateSize({ animate: false });
  drawn.screen.onCanvas = drawn.onCanvas;
  drawOn(false);
  if (pickedArea() === null) fitAll(false);
  repaintAll();
}

function afterPrint() {
  if (!document.body.classList.contains("printing")) return;
  document.body.classList.remove("printing", "paper");
  drawOn(drawn.screen.onCanvas);
  map.invalidateSize({ animate: false });
  map.setView(drawn.screen.centre, drawn.screen.zoom, { animate: false });
  repaintAll();
}
