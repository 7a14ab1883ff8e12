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
  const made = { coverage: {}, panel: {}, action: {}, area: {}, school: {}, geometry: {}, bounds: {}, reach: {}, supplied: {} };
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
    made.supplied[panel.stage + "\n" + panel.scenario] = new Map(panel.supplied.map((row) => [row.school, row]));
  });
  model.reach.forEach((item) => {
    made.reach[item.stage] = item;
  });
  made.action = new Map(model.actions.map((action) => [action.id, action]));
  made.school = new Map(model.schools.map((school) => [school.id, school]));
  if (model.editing) indexEditing(made);
  return made;
}

/** Look-up tables for changes that the reader tries out. */
function indexEditing(made) {
  made.editUnit = new Map(model.editing.units.map((unit, i) => [unit.id, i]));
  made.editCoverage = {};
  model.editing.coverages.forEach((table) => (made.editCoverage[table.id] = table));
  made.editStage = {};
  made.editPanel = {};
  model.editing.stages.forEach((item) => {
    made.editStage[item.stage] = item;
    item.scenarios.forEach((numbers) => (made.editPanel[item.stage + "\n" + numbers.scenario] = numbers));
  });
}

const stage = () => model.stages[state.stage];
const scenario = () => model.scenarios[state.scenario];
const coverage = () => index.coverage[stage().coverage];
/** The numbers that are shown: with the reader's changes, where there are any. */
const panel = () => (edited() ? editedPanel(basePanel()) : basePanel());
const basePanel = () => index.panel[stage().id + "\n" + scenario().id];
/** How far it is to school in this stage; undefined where the standard names no limit. */
const reach = () => index.reach[stage().id];
/** The view that is shown: a stage without a limit has no view of its reach, a plan of one scenario no difference. */
const view = () => ((state.view === "reach" && !reach()) || (state.view === "diff" && !comparables().length) ? "use" : state.view);
const placeOf = (id) => index.area[stage().coverage].get(id);
const year = () => model.years[state.year];

function sectionOf(school) {
  const listed = school.sections.find((item) => item.stage === stage().id);
  const section = listed && suppliedSection(listed, school);
  return section && edited() ? editedSection(section, school) : section;
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

/** Changes whenever another plan is shown: another stage, scenario or change of the reader's. */
const planKey = () => [state.stage, state.scenario, edited(), edits.version].join();

/**
 * The proposals of this stage and scenario: those that the ranked list names,
 * then those that no list of this stage names (reviews of surplus).
 */
const currentActions = () => once("actions", planKey(), findActions);

function findActions() {
  const named = new Set();
  const elsewhere = new Set();
  model.panels.forEach((other) => {
    if (other.stage !== stage().id) return;
    const here = other.scenario === scenario().id;
    (here ? panel() : other).ranking.forEach((row) => {
      if (row.action) (here ? named : elsewhere).add(row.action);
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

/** The class of the chance of a shortage: of draws, or of seats that were tried out. */
function chanceClassAt(place, at) {
  const p = panel();
  return p.edited && known(p.chance[place][at]) ? p.chance[place][at] : chanceClass(p.probability[place][at]);
}

/** A chance in words: a number, or its class where seats were tried out. */
const chanceWords = (probability, found) => (known(found) ? t("chance" + found) : chance(probability));

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
