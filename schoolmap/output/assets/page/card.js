/* Right: the card of a catchment; its key figures. */

function paintCard() {
  const box = byId("card");
  const picked = state.picked;
  box.hidden = !picked;
  byId("list").hidden = Boolean(picked) && !narrow();
  if (!picked) return;
  const top = box.scrollTop;
  fill(box, picked.kind === "school" ? schoolCard(index.school.get(picked.id)) : areaCard(picked.id));
  box.scrollTop = fresh.card === picked.kind + picked.id ? top : 0;
  if (fresh.card !== picked.kind + picked.id) byId("side").scrollTop = 0;
  fresh.card = picked.kind + picked.id;
}

function cardHead(kind, name, level) {
  return h(
    "header",
    { class: "card-head" },
    h("button", { type: "button", id: "card-close", on: { click: closeCard } }, "← " + t("back")),
    h("p", { class: "kind" }, kind, level && h("span", { class: "level " + level }, t(level === "watch" ? "watchLevel" : level))),
    h("h2", null, name)
  );
}

function agesText() {
  return t("ages", { a: stage().ages[0], b: stage().ages[1] });
}

function areaCard(id) {
  const place = placeOf(id);
  const p = panel();
  const row = p.ranking.find((item) => item.catchment === id);
  const proposals = currentActions().filter((action) => action.catchment === id || (row && row.action === action.id));
  return [
    cardHead(t("catchment") + " · " + pick(stage().label), coverage().catchments[place].name, bound() === "p50" && !afterNow() && p.level[place][state.year]),
    fanChart({ demand: shown().demand[place], p10: p.p10[place], p90: p.p90[place], seats: shown().seats[place], opened: openings(id) }),
    keyFigures(place),
    proposals.map(actionBlock),
    areaMoves(id),
    originBlock(place),
    observedBlock(id, place),
    schoolTable(id),
    projectBlock(projectsOf(id)),
    assumptionsBlock(schoolsIn(id).map(sectionOf)),
  ];
}

function projectsOf(areaId) {
  const here = new Set(schoolsIn(areaId).map((school) => school.id));
  return model.projects.filter(
    (project) => project.stage === stage().id && (project.catchment === areaId || here.has(project.school))
  );
}

function openings(areaId) {
  return projectsOf(areaId)
    .filter((project) => project.counted && known(projectOpens(project)))
    .map(projectOpens);
}

function table(rows) {
  return h(
    "table",
    { class: "figures-table" },
    h(
      "tbody",
      null,
      rows.filter(Boolean).map((row) =>
        h("tr", { class: row[3] || null }, h("th", { scope: "row" }, row[0]), h("td", null, row[1]), h("td", { class: "unit" }, row[2] || ""))
      )
    )
  );
}

function keyFigures(place) {
  const p = panel();
  const at = state.year;
  const value = (grid) => grid[place][at];
  const balance = balanceAt(place, at);
  const short = balance !== null && balance < 0;
  // classes are those of the central demand, before the proposals
  const central = bound() === "p50" && !afterNow();
  const classes = value(p.classes_needed);
  return [
    h("h3", null, t("cardYear", { y: year() }) + (central ? "" : " · " + whichText())),
    table([
      [t("children", { a: agesText() }), num(value(p.children)), t("uChildren")],
      [t("attendance"), percent(stage().attendance)],
      p.leaving.length > 0 && value(p.leaving) >= 0.5 && [t("howLeaving"), "−" + num(value(p.leaving)), t("uChildren")],
      p.coming.length > 0 && value(p.coming) >= 0.5 && [t("howComing"), "+" + num(value(p.coming)), t("uChildren")],
      [t("needed_" + bound()), num(value(shown().demand)), t("uSeats"), "strong"],
      [t("interval"), span(value(p.p10), value(p.p90)), t("uSeats")],
      [t("Seats"), num(value(shown().seats)), t("uSeats"), "strong"],
      [short ? t("short") : t("spare"), balance === null ? "–" : num(Math.abs(balance)), t("uSeats"), short ? "strong short" : "strong spare"],
      [t("utilisation"), percent(useAt(place, at))],
      [t("chance"), chanceWords(value(p.probability), p.edited ? value(p.chance) : null)],
      central && known(classes) && [t("classes"), num(classes), t("uClasses")],
      central && classes > 0 && [t(known(stage().class_size) ? "classSizeStandard" : "classSize", { n: num(stage().class_size, 1) }), num(value(p.demand) / classes, 1), t("uChildren")],
      known(value(p.oversized_classes)) && [t("oversized"), num(value(p.oversized_classes)), t("uClasses")],
      [t("bornShare", { d: model.population_date }), percent(value(p.born_share))],
    ]),
  ];
}
