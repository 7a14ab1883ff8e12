/* Reading the MapModel. */

/** Undo the delta coding: integers in 1e-5 degrees to [[lat, lon], ...]. */
function decodeRing(ring) {
  const points = [];
  let lon = 0;
  let lat = 0;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    lon += ring[i];
    lat += ring[i + 1];
    points.push([lat / 1e5, lon / 1e5]);
  }
  return points;
}

function boundsOf(polygons) {
  const bounds = L.latLngBounds([]);
  polygons.forEach((rings) => rings[0].forEach((point) => bounds.extend(point)));
  return bounds;
}

function makeIndex() {
  const made = { coverage: {}, panel: {}, action: {}, area: {}, school: {}, geometry: {}, bounds: {}, reach: {} };
  model.coverages.forEach((coverage) => {
    made.coverage[coverage.id] = coverage;
    const places = new Map();
    coverage.catchments.forEach((area, i) => places.set(area.id, i));
    made.area[coverage.id] = places;
    made.geometry[coverage.id] = coverage.catchments.map((area) =>
      area.polygons.map((rings) => rings.map(decodeRing))
    );
    made.bounds[coverage.id] = made.geometry[coverage.id].map(boundsOf);
  });
  model.panels.forEach((panel) => {
    made.panel[panel.stage + "\n" + panel.scenario] = panel;
  });
  model.reach.forEach((item) => {
    made.reach[item.stage] = item;
  });
  made.action = new Map(model.actions.map((action) => [action.id, action]));
  made.school = new Map(model.schools.map((school) => [school.id, school]));
  return made;
}

const stage = () => model.stages[state.stage];
const scenario = () => model.scenarios[state.scenario];
const coverage = () => index.coverage[stage().coverage];
const panel = () => index.panel[stage().id + "\n" + scenario().id];
/** How far it is to school in this stage; undefined where the standard names no limit. */
const reach = () => index.reach[stage().id];
/** The view that is shown: a stage without a limit has no view of its reach, a plan of one scenario no difference. */
const view = () => ((state.view === "reach" && !reach()) || (state.view === "diff" && !comparables().length) ? "use" : state.view);
const placeOf = (id) => index.area[stage().coverage].get(id);
const year = () => model.years[state.year];

function sectionOf(school) {
  return school.sections.find((section) => section.stage === stage().id);
}

function schoolsIn(areaId) {
  return model.schools.filter((school) => {
    const section = sectionOf(school);
    return section && section.catchments.indexOf(areaId) >= 0;
  });
}

function schoolsOfStage() {
  return model.schools.filter(sectionOf);
}

/**
 * The proposals of this stage and scenario: those that the ranked list names,
 * then those that no list of this stage names (reviews of surplus).
 */
function currentActions() {
  const named = new Set();
  const elsewhere = new Set();
  model.panels.forEach((other) => {
    if (other.stage !== stage().id) return;
    other.ranking.forEach((row) => {
      if (row.action) (other === panel() ? named : elsewhere).add(row.action);
    });
  });
  const ranked = panel()
    .ranking.map((row) => index.action.get(row.action))
    .filter(Boolean);
  const others = model.actions.filter(
    (action) => action.stage === stage().id && !named.has(action.id) && !elsewhere.has(action.id)
  );
  return Array.from(new Set(ranked.concat(others)));
}

function chanceClass(value) {
  if (!known(value)) return null;
  const found = CHANCES.findIndex((item) => value <= item.upTo + 1e-9);
  return found < 0 ? CHANCES.length - 1 : found;
}

/** How an action is counted on its flag: seats short, or seats spare for a review. */
function flagNumber(action) {
  const value = action.kind === "review" ? Math.abs(action.seats || action.short) : action.short;
  return num(Math.round(value));
}

function flagText(action) {
  const review = action.kind === "review";
  return t(review ? "flagSpare" : "flagShort", {
    s: SYMBOLS[action.kind] || "",
    w: review ? t("flagReview") : t(action.kind),
    y: opensIn(action),
    n: flagNumber(action),
  });
}
