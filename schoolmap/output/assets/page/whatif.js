/*
 * What if: the plan that follows from the reader's changes, by the rules of the library.
 *
 * An addition puts seats at a school, shared among the catchments that it serves, or in a catchment. A move gives a small
 * area, or what of it lies in one catchment, to another: its pupils go with it, those who learn elsewhere do so as the
 * pupils of their new catchment, and a school that serves several catchments is shared anew by the children of each.
 * Where demand has changed, its interval and its chance are not known without new draws, and are not shown. Tests hold
 * what comes out here against `schoolmap plan --with` on the same changes.
 */

/** The reader's changes, as the file of edits has them, and whether the map shows what follows. */
const edits = { list: [], shown: true, version: 0, made: {} };

const editing = () => model.editing;
const editable = () => Boolean(model.editing);
const edited = () => edits.shown && edits.list.length > 0;

/** Below this a difference is rounding, in pupils or seats. */
const SAME = 1e-6;
const round9 = (value) => (isFinite(value) ? Math.round(value * 1e9) / 1e9 : value);
const round1 = (value) => Math.round(value * 10) / 10;
const coverageOf = (stageId) => model.stages.find((item) => item.id === stageId).coverage;
const placeIn = (coverageId, id) => index.area[coverageId].get(id);
const isThere = (edit, when) => when >= edit.opens && (!known(edit.until) || when <= edit.until);

/** Seats of the stage that an addition makes. */
function seatsOfAddition(edit) {
  return known(edit.seats) ? edit.seats : edit.classes * index.editStage[edit.stage].class_seats;
}

/**
 * Who lives where, by period: a period begins in the base year and in each year in which something moves.
 * A period is { start, shares: by unit a Map of catchment place -> share }.
 */
function periodsOf(coverageId, moves) {
  const table = index.editCoverage[coverageId];
  let shares = editing().units.map(() => new Map());
  table.shares.forEach((row) => shares[row[0]].set(row[1], row[2]));
  const periods = [{ start: model.base_year, shares: shares }];
  const starts = Array.from(new Set(moves.map((move) => move.opens))).sort((a, b) => a - b);
  starts.forEach((start) => {
    shares = shares.map((row) => new Map(row));
    moves
      .filter((move) => move.opens === start)
      .forEach((move) => {
        const row = shares[index.editUnit.get(move.area)];
        const from = placeIn(coverageId, move.from);
        const to = placeIn(coverageId, move.to);
        if (!row.has(from)) return;
        row.set(to, (row.get(to) || 0) + row.get(from));
        row.delete(from);
      });
    periods.push({ start: start, shares: shares });
  });
  return periods;
}

const periodAt = (periods, when) => periods.filter((period) => period.start <= when).pop() || periods[0];

/** Pupils who live in each catchment in one year. */
function residentsOf(count, shares, pupils, at) {
  const there = new Array(count).fill(0);
  shares.forEach((row, unit) => row.forEach((share, place) => (there[place] += share * (pupils[unit][at] || 0))));
  return there;
}

/** Pupils who need a seat in each catchment, of those who live in each. */
function demandOf(stageEdit, resident) {
  if (!stageEdit.flows.length) return resident.slice();
  const total = resident.reduce((sum, value) => sum + value, 0);
  const demand = resident.map((_, place) => (stageEdit.base > 0 ? (stageEdit.inflow[place] * total) / stageEdit.base : 0));
  stageEdit.flows.forEach((row) => (demand[row[1]] += resident[row[0]] * row[2]));
  return demand;
}

/** Shares of a section's seats by place: as the children of the catchments that it serves, else alike. */
function servingShares(places, children) {
  const total = places.reduce((sum, place) => sum + children[place], 0);
  return places.map((place) => (total > 0 ? children[place] / total : 1 / places.length));
}

/** Change of the seats of each catchment and year, and the seats that are added at each school. */
function seatChanges(stageId, scenarioId, periods, adds) {
  const shared = new Map(index.editPanel[stageId + "\n" + scenarioId].shared.map((item) => [item.school, item.seats]));
  const coverageId = coverageOf(stageId);
  const count = index.coverage[coverageId].catchments.length;
  const change = Array.from({ length: count }, () => model.years.map(() => 0));
  const first = index.editPanel[stageId + "\n" + model.scenarios[0].id].pupils;
  const children = periods.map((period) =>
    residentsOf(count, period.shares, first, Math.max(0, model.years.indexOf(period.start)))
  );
  model.schools.forEach((school) => {
    const section = school.sections.find((item) => item.stage === stageId);
    if (!section) return;
    const places = section.catchments.map((id) => placeIn(coverageId, id)).filter((place) => place !== undefined);
    if (!places.length) return;
    const here = adds.filter((edit) => edit.school === school.id);
    if (!here.length && (periods.length < 2 || places.length < 2)) return;
    const shares = children.map((row) => servingShares(places, row));
    model.years.forEach((when, at) => {
      const period = Math.max(0, periods.indexOf(periodAt(periods, when)));
      const more = here.filter((edit) => isThere(edit, when)).reduce((sum, edit) => sum + seatsOfAddition(edit), 0);
      places.forEach((place, i) => {
        const there = shared.has(school.id) ? shared.get(school.id)[at] : 0;
        change[place][at] += there * (shares[period][i] - shares[0][i]) + more * shares[period][i];
      });
    });
  });
  adds.forEach((edit) => {
    const place = typeof edit.catchment === "string" ? placeIn(coverageId, edit.catchment) : undefined;
    if (place === undefined) return;
    model.years.forEach((when, at) => (change[place][at] += isThere(edit, when) ? seatsOfAddition(edit) : 0));
  });
  return change;
}

/** Demand per seat: infinite where children have no seats, null where there are neither. */
function useOf(demand, seats) {
  if (seats > 0) return demand / seats;
  return demand > 0 ? Infinity : null;
}

function shadeOf(use) {
  if (use === null) return null;
  const value = round9(use);
  const found = model.shades.findIndex((shade) => !known(shade.up_to) || value <= shade.up_to);
  return found < 0 ? model.shades.length - 1 : found;
}

function levelOf(use) {
  const bounds = editing().levels;
  const value = round9(use === null ? bounds[1] - (bounds[1] - bounds[0]) / 2 : use);
  return ["surplus", "ok", "watch", "red"][bounds.filter((bound) => bound <= value).length];
}

/** The class of the chance of a shortage with so many seats: the first whose seats are there. */
function chanceWith(enough, place, at, seats) {
  const found = enough.findIndex((grid) => seats >= grid[place][at] - 1e-9);
  return found < 0 ? enough.length : found;
}

/** When each catchment is short, the worst first, as the library ranks them. */
function rankingOf(stageId, coverageId, gap, panel) {
  const proposed = {};
  model.actions.forEach((action) => {
    if (action.stage !== stageId || action.kind === "review" || action.kind === "unsolved") return;
    if (!(action.catchment in proposed)) proposed[action.catchment] = action.id;
  });
  const rows = [];
  index.coverage[coverageId].catchments.forEach((area, place) => {
    const short = model.years.map((_, at) => at).filter((at) => gap[place][at] >= editing().least_short);
    if (!short.length) return;
    const peak = short.reduce((best, at) => (gap[place][at] > gap[place][best] ? at : best), short[0]);
    rows.push({
      catchment: area.id,
      exact: short.reduce((sum, at) => sum + gap[place][at], 0),
      first_year: model.years[short[0]],
      last_year: model.years[short[short.length - 1]],
      peak_year: model.years[peak],
      peak_short: round1(gap[place][peak]),
      probability: panel.probability[place][peak],
      chance: panel.chance ? panel.chance[place][peak] : null,
      action: proposed[area.id] || null,
    });
  });
  rows.sort((a, b) => b.exact - a.exact || (a.catchment < b.catchment ? -1 : 1));
  return rows.map((row) => Object.assign(row, { score: round1(row.exact) }));
}

/** The panel of one stage and scenario with the reader's changes. */
function editedPanel(base) {
  const key = base.stage + "\n" + base.scenario;
  if (edits.made.version !== edits.version) edits.made = { version: edits.version };
  if (!edits.made[key]) edits.made[key] = workOut(base);
  return edits.made[key];
}

function workOut(base) {
  const coverageId = coverageOf(base.stage);
  const moves = edits.list.filter((edit) => edit.kind === "move" && edit.coverage === coverageId);
  const adds = edits.list.filter((edit) => edit.kind === "add" && edit.stage === base.stage);
  if (!moves.length && !adds.length) return base;
  const stageEdit = index.editStage[base.stage];
  const numbers = index.editPanel[base.stage + "\n" + base.scenario];
  const count = base.demand.length;
  const periods = periodsOf(coverageId, moves);
  const more = seatChanges(base.stage, base.scenario, periods, adds);
  const rate = model.stages.find((item) => item.id === base.stage).attendance;
  const atHome = new Map(stageEdit.flows.filter((row) => row[0] === row[1]).map((row) => [row[0], row[2]]));
  const copy = (grid) => grid.map((row) => row.slice());
  // the ends of the interval, and the proposals, are those of the plan as it was made
  const made = { stage: base.stage, scenario: base.scenario, edited: true, bounds: [], after: null, origin: moves.length ? null : base.origin };
  const names = ["children", "children_born", "leaving", "coming", "demand", "p10", "p90", "seats", "utilisation"];
  names.concat(["probability", "born_share", "classes_needed", "oversized_classes", "shade", "level"]).forEach((name) => {
    made[name] = copy(base[name]);
  });
  made.chance = base.demand.map((row) => row.map(() => null));
  const gap = base.demand.map((row, place) => row.map((value, at) => value - base.seats[place][at]));
  const lives = base.demand.map(() => false);
  model.years.forEach((when, at) => {
    const before = residentsOf(count, periods[0].shares, numbers.pupils, at);
    const period = periodAt(periods, when);
    const after = period === periods[0] ? before : residentsOf(count, period.shares, numbers.pupils, at);
    const demands = [demandOf(stageEdit, before), demandOf(stageEdit, after)];
    for (let place = 0; place < count; place += 1) {
      const other = Math.abs(demands[1][place] - demands[0][place]) > SAME;
      const demand = demands[1][place];
      const seats = round9(base.seats[place][at] + more[place][at]);
      gap[place][at] = demand - seats;
      if (Math.abs(after[place] - before[place]) > SAME) {
        lives[place] = true;
        made.children[place][at] = round1(after[place] / rate);
        made.children_born[place][at] = null;
        made.born_share[place][at] = null;
      }
      if (other) {
        made.demand[place][at] = round1(demand);
        ["p10", "p90", "probability", "classes_needed", "oversized_classes"].forEach((name) => (made[name][place][at] = null));
      }
      if (made.leaving.length && (other || lives[place])) {
        const here = after[place] * (atHome.get(place) || 0);
        made.leaving[place][at] = round1(Math.max(0, after[place] - here));
        made.coming[place][at] = round1(Math.max(0, demand - here));
      }
      if (!other && Math.abs(more[place][at]) <= SAME) continue;
      const use = useOf(demand, seats);
      made.seats[place][at] = seats;
      made.utilisation[place][at] = use === null || !isFinite(use) ? null : Math.round(use * 1e4) / 1e4;
      made.shade[place][at] = shadeOf(use);
      made.level[place][at] = levelOf(use);
      made.oversized_classes[place][at] = null;
      if (other) continue;
      made.probability[place][at] = null;
      made.chance[place][at] = chanceWith(numbers.enough, place, at, seats);
    }
  });
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const byYear = (of) => model.years.map((_, at) => round1(sum(gap.map((_row, place) => of(place, at)))));
  made.totals = Object.assign({}, base.totals, {
    demand: byYear((place, at) => gap[place][at] + made.seats[place][at]),
    seats: byYear((place, at) => made.seats[place][at]),
    short: byYear((place, at) => Math.max(0, gap[place][at])),
    spare: byYear((place, at) => Math.max(0, -gap[place][at])),
  });
  made.ranking = rankingOf(base.stage, coverageId, gap, made);
  return made;
}

/** Seats and rooms of a section with what the reader adds to it; seats without classes do not tell their rooms. */
function editedSection(section, school) {
  const adds = edits.list.filter((edit) => edit.kind === "add" && edit.stage === section.stage && edit.school === school.id);
  if (!adds.length) return section;
  const added = (values, sizeOf) =>
    values.map((value, at) => sumOf([value].concat(adds.filter((edit) => isThere(edit, model.years[at])).map(sizeOf))));
  return Object.assign({}, section, { seats: added(section.seats, seatsOfAddition), rooms: added(section.rooms, (edit) => (known(edit.seats) ? null : edit.classes)) });
}

/** Put a list of changes in the place of the present one; everything is drawn anew. */
function setEdits(list) {
  edits.list = list;
  edits.version += 1;
  edits.shown = true;
  forget();
  paint();
}
