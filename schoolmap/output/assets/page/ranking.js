/* Right: the ranked list. */

function chip(action) {
  if (!action) return h("span", { class: "chip quiet" }, t("watch"));
  return h("span", { class: "chip " + action.kind }, SYMBOLS[action.kind] + " " + t(action.kind === "review" ? "flagReview" : action.kind));
}

function linePath(values, x, y) {
  let d = "";
  values.forEach((value, i) => {
    if (known(value)) d += (d ? "L" : "M") + x(i).toFixed(1) + " " + y(value).toFixed(1);
  });
  return d;
}

/** Seats hold for a whole year, so the line changes halfway between two years. */
function stepPath(values, x, y) {
  let d = "";
  values.forEach((value, i) => {
    if (!known(value)) return;
    if (!d) d = "M" + x(i).toFixed(1) + " " + y(value).toFixed(1);
    else d += "H" + ((x(i - 1) + x(i)) / 2).toFixed(1) + "V" + y(value).toFixed(1);
    if (i === values.length - 1) d += "H" + x(i).toFixed(1);
  });
  return d;
}

function bandPath(low, high, x, y) {
  const there = low.map((_, i) => i).filter((i) => known(low[i]) && known(high[i]));
  if (there.length < 2) return "";
  const up = there.map((i) => x(i).toFixed(1) + " " + y(high[i]).toFixed(1));
  const down = there.reverse().map((i) => x(i).toFixed(1) + " " + y(low[i]).toFixed(1));
  return "M" + up.concat(down).join("L") + "Z";
}

function spark(place) {
  const p = shown();
  const values = p.demand[place].concat(p.seats[place]).filter(known);
  const high = Math.max.apply(null, values.concat(1));
  const low = Math.min.apply(null, values.concat(high)) * 0.9;
  const x = (i) => 2 + (i * 80) / Math.max(1, model.years.length - 1);
  const y = (value) => 24 - ((value - low) / Math.max(1, high - low)) * 20;
  return s(
    "svg",
    { class: "spark", width: 84, height: 27, "aria-hidden": "true" },
    s("path", { d: stepPath(p.seats[place], x, y), class: "line-seats" }),
    s("path", { d: linePath(p.demand[place], x, y), class: "line-demand" })
  );
}

const yearsText = (a, b) => (a === b ? t("inYear", { a: a }) : t("inYears", { a: a, b: b }));

/** What is left of the shortage after the proposals; the base year is what it is. */
function rankAfter(place) {
  const left = model.years.map((when, at) => (when > model.base_year ? -(balanceAt(place, at) || 0) : 0));
  return t("rankAfter", { n: num(Math.max.apply(null, left.concat(0))) });
}

function rankRow(row) {
  const place = placeOf(row.catchment);
  if (place === undefined) return null;
  const area = coverage().catchments[place];
  const here = pickedArea() === area.id;
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "row",
        "data-catchment": area.id,
        "aria-current": here ? "true" : null,
        on: { click: () => choose({ kind: "catchment", id: area.id }, true) },
      },
      h("span", { class: "name" }, area.name),
      chip(index.action.get(row.action)),
      h(
        "span",
        { class: "figures" },
        h("span", null, h("b", null, t("rankShort", { n: num(row.peak_short) })), " · " + (afterNow() ? rankAfter(place) : t("peak", { y: row.peak_year }))),
        h("span", null, yearsText(row.first_year, row.last_year) + " · " + (known(row.chance) ? t("chance" + row.chance) : t("rankChance", { p: chance(row.probability) })))
      ),
      spark(place)
    )
  );
}

function reviewRow(action) {
  const place = placeOf(action.catchment);
  if (place === undefined) return null;
  const school = index.school.get(action.school);
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "row",
        "data-catchment": action.catchment,
        on: { click: () => choose({ kind: "catchment", id: action.catchment }, true) },
      },
      h("span", { class: "name" }, school ? school.name : coverage().catchments[place].name),
      chip(action),
      h(
        "span",
        { class: "figures" },
        h("span", null, h("b", null, t("reviewRow", { n: flagNumber(action) })), " · " + t("peak", { y: action.peak_year })),
        h("span", null, yearsText(action.first_year, action.last_year))
      ),
      spark(place)
    )
  );
}

function allRow(area, place) {
  const shade = shown().shade[place][state.year];
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "line", "data-catchment": area.id, on: { click: () => choose({ kind: "catchment", id: area.id }, true) } },
      swatch(shade === null ? NO_DATA : model.shades[shade].colour),
      h("span", { class: "name" }, area.name),
      h("span", null, percent(useAt(place, state.year)))
    )
  );
}

function paintList() {
  const key = [shownKey(), state.lang, JSON.stringify(state.picked)].join();
  if (fresh.list !== key) {
    fresh.list = key;
    const ranking = shown().ranking;
    const rows = ranking.map(rankRow);
    const reviews = currentActions().filter((action) => action.kind === "review");
    fill(
      byId("list"),
      h(
        "header",
        { class: "list-head" },
        h("h2", null, t("where"), h("small", null, t("rankingIs"), (bound() !== "p50" || afterNow()) && h("b", null, whichText()))),
        h("button", { type: "button", class: "small-button", id: "grid-button", on: { click: () => openPage("grid") } }, t("gridShort")),
        csvButton("list-csv", t("where"), saveRanking)
      ),
      rows.length ? h("ol", { class: "rows" }, rows) : h("p", { class: "empty" }, t("noShortage")),
      reviews.length > 0 && [h("h2", null, t("reviewHead")), h("ul", { class: "rows" }, reviews.map(reviewRow))],
      h("details", { id: "all-areas" }, h("summary"), h("ul", { class: "rows" }))
    );
    fresh.all = "";
    byId("all-areas").addEventListener("toggle", paintAllAreas);
  }
  paintAllAreas();
}

/** Every catchment, sorted by use: the keyboard's way to what the map shows. */
function paintAllAreas() {
  const box = byId("all-areas");
  const areas = coverage().catchments;
  fill(box.querySelector("summary"), t("allHead", { n: num(areas.length), y: year() }));
  const key = fresh.list + state.year;
  if (!box.open || fresh.all === key) return;
  fresh.all = key;
  const use = (place) => useAt(place, state.year);
  const order = areas.map((_, place) => place).sort((a, b) => (use(b) || 0) - (use(a) || 0) || a - b);
  fill(box.querySelector("ul"), order.map((place) => allRow(areas[place], place)));
}
