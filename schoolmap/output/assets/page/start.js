/* What happens when the reader chooses, and the start. */

function repaintAll() {
  paintMarks();
  paintWave();
  paintCard();
}

function paint() {
  paintFrame();
  paintHead();
  paintViews();
  paintProjector();
  drawAreas();
  paintAreas();
  paintReach();
  paintMarks();
  paintTotals();
  paintEdits();
  paintList();
  paintCard();
  paintWave();
  paintFoot();
  paintPrintLine();
  paintTabs();
  paintPage();
  byId("year").value = state.year;
  byId("year").setAttribute("aria-valuetext", String(year()));
  document.querySelectorAll("input[name=view]").forEach((input) => (input.checked = input.value === view()));
}

function update(changes) {
  const before = coverage().id;
  Object.assign(state, changes);
  if (state.picked && !stillThere(state.picked)) state.picked = null;
  if (before !== coverage().id) drawn.pickedKey = null;
  paint();
  writeHash();
}

/** A school without this stage, or a catchment of another coverage, cannot stay open. */
function stillThere(picked) {
  if (picked.kind === "catchment") return placeOf(picked.id) !== undefined;
  const school = index.school.get(picked.id);
  return Boolean(school && sectionOf(school));
}

function writeHash() {
  const parts = { s: stage().id, c: scenario().id, y: year(), v: state.view, l: state.lang };
  if (state.bound !== "p50") parts.b = state.bound;
  if (state.after) parts.w = 1;
  if (state.other !== null) parts.x = state.other;
  if (state.grid !== "gap") parts.g = state.grid;
  if (state.projector) parts.j = 1;
  if (!drawn.home) {
    const centre = map.getCenter();
    parts.m = [centre.lat.toFixed(4), centre.lng.toFixed(4), map.getZoom().toFixed(1)].join();
  }
  if (state.picked) parts[state.picked.kind === "school" ? "p" : "k"] = state.picked.id;
  if (state.page) parts.d = state.page;
  const text = Object.keys(parts)
    .map((key) => key + "=" + encodeURIComponent(parts[key]))
    .join("&");
  try {
    window.history.replaceState(null, "", "#" + text);
  } catch (error) {
    // a viewer may forbid it; the link to a view is a comfort, not a need
  }
}

function readHash() {
  const parts = {};
  window.location.hash
    .slice(1)
    .split("&")
    .forEach((piece) => {
      const cut = piece.indexOf("=");
      if (cut < 1) return;
      try {
        parts[piece.slice(0, cut)] = decodeURIComponent(piece.slice(cut + 1));
      } catch (error) {
        // a broken link opens the map as it is
      }
    });
  const place = (list, id) => Math.max(0, list.findIndex((item) => item.id === id));
  if (parts.s) state.stage = place(model.stages, parts.s);
  if (parts.c) state.scenario = place(model.scenarios, parts.c);
  const asked = model.years.indexOf(Number(parts.y));
  state.year = asked >= 0 ? asked : firstYear();
  if (["use", "gap", "chance", "reach", "diff"].indexOf(parts.v) >= 0) state.view = parts.v;
  if (BOUNDS.indexOf(parts.b) >= 0) state.bound = parts.b;
  state.after = parts.w === "1";
  if (parts.x === PROPOSALS || model.scenarios.some((item) => item.id === parts.x)) state.other = parts.x;
  if (parts.g === "use") state.grid = "use";
  state.projector = parts.j === "1";
  const placeAsked = (parts.m || "").split(",").map(Number);
  if (placeAsked.length === 3 && placeAsked.every(known)) drawn.asked = placeAsked;
  if (parts.l === "zh" || parts.l === "en") state.lang = parts.l;
  if (parts.k) state.picked = { kind: "catchment", id: parts.k };
  if (parts.p) state.picked = { kind: "school", id: parts.p };
  if (state.picked && !stillThere(state.picked)) state.picked = null;
  if (state.picked) state.tab = "card";
  if (Object.keys(PAGES).indexOf(parts.d) >= 0) state.page = parts.d;
}

/** Start where the planner's question is: the year in which most seats are short. */
function firstYear() {
  const short = panel().totals.short;
  const most = Math.max.apply(null, short.concat(0));
  const base = Math.max(0, model.years.indexOf(model.base_year));
  const coming = short.findIndex((value, i) => i >= base && value === Math.max.apply(null, short.slice(base)));
  return most > 0 && coming >= 0 ? coming : base;
}

const turnLanguage = () => update({ lang: state.lang === "en" ? "zh" : "en" });

function setUpFrame() {
  byId("projector-button").addEventListener("click", () => update({ projector: !state.projector }));
  byId("print-button").addEventListener("click", () => window.print());
  byId("language-button").addEventListener("click", turnLanguage);
  byId("about-button").addEventListener("click", () => openPage("about"));
  byId("population-button").addEventListener("click", () => openPage("population"));
  byId("facts-button").hidden = model.tables.length === 0;
  byId("facts-button").addEventListener("click", () => openPage("facts"));
  byId("about").addEventListener("close", leavePage);
  byId("about").addEventListener("click", (event) => {
    if (event.target === byId("about")) closePage();
  });
  document.querySelectorAll("#tabs button").forEach((node) =>
    node.addEventListener("click", () => update({ tab: node.dataset.tab }))
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.picked && !byId("about").open && event.target !== byId("search-box")) closeCard();
  });
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  let waiting = 0;
  const later = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(refit, 60);
  };
  window.addEventListener("resize", later);
  // the frame also changes when the note above it takes one line more
  if (window.ResizeObserver) new ResizeObserver(later).observe(byId("map-frame"));
}

/** The frame of the map has another size: fill it again, and draw the wave to its width. */
function refit() {
  if (document.body.classList.contains("printing")) return;
  const before = map.getSize();
  map.invalidateSize({ animate: false });
  const after = map.getSize();
  if (drawn.home && (before.x !== after.x || before.y !== after.y)) fitAll(false);
  repaintAll();
}

/** Read-only window for tests: what is chosen and what is really on the screen. */
function expose() {
  const paintedShade = (layer) => {
    // a canvas has no elements: then what it was told to paint with, a colour or a pattern
    const colour = drawn.onCanvas ? String(layer.options.fillColor) : layer.getElement().getAttribute("fill");
    const found = model.shades.findIndex((shade) => shade.colour.toLowerCase() === colour.toLowerCase());
    return found < 0 ? null : found;
  };
  const shown = {
    state: () => ({
      stage: stage().id,
      scenario: scenario().id,
      year: year(),
      view: view(),
      bound: bound(),
      after: Boolean(afterNow()),
      projector: state.projector,
      lang: state.lang,
      picked: state.picked ? Object.assign({}, state.picked) : null,
      zoom: map.getZoom(),
    }),
    shades: () => drawn.areas.map(paintedShade),
    colours: () => drawn.areas.map((layer) => String(layer.options.fillColor)),
    panel: () => {
      const p = panel();
      return { demand: p.demand, seats: p.seats, utilisation: p.utilisation, shade: p.shade, level: p.level, chance: p.chance || null, totals: p.totals, ranking: p.ranking };
    },
    school: (id) => {
      const section = sectionOf(index.school.get(id));
      return section ? Object.assign({ own: section.seats, rooms: section.rooms }, servedFigures(section)) : null;
    },
    edits: () => editsDocument(),
    flagged: () => flaggedActions().map((action) => ({ kind: action.kind, catchment: action.catchment, first_year: action.first_year, short: action.short, opens: opensIn(action) })),
    reach: () => ({
      zones: drawn.zones ? drawn.zones.filter((layer) => layer.options.pane === "reach").length : 0,
      circles: drawn.zones ? drawn.zones.filter((layer) => layer.options.pane === "circles").length : 0,
    }),
    boxes: () => ({ flags: drawn.flags.map((box) => Object.assign({}, box)), marks: drawn.marks.map((box) => Object.assign({}, box)), projects: drawn.projects.map((box) => Object.assign({}, box)) }),
    pixel: (lat, lon) => {
      const at = map.latLngToContainerPoint([lat, lon]);
      const frame = map.getContainer().getBoundingClientRect();
      const scale = frame.width / map.getContainer().offsetWidth;
      return { x: frame.left + at.x * scale, y: frame.top + at.y * scale };
    },
  };
  Object.defineProperty(window, "schoolmap", { value: Object.freeze(shown) });
}

// only a viewer that runs scripts sees the frame; any other sees the plain tables
document.documentElement.classList.add("ready");

/** Draw the plan in block `dataId` on a Leaflet map. */
window.schoolmapStart = function (leafletMap, dataId) {
  map = leafletMap;
  model = unpackModel(JSON.parse(byId(dataId).textContent));
  index = makeIndex();
  state.lang = model.language === "zh" ? "zh" : "en";
  readHash();
  setUpMap();
  setUpWave();
  setUpSearch();
  setUpFrame();
  map.invalidateSize({ animate: false });
  expose();
  paint();
  if (drawn.asked) {
    drawn.home = false;
    map.setView([drawn.asked[0], drawn.asked[1]], drawn.asked[2], { animate: false });
  }
  map.on("moveend", () => !document.body.classList.contains("printing") && writeHash());
};
