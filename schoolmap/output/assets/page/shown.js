/* The figures that are shown: of the middle or an end of the interval, before or after the proposals. */

const BOUNDS = ["p10", "p50", "p90"];
/** Figures of a panel that were put together before. */
const figuresMade = new WeakMap();

/** Whether the view that is shown can be read after the proposals. */
const canBeAfter = () => Boolean(panel().after) && (view() === "use" || view() === "gap");
const afterNow = () => state.after && canBeAfter();
/** Whether the view that is shown has a figure for each end of the interval. */
const canBeBound = () =>
  panel().bounds.length > 0 && !afterNow() && view() !== "chance" && view() !== "reach" && !(view() === "diff" && (comparedId() === PROPOSALS || comparedId() === MINE));
/** Which demand is shown: `p10`, `p50` (the central projection) or `p90`. */
const bound = () => (canBeBound() ? state.bound : "p50");

/**
 * Demand, seats, classes, sums and ranking of a panel for `p10`, `p50`, `p90` or `after`.
 * Sums are the model's own: ends of catchments do not add up to the end of the whole.
 */
function figuresOf(p, which) {
  if (!figuresMade.has(p)) figuresMade.set(p, {});
  const made = figuresMade.get(p);
  if (!made[which]) made[which] = which === "after" ? figuresAfter(p) : which === "p50" ? centralFigures(p) : boundFigures(p, which);
  return made[which];
}

const centralFigures = (p) => ({
  demand: p.demand,
  seats: p.seats,
  shade: p.shade,
  total: p.totals.demand,
  totalSeats: p.totals.seats,
  short: p.totals.short,
  spare: p.totals.spare,
  ranking: p.ranking,
});

function boundFigures(p, which) {
  const found = p.bounds.find((item) => item.id === which);
  return {
    demand: p[which],
    seats: p.seats,
    shade: found.shade,
    total: p.totals[which],
    totalSeats: p.totals.seats,
    short: found.short,
    spare: found.spare,
    ranking: found.ranking,
  };
}

function figuresAfter(p) {
  const own = model.stages.find((item) => item.id === p.stage);
  const places = index.area[own.coverage];
  const made = Object.assign(centralFigures(p), { short: p.after.short, spare: p.after.spare });
  ["demand", "seats", "shade"].forEach((name) => {
    made[name] = p[name].slice();
    p.after.changed.forEach((row) => (made[name][places.get(row.catchment)] = row[name]));
  });
  const sum = (grid) => model.years.map((_, at) => grid.reduce((all, row) => all + (row[at] || 0), 0));
  made.total = sum(made.demand);
  made.totalSeats = sum(made.seats);
  return made;
}

const shown = () => figuresOf(panel(), afterNow() ? "after" : bound());
/** Changes whenever other figures are shown. */
const shownKey = () => [state.stage, state.scenario, bound(), afterNow()].join();

/** Demand ÷ seats; nothing where there are no seats. The middle is the model's own. */
function useAt(place, at) {
  if (bound() === "p50" && !afterNow()) return panel().utilisation[place][at];
  return useIn(shown(), place, at);
}

function useIn(figures, place, at) {
  const seats = figures.seats[place][at];
  return known(seats) && seats > 0 && known(figures.demand[place][at]) ? figures.demand[place][at] / seats : null;
}

/** Seats minus demand: negative where seats are missing. */
const balanceAt = (place, at) => balanceOf(shown(), place, at);

function balanceOf(figures, place, at) {
  const demand = figures.demand[place][at];
  const seats = figures.seats[place][at];
  return known(demand) && known(seats) ? seats - demand : null;
}

/** The largest balance of any catchment, year and end of the interval: circles are then comparable. */
function largestBalance() {
  const made = centralFigures(panel());
  const cached = figuresOf(panel(), "p50");
  if (cached.largest === undefined) {
    const ends = panel().bounds.map((item) => figuresOf(panel(), item.id)).concat(made);
    let most = 1;
    ends.forEach((figures) =>
      figures.demand.forEach((row, place) => row.forEach((_, at) => (most = Math.max(most, Math.abs(balanceOf(figures, place, at) || 0)))))
    );
    cached.largest = most;
  }
  return cached.largest;
}

/** Which demand, in words. */
const whichText = () => (afterNow() ? t("afterOn") : t("which_" + bound()));

/** What is on the screen, in one line. */
function shownLine() {
  const parts = [pick(stage().label), String(year())];
  if (model.scenarios.length > 1) parts.push(pick(scenario().label));
  if (view() === "diff") parts.push(comparedText());
  if (canBeBound() || afterNow()) parts.push(whichText());
  return parts.join(" · ");
}
