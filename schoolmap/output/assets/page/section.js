/* Card: seats, rooms and classes of a school, against the demand of the catchments that it serves. */

/** A section in the scenario that is shown: the model has the first, and what differs from it. */
function suppliedSection(section, school) {
  const there = index.supplied[section.stage + "\n" + scenario().id].get(school.id);
  return there ? Object.assign({}, section, { seats: there.seats, rooms: there.rooms }) : section;
}

/** A sum that is not known where one of its parts is not. */
const sumOf = (values) => (values.every(known) ? values.reduce((total, value) => total + value, 0) : null);

/**
 * Demand and seats of all catchments that a school serves, by year; ends of the interval are each catchment's own, added up.
 * They end with the last year of these boundaries.
 */
function servedFigures(section) {
  const places = section.catchments.map(placeOf).filter((place) => place !== undefined);
  if (!places.length) return null;
  const ended = (at) => known(section.serves_until) && model.years[at] > section.serves_until;
  const sums = (grid) => model.years.map((_, at) => (ended(at) ? null : sumOf(places.map((place) => grid[place][at]))));
  return { places: places, demand: sums(shown().demand), p10: sums(panel().p10), p90: sums(panel().p90), seats: sums(shown().seats) };
}

/** Whether a school has all the seats of the catchments that it serves. */
const isAlone = (section, served) => served.seats.every((value, at) => !known(value) || Math.abs(value - section.seats[at]) < 0.06);

/** Demand with its interval against all seats of the catchments, and which of these are the school's own. */
function sectionChart(section, opened) {
  const served = servedFigures(section);
  if (!served) return fanChart({ seats: section.seats, opened: opened });
  const alone = isAlone(section, served);
  return [
    fanChart(Object.assign({}, served, { seats: alone ? section.seats : served.seats, own: alone ? null : section.seats, opened: opened })),
    served.places.length > 1 && h("p", { class: "hint" }, t("endsAdded", { n: num(served.places.length) })),
    known(section.serves_until) && h("p", { class: "hint" }, t("servesOthers", { y: section.serves_until + 1 })),
  ];
}

/** Seats, rooms and classes of a school: of the year that is shown, and as counted. */
function sectionRows(section) {
  const at = state.year;
  const seats = section.seats[at];
  const rooms = section.rooms.length ? section.rooms[at] : null;
  const size = stage().class_size;
  const counted = section.enrolment_year || "–";
  const rows = [[t("seatsIn", { y: year() }), num(seats), t("uSeats"), "strong"]];
  if (known(rooms)) rows.push([t("roomsIn", { y: year() }), num(rooms, 1), t("uRooms")]);
  else if (known(size)) rows.push([t("classesAs", { n: num(size, 1) }), num(seats / size, 1), t("uClasses")]);
  if (known(rooms) && rooms > 0) rows.push([t("seatsOfClass"), num(seats / rooms, 1), t("uSeats")]);
  if (known(section.classes)) rows.push([t("classesTaught", { y: counted }), num(section.classes, 1), t("uClasses")]);
  if (known(section.class_size)) rows.push([t("classSizeNow", { y: counted }), num(section.class_size, 1), t("uChildren")]);
  if (known(section.enrolment)) rows.push([t("enrolment", { y: counted }), num(section.enrolment), t("uChildren")]);
  if (!known(rooms) && known(section.classrooms)) rows.push([t("classrooms"), num(section.classrooms, 1), t("uRooms")]);
  return rows;
}

/** What the catchments that a school serves need in the year that is shown, against all their seats. */
function servedRows(section) {
  const served = servedFigures(section);
  if (!served || !known(served.demand[state.year])) return [];
  const value = (name) => served[name][state.year];
  const rows = [[t("needed_" + bound()), num(value("demand")), t("uSeats"), "strong"]];
  if (known(value("p10"))) rows.push([t("interval"), span(value("p10"), value("p90")), t("uSeats")]);
  if (!isAlone(section, served)) rows.push([t("allSeats"), num(value("seats")), t("uSeats")]);
  const balance = value("seats") - value("demand");
  rows.push([t(balance < 0 ? "short" : "spare"), num(Math.abs(balance)), t("uSeats"), balance < 0 ? "strong short" : "strong spare"]);
  return rows;
}

/** Classes as counted at the schools of a catchment together, and the pupils in one of them on average. */
function classesNow(areaId) {
  const there = schoolsIn(areaId).map(sectionOf).filter((section) => known(section.classes) && known(section.class_size));
  if (!there.length) return null;
  const classes = sumOf(there.map((section) => section.classes));
  const pupils = sumOf(there.map((section) => section.classes * section.class_size));
  return h("p", null, t("classesNow", { y: there[0].enrolment_year, n: num(classes, 1), m: num(pupils / classes, 1) }));
}

/** What the numbers of a card rest on: class size, attendance, and what counts as seats. */
function assumptionsBlock(sections) {
  const from = (what) => sections.some((section) => section.seats_from === what);
  const size = stage().class_size;
  const note = pick(stage().class_size_note);
  const lines = [
    known(size) ? t("assumeClass", { n: num(size, 1) }) + colon() + note : note,
    t("assumeAttend", { p: percent(stage().attendance) }) + colon() + pick(stage().attendance_note),
    from("listed") && t("assumeListed"),
    from("rooms") && t("assumeRooms"),
    t("assumeProjects"),
  ].concat(stage().notes.map(pick));
  return [h("h3", null, t("assumptions")), h("ul", { class: "assumptions" }, lines.filter(Boolean).map((line) => h("li", null, line)))];
}
