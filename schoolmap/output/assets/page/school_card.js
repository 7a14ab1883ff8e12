/* Right: schools, projects and proposals on the card. */

/** Enrolment as counted at the schools here, beside the demand of those who live here. */
function observedBlock(areaId, place) {
  const byYear = new Map();
  let shared = false;
  schoolsIn(areaId).forEach((school) => {
    const section = sectionOf(school);
    if (!known(section.enrolment)) return;
    shared = shared || section.catchments.length > 1;
    const when = section.enrolment_year || "–";
    byYear.set(when, (byYear.get(when) || 0) + section.enrolment);
  });
  if (!byYear.size) return null;
  const rows = Array.from(byYear.keys()).map((when) => {
    const at = model.years.indexOf(when);
    const key = at < 0 ? "observedOnly" : "observedRow";
    const text = t(key, { y: when, n: num(byYear.get(when)), m: at < 0 ? "" : num(panel().demand[place][at]) });
    return h("p", null, text);
  });
  return [h("h3", null, t("observed")), rows, classesNow(areaId), h("p", { class: "hint" }, t("observedNote") + (shared ? " (" + t("shared") + ")" : ""))];
}

function linkButton(name, target) {
  return h("button", { type: "button", class: "link", on: { click: () => choose(target, target.kind === "catchment") } }, name);
}

function schoolTable(areaId) {
  const schools = schoolsIn(areaId);
  if (!schools.length) return [h("h3", null, t("schoolsHere", { n: 0 })), h("p", null, t("noSchools"))];
  const counted = schools.some((school) => known(sectionOf(school).enrolment));
  const rows = schools
    .map((school) => ({ school: school, section: sectionOf(school) }))
    .sort((a, b) => (b.section.seats[state.year] || 0) - (a.section.seats[state.year] || 0))
    .map((item) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, linkButton(item.school.name, { kind: "school", id: item.school.id })),
        h("td", null, num(item.section.seats[state.year])),
        counted && h("td", null, num(item.section.enrolment))
      )
    );
  return [
    h("h3", null, t("schoolsHere", { n: schools.length })),
    h(
      "table",
      { class: "schools" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("school")), h("th", { scope: "col" }, t("Seats")), counted && h("th", { scope: "col" }, t("enrolled")))),
      h("tbody", null, rows)
    ),
  ];
}

function projectLine(project) {
  const parts = [TEXT["kind_" + project.kind] ? t("kind_" + project.kind) : project.kind, project.opening || t("noDate")];
  if (pick(project.status)) parts.push(pick(project.status));
  if (known(project.seats)) parts.push(t("seatsUnit", { n: num(project.seats) }));
  parts.push(t(project.counted ? "counted" : "notCounted"));
  return h(
    "li",
    { class: project.counted ? null : "not-counted" },
    h("b", null, project.name),
    h("span", null, parts.join(" · ")),
    project.note && h("span", { class: "hint" }, project.note)
  );
}

function projectBlock(projects) {
  if (!projects.length) return null;
  return [h("h3", null, t("projects")), h("ul", { class: "projects" }, projects.map(projectLine))];
}

/** When a proposal is needed. For a review the chance of a shortage would say nothing. */
function actionYears(action) {
  if (action.kind === "review") return yearsText(action.first_year, action.last_year);
  const years = t("proposalYears", { a: action.first_year, b: action.last_year, p: action.peak_year });
  return years + " · " + t("rankChance", { p: chance(action.probability) });
}

/** When it opens and what it costs. */
function actionUse(action) {
  if (!known(action.opens) || action.kind === "unsolved") return "";
  const parts = [known(action.until) ? t("proposalUntil", { a: action.opens, b: action.until }) : t("proposalOpens", { a: action.opens })];
  const money = (value) => num(Math.round(value)) + (state.lang === "zh" ? "" : " × ") + pick(model.currency);
  if (action.capital >= 0.5) parts.push(t("proposalCost", { n: money(action.capital) }));
  if (action.yearly >= 0.5) parts.push(t("proposalYearly", { n: money(action.yearly) }));
  return parts.join(" · ");
}

/** The seats of each year, where their number changes. */
function actionSteps(action) {
  if (new Set(action.seats_by_year.filter((n) => n > 0)).size < 2) return null;
  return [h("h4", null, t("proposalSeatsByYear")), fanChart({ seats: action.seats_by_year, opened: [] })];
}

function actionBlock(action) {
  const school = index.school.get(action.school);
  const place = action.receiver ? placeOf(action.receiver) : undefined;
  const size = [];
  if (known(action.classes) && action.classes > 0) size.push(t("proposalClasses", { n: num(action.classes) }));
  if (known(action.seats)) size.push(t("proposalSize", { n: num(action.seats) }));
  return h(
    "section",
    { class: "proposal" },
    h("h3", null, t("proposal")),
    h("p", null, chip(action), h("b", null, " " + size.join(" · "))),
    h("p", { class: "when" }, actionUse(action)),
    h("p", { class: "when" }, actionYears(action)),
    countBox(action),
    school && h("p", null, t("school") + colon(), linkButton(school.name, { kind: "school", id: school.id })),
    place !== undefined &&
      h("p", null, t("receiver") + colon(), linkButton(coverage().catchments[place].name, { kind: "catchment", id: action.receiver })),
    h("p", null, pick(action.reason)),
    actionSteps(action),
    action.kind === "review" && h("p", { class: "hint" }, t("reviewNote")),
    action.alternatives.length > 0 && [h("h4", null, t("beat")), h("ul", null, action.alternatives.map((text) => h("li", null, pick(text))))]
  );
}

function schoolCard(school) {
  const section = sectionOf(school);
  const served = section.catchments.filter((id) => placeOf(id) !== undefined);
  const projects = model.projects.filter((project) => project.school === school.id && project.stage === stage().id);
  const proposals = currentActions().filter((action) => action.school === school.id);
  const demand = servedRows(section);
  const names = served.map((id) => h("li", null, linkButton(coverage().catchments[placeOf(id)].name, { kind: "catchment", id: id })));
  return [
    cardHead(t("school") + " · " + pick(stage().label), school.name),
    sectionChart(section, projects.filter((p) => p.counted && known(projectOpens(p))).map(projectOpens)),
    table([school.operator && [t("operator"), school.operator]].concat(sectionRows(section))),
    served.length > 0 && [h("h3", null, t("serves")), h("ul", { class: "projects" }, names)],
    demand.length > 0 && [h("h3", null, t("servedDemand", { y: year() }) + (bound() !== "p50" || afterNow() ? " · " + whichText() : "")), table(demand)],
    addForm(school),
    proposals.map(actionBlock),
    projectBlock(projects),
    assumptionsBlock([section]),
  ];
}

function closeCard() {
  const id = state.picked ? state.picked.id : null;
  update({ picked: null, tab: "list" });
  const row = Array.from(document.querySelectorAll("#list .row")).find((node) => node.dataset.catchment === id);
  if (row) row.focus({ preventScroll: false });
}

/** Open the card of a catchment or school; `near` also moves the map there. */
function choose(target, near) {
  if (target.kind === "school" && !sectionOf(index.school.get(target.id))) {
    const first = index.school.get(target.id).sections[0];
    update({ stage: Math.max(0, model.stages.findIndex((item) => item.id === first.stage)) });
  }
  if (target.kind === "catchment" && placeOf(target.id) === undefined) return;
  update({ picked: target, tab: "card" });
  if (near && target.kind === "catchment") fitArea(placeOf(target.id));
  if (near && target.kind === "school") {
    const school = index.school.get(target.id);
    const zoom = Math.max(map.getZoom(), map.getBoundsZoom(allBounds()) + 1.5);
    map.setView([school.lat, school.lon], zoom, { animate: !reducedMotion() });
  }
  const box = byId("card");
  box.focus({ preventScroll: true });
}
