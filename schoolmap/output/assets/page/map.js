/* The Leaflet map and the fills of the catchments. */

/** More catchments than this are painted on a canvas. */
const MANY_AREAS = 600;
/** Pixels that a border may be off its place where there are many: less than its white line is wide. */
const COARSE = 0.5;

function setUpMap() {
  map.setMinZoom(3);
  map.setMaxZoom(17);
  map.createPane("outline").style.zIndex = 350;
  map.createPane("reach").style.zIndex = 405;
  map.createPane("circles").style.zIndex = 406;
  map.createPane("picked").style.zIndex = 420;
  map.createPane("marks").style.zIndex = 450;
  map.getPane("outline").style.pointerEvents = "none";
  ["picked", "reach", "circles"].forEach((name) => (map.getPane(name).style.pointerEvents = "none"));
  const pane = map.getPane("marks");
  // marks are placed in pixels of one zoom level, so they rest while the map zooms
  pane.classList.add("leaflet-zoom-hide");
  drawn.marksSvg = s("svg", { id: "marks-svg", width: 1, height: 1 });
  pane.appendChild(drawn.marksSvg);
  drawn.marksSvg.addEventListener("click", clickMark);
  drawn.marksSvg.addEventListener("mousemove", hoverMark);
  drawn.marksSvg.addEventListener("mouseleave", hideTip);
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
  addNorth();
  addZoom();
  byId("map-frame").appendChild(h("div", { id: "tip", hidden: true }));
  map.on("moveend viewreset", paintMarks);
  map.on("zoomstart movestart", hideTip);
  // once the reader has moved the map, a change of its frame no longer moves it back
  ["wheel", "pointerdown"].forEach((type) =>
    map.getContainer().addEventListener(type, () => (drawn.home = false), { passive: true })
  );
}

function addNorth() {
  const control = L.control({ position: "bottomleft" });
  control.onAdd = () => {
    const word = s("text", { x: 9, y: 29, "text-anchor": "middle", id: "north-word" });
    return h(
      "div",
      { class: "north" },
      s("svg", { width: 18, height: 32, "aria-hidden": "true" }, s("path", { d: "M9 1L14 17L9 13.5L4 17Z" }), word)
    );
  };
  control.addTo(map);
}

function addZoom() {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const button = (id, sign, act) =>
      h("button", { type: "button", id: id, on: { click: act } }, h("span", { "aria-hidden": "true" }, sign));
    const box = h(
      "div",
      { class: "zoom" },
      button("zoom-in", "+", () => zoomBy(0.5)),
      button("zoom-out", "−", () => zoomBy(-0.5)),
      button("zoom-home", "⌂", () => fitAll(true))
    );
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
}

function zoomBy(step) {
  drawn.home = false;
  map.setZoom(map.getZoom() + step, { animate: !reducedMotion() });
}

function allBounds() {
  const bounds = L.latLngBounds([]);
  index.bounds[stage().coverage].forEach((one) => bounds.extend(one));
  return bounds.isValid() ? bounds : L.latLngBounds([[-1, -1], [1, 1]]);
}

function fitAll(animate) {
  map.invalidateSize({ animate: false });
  drawn.home = true;
  const side = narrow() ? 14 : 26;
  map.fitBounds(allBounds(), {
    paddingTopLeft: [side, side],
    paddingBottomRight: [side, narrow() ? 30 : side],
    animate: Boolean(animate) && !reducedMotion(),
  });
}

/** Show one catchment with its neighbourhood: never so near that its setting is lost. */
function fitArea(place) {
  const bounds = index.bounds[stage().coverage][place];
  const whole = map.getBoundsZoom(allBounds());
  drawn.home = false;
  map.fitBounds(bounds.pad(0.4), { maxZoom: whole + 1.8, animate: !reducedMotion() });
}

/**
 * Draw the catchments of the stage's coverage; the next year only restyles them.
 *
 * The view is set first, so that shapes are placed once. More than `MANY_AREAS`
 * are painted on a canvas, which a browser does several times faster than it
 * restyles as many elements; on paper they are vectors all the same.
 */
function drawAreas() {
  if (drawn.coverage === stage().coverage) return;
  drawn.areas.concat(drawn.outline || []).forEach((layer) => map.removeLayer(layer));
  drawn.coverage = null;
  fitAll(false);
  const shapes = index.geometry[stage().coverage];
  const many = shapes.length > MANY_AREAS;
  drawn.outline = L.polygon([].concat.apply([], shapes), {
    pane: "outline",
    renderer: rendererOf("outline", many),
    interactive: false,
    color: "#8b9098",
    weight: 3.4,
    fill: false,
    smoothFactor: many ? COARSE : 0,
    noClip: many,
  }).addTo(map);
  drawn.areas = shapes.map((polygons, place) =>
    L.polygon(polygons, {
      renderer: rendererOf("overlayPane", many),
      color: "#ffffff",
      weight: shapes.length > 400 ? 0.6 : 1.4,
      fillColor: fillOf(place, many),
      fillOpacity: 1,
      smoothFactor: many ? COARSE : 0,
      noClip: many,
      className: "area",
    })
      .on("click", () => choose({ kind: "catchment", id: coverage().catchments[place].id }))
      .on("mousemove", (event) => showTip(event.originalEvent, areaTip(place)))
      .on("mouseout", hideTip)
      .addTo(map)
  );
  addHatch();
  drawn.onCanvas = many;
  drawn.coverage = stage().coverage;
  drawn.picked = null;
}

/** What draws the shapes of a pane: elements, or a canvas. */
function rendererOf(pane, onCanvas) {
  const key = pane + onCanvas;
  if (!drawn.renderers[key])
    drawn.renderers[key] = onCanvas ? L.canvas({ pane: pane, padding: 0.1 }) : L.svg({ pane: pane, padding: 0.3 });
  return drawn.renderers[key];
}

/** Move the catchments to a canvas or off it: a canvas would be printed as a picture. */
function drawOn(onCanvas) {
  if (drawn.onCanvas === onCanvas) return;
  drawn.onCanvas = onCanvas;
  const move = (layer, pane, changes) => {
    map.removeLayer(layer);
    Object.assign(layer.options, { renderer: rendererOf(pane, onCanvas) }, changes);
    layer.addTo(map);
  };
  move(drawn.outline, "outline");
  drawn.areas.forEach((layer, place) => move(layer, "overlayPane", { fillColor: fillOf(place, onCanvas) }));
  ["outline", "overlayPane"].forEach((pane) => rendererOf(pane, !onCanvas).remove());
  addHatch();
}

/** The pattern for "no data" lives inside the map's own SVG, so that it prints too. */
function addHatch() {
  const svg = map.getPane("overlayPane").querySelector("svg");
  if (!svg || svg.querySelector("#hatch")) return;
  svg.insertBefore(s("defs", null, hatchPattern("hatch")), svg.firstChild);
}

function hatchPattern(id) {
  return s(
    "pattern",
    { id: id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { width: 7, height: 7, fill: "#f7f6f3" }),
    s("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: "#a9adb3", "stroke-width": 2 })
  );
}

/** The fill of a catchment: a colour, or on a canvas the hatching itself. */
function fillOf(place, onCanvas) {
  const colour = colourOf(place);
  return onCanvas && colour === NO_DATA ? canvasHatch() : colour;
}

function canvasHatch() {
  if (drawn.hatch) return drawn.hatch;
  const tile = h("canvas", { width: 10, height: 10 });
  const pen = tile.getContext("2d");
  pen.fillStyle = "#f7f6f3";
  pen.fillRect(0, 0, 10, 10);
  pen.strokeStyle = "#a9adb3";
  pen.lineWidth = 2;
  // a stroke through the tile, and its neighbours' ends in the corners
  [-10, 0, 10].forEach((x) => {
    pen.moveTo(x - 1, 11);
    pen.lineTo(x + 11, -1);
  });
  pen.stroke();
  drawn.hatch = pen.createPattern(tile, "repeat");
  return drawn.hatch;
}

function paintAreas() {
  drawn.areas.forEach((layer, place) => {
    const fill = fillOf(place, drawn.onCanvas);
    if (layer.options.fillColor !== fill) layer.setStyle({ fillColor: fill });
  });
  paintPicked();
}

/** What can be reached from each open school, and dashed the circles that a pair of compasses would have drawn. */
function paintReach() {
  const here = view() === "reach" ? reach() : null;
  const open = here ? here.zones.filter((zone) => zone.open[state.year]) : [];
  const key = here ? here.stage + "\n" + open.map((zone) => zone.id).join("\n") : "";
  if (drawn.reachKey === key) return;
  drawn.reachKey = key;
  drawn.zones = drawn.zones || [];
  drawn.zones.forEach((layer) => map.removeLayer(layer));
  drawn.reachSvg = drawn.reachSvg || L.svg({ pane: "reach", padding: 0.3 });
  drawn.circleSvg = drawn.circleSvg || L.svg({ pane: "circles", padding: 0.3 });
  const zones = { pane: "reach", renderer: drawn.reachSvg, interactive: false, stroke: false, fillColor: ZONE, fillOpacity: 1, smoothFactor: 0, className: "zone" };
  const circles = { pane: "circles", renderer: drawn.circleSvg, interactive: false, color: INK, weight: 1, opacity: 0.55, dashArray: "3 4", fill: false, className: "circle" };
  drawn.zones = open.map((zone) =>
    zone.polygons.length
      ? L.polygon(zone.polygons.map((rings) => rings.map(decodeRing)), zones)
      : L.circle([zone.lat, zone.lon], Object.assign({ radius: zone.radius_m }, zones))
  );
  open.forEach((zone) => drawn.zones.push(L.circle([zone.lat, zone.lon], Object.assign({ radius: zone.circle_m }, circles))));
  drawn.zones.forEach((layer) => layer.addTo(map));
}

/** The picked catchment gets a dark line above all fills. */
function paintPicked() {
  const id = pickedArea();
  const key = stage().coverage + "\n" + id;
  if (drawn.pickedKey === key && drawn.picked) return;
  if (drawn.picked) map.removeLayer(drawn.picked);
  drawn.picked = null;
  drawn.pickedKey = key;
  const place = id === null ? undefined : placeOf(id);
  if (place === undefined) return;
  drawn.pickedRenderer = drawn.pickedRenderer || L.svg({ pane: "picked", padding: 0.3 });
  drawn.picked = L.polygon(index.geometry[stage().coverage][place], {
    pane: "picked",
    renderer: drawn.pickedRenderer,
    interactive: false,
    color: INK,
    weight: 2.6,
    fill: false,
    smoothFactor: 0,
  }).addTo(map);
}

function pickedArea() {
  return state.picked && state.picked.kind === "catchment" ? state.picked.id : null;
}
