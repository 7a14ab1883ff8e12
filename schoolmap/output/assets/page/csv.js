/* The visible table as a file for a spreadsheet. */

/**
 * A cell of a csv file. A text that a spreadsheet would run as a formula is
 * led by an apostrophe; numbers stay numbers, without thousands separators.
 */
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return isFinite(value) ? String(value) : "";
  const text = /^\s*[=+\-@\t\r\n|%]/.test(value) ? "'" + value : value;
  return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

const csvText = (rows) => "\ufeff" + rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

/** Hand a table to the reader as a file: made here, nothing is sent or fetched. */
function saveCsv(name, rows) {
  const address = URL.createObjectURL(new Blob([csvText(rows)], { type: "text/csv;charset=utf-8" }));
  const link = h("a", { href: address, download: fileName(name) });
  document.body.appendChild(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
  byId("say").textContent = t("saved", { f: fileName(name) });
}

/** A name that every system takes. */
const fileName = (name) => [model.project].concat(name).join(" ").replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").replace(/\s+/g, "-") + ".csv";

const csvButton = (id, name, act) => h("button", { type: "button", class: "small-button", id: id, "aria-label": t("csvOf", { s: name }), on: { click: act } }, t("csv"));

/** The ranked list as it stands: figures as numbers, years as years. */
function saveRanking() {
  const figures = shown();
  const heads = ["catchment", "cName", "cScore", "cFirst", "cLast", "cPeak", "cShort", "chance", "proposal"].map((key) => t(key));
  const rows = figures.ranking.map((row) => {
    const place = placeOf(row.catchment);
    const action = index.action.get(row.action);
    const named = place === undefined ? "" : coverage().catchments[place].name;
    return [row.catchment, named, row.score, row.first_year, row.last_year, row.peak_year, row.peak_short, row.probability, action ? t(action.kind) : ""];
  });
  saveCsv([pick(stage().label), pick(scenario().label), afterNow() ? t("afterOn") : bound(), t("cRanking")], [heads].concat(rows));
}

/** A table of facts as it is in the model; words in the reader's language. */
function saveFacts(table) {
  const cell = (value) => (value !== null && typeof value === "object" ? pick(value) : value);
  saveCsv([pick(table.title)], [table.columns.map((head) => pick(head.label))].concat(table.rows.map((row) => row.map(cell))));
}
