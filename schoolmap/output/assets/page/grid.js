/* Page: catchment by year, the worst first, with the sums of the county beside the sum of gaps. */

/** More rows than this open on demand. */
const MOST_GRID_ROWS = 200;

const gridFigures = () => ["gap", "use"];

/** Catchments, the worst first: by seats short over all years, then by use in the last of them. */
function gridOrder() {
  const figures = shown();
  const score = figures.demand.map((row, place) => row.reduce((sum, _, at) => sum + Math.max(0, -(balanceOf(figures, place, at) || 0)), 0));
  const use = figures.demand.map((row, place) => Math.max.apply(null, row.map((_, at) => useAt(place, at) || 0)));
  return score.map((_, place) => place).sort((a, b) => score[b] - score[a] || use[b] - use[a] || a - b);
}

/** The figure of a cell as a number: seats short below zero, or the use as a share. */
const gridValue = (place, at) => (state.grid === "use" ? useAt(place, at) : balanceAt(place, at));

function gridText(place, at) {
  const value = gridValue(place, at);
  if (!known(value)) return shown().shade[place][at] === null ? "" : "–";
  return state.grid === "use" ? num(value * 100) : signedBalance(value);
}

const signedBalance = (value) => (Math.round(value) === 0 ? "0" : signed(value));

function gridCell(place, at, first) {
  const shade = shown().shade[place][at];
  const node = h(
    "td",
    {
      class: "cell" + (shade === null ? " none" : "") + (at === state.year ? " now" : ""),
      tabindex: first ? 0 : -1,
      "data-place": place,
      "data-at": at,
    },
    gridText(place, at)
  );
  if (shade !== null) {
    node.style.backgroundColor = model.shades[shade].colour;
    node.style.color = inkOn(model.shades[shade].colour);
  }
  return node;
}

/** Ink or white, whichever stands out more on a colour. */
function inkOn(colour) {
  if (colour.charAt(0) !== "#") return INK;
  const part = (i) => Math.pow((parseInt(colour.slice(i, i + 2), 16) / 255 + 0.055) / 1.055, 2.4);
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.18 ? INK : "#ffffff";
}

function gridRow(place, n) {
  const area = coverage().catchments[place];
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, area.name),
    model.years.map((_, at) => gridCell(place, at, n === 0 && at === state.year))
  );
}

/** Sums of the county: its own demand and seats, and both sums over catchments, never only their net. */
function gridSums() {
  const figures = shown();
  const row = (label, values, name) => h("tr", { class: name || null }, h("th", { scope: "row" }, label), values.map((value) => h("td", null, num(value))));
  return [
    row(t("gridDemand", { w: whichText() }), figures.total),
    row(t("Seats"), figures.totalSeats),
    row(t(bound() === "p50" ? "sumShort" : "sumShortBound", { b: bound().toUpperCase() }), figures.short, "short"),
    row(t(bound() === "p50" ? "sumSpare" : "sumSpareBound", { b: bound().toUpperCase() }), figures.spare, "spare"),
  ];
}

function heatTable() {
  const order = gridOrder();
  const cut = order.slice(0, MOST_GRID_ROWS);
  const body = h("tbody", null, cut.map(gridRow));
  const table = h(
    "table",
    { class: "heat", role: "grid", "aria-label": t("grid"), "aria-rowcount": order.length + 5 },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("catchment")), model.years.map((when, at) => h("th", { scope: "col", class: at === state.year ? "now" : null }, when)))),
    body,
    h("tfoot", null, gridSums())
  );
  body.addEventListener("click", (event) => openCell(event.target.closest("td")));
  body.addEventListener("keydown", moveInGrid);
  const rest = order.slice(MOST_GRID_ROWS);
  const more = rest.length > 0 && h("button", { type: "button", class: "small-button" }, t("factsMore", { n: num(rest.length) }));
  if (more) more.addEventListener("click", () => (append(body, rest.map((place) => gridRow(place, 1))), more.remove()));
  return [h("div", { class: "heat-frame" }, table), more];
}

/** A click leads to the card of the catchment in that year. */
function openCell(cell) {
  if (!cell) return;
  const area = coverage().catchments[Number(cell.dataset.place)];
  closePage();
  update({ year: Number(cell.dataset.at) });
  choose({ kind: "catchment", id: area.id }, true);
}

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], PageDown: [10, 0], PageUp: [-10, 0] };

/** One stop for the Tab key; arrows, Home, End and the page keys move among the cells. */
function moveInGrid(event) {
  const cell = event.target.closest("td");
  if (!cell) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    openCell(cell);
    return;
  }
  const rows = Array.from(cell.closest("tbody").rows);
  const row = rows.indexOf(cell.parentNode);
  const column = cell.cellIndex;
  const step = STEPS[event.key];
  if (!step && event.key !== "Home" && event.key !== "End") return;
  event.preventDefault();
  const line = rows[clamp(row + (step ? step[0] : 0), 0, rows.length - 1)];
  const wanted = step ? column + step[1] : event.key === "Home" ? 1 : line.cells.length - 1;
  const next = line.cells[clamp(wanted, 1, line.cells.length - 1)];
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function saveGrid() {
  const unit = t(state.grid === "use" ? "gridUse" : "gridGap");
  const rows = gridOrder().map((place) => {
    const area = coverage().catchments[place];
    return [area.id, area.name].concat(model.years.map((_, at) => roundTo(gridValue(place, at), state.grid === "use" ? 4 : 1)));
  });
  const figures = shown();
  const sums = [
    [t("gridDemand", { w: whichText() }), figures.total],
    [t("Seats"), figures.totalSeats],
    [t("sumShort"), figures.short],
    [t("sumSpare"), figures.spare],
  ].map((line) => ["", line[0]].concat(line[1].map((value) => roundTo(value, 1))));
  const head = [t("catchment"), unit].concat(model.years);
  saveCsv([pick(stage().label), pick(scenario().label), afterNow() ? t("afterOn") : bound(), t("grid")], [head].concat(rows, sums));
}

const roundTo = (value, digits) => (known(value) ? Math.round(value * Math.pow(10, digits)) / Math.pow(10, digits) : null);

function gridBody() {
  const choice = (id) => {
    const input = h("input", { type: "radio", name: "grid-figure", id: "grid-" + id, value: id });
    input.checked = state.grid === id;
    input.addEventListener("change", () => update({ grid: id }));
    return h("label", null, input, h("span", null, t(id === "use" ? "gridUse" : "gridGap")));
  };
  return [
    h("p", { class: "page-line" }, h("b", null, shownLine())),
    h(
      "div",
      { class: "page-tools" },
      h("fieldset", { class: "seg" }, h("legend", { class: "sr" }, t("show")), gridFigures().map(choice)),
      h("ul", { class: "key heat-key" }, model.shades.map((shade) => legendRow(swatch(shade.colour), pick(shade.label)))),
      csvButton("grid-csv", t("grid"), saveGrid)
    ),
    h("p", { class: "hint" }, t("gridHow") + (bound() === "p50" ? "" : " " + t("boundSum", { b: bound().toUpperCase() }))),
    heatTable(),
  ];
}
