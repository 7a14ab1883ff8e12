/* What if: the flags of a plan with the reader's changes. */

/** What a flag tells of a shortage, from its row in the ranked list. */
const shortageOf = (row) => ({ first_year: row.first_year, last_year: row.last_year, peak_year: row.peak_year, short: row.peak_short });

/** When what is unsolved is told: from the first year that can still be planned. */
const leftFrom = (row) => ({ opens: Math.max(row.first_year, editing().first_year), until: row.last_year });

/**
 * Proposals as the map flags them. With changes, a flag tells the shortage that is left; a proposal whose shortage is
 * gone has none, unless it is counted; a shortage that no proposal answers has a flag of its own.
 */
function flaggedActions() {
  const actions = currentActions();
  if (!edited()) return actions;
  const p = panel();
  const rows = new Map(p.ranking.map((row) => [row.catchment, row]));
  const counted = new Set(edits.list.map((edit) => edit.proposal));
  const shown = [];
  actions.forEach((action) => {
    const row = rows.get(action.catchment);
    if (action.kind === "review") {
      if (p.level[placeOf(action.catchment)].indexOf("surplus") >= 0) shown.push(action);
    } else if (row) shown.push(Object.assign({}, action, shortageOf(row), action.kind === "unsolved" ? leftFrom(row) : null));
    else if (counted.has(action.id)) shown.push(Object.assign({}, action, { short: 0 }));
  });
  // seats to spare in one year do not answer a shortage in another
  const told = new Set(shown.filter((action) => action.kind !== "review").map((action) => action.catchment));
  p.ranking.forEach((row) => {
    if (told.has(row.catchment)) return;
    const anchor = coverage().catchments[placeOf(row.catchment)].anchor;
    const flag = { id: "short " + row.catchment, kind: "unsolved", stage: stage().id, catchment: row.catchment, lon: anchor[0], lat: anchor[1] };
    shown.push(Object.assign(flag, shortageOf(row), leftFrom(row)));
  });
  return shown;
}
