/* Page: warnings, classes, supply and indicators, as a bureau prints them. */

const FACT_GROUPS = ["warnings", "proposals", "classes", "supply", "reach", "indicators"];
const FACT_WORDS = new Set(["text", "long", "code", "level"]);
const factSide = (kind) => (FACT_WORDS.has(kind) ? (kind === "long" ? "long" : null) : "n");
const LEVEL_SIGNS = { surplus: "◇ ", ok: "● ", watch: "▲ ", red: "■ " };
const MOST_FACTS = 25;

function factText(cell, kind) {
  if (cell === null || cell === "") return "–";
  if (kind === "level") return h("span", { class: "level " + cell }, (LEVEL_SIGNS[cell] || "") + t(LEVEL_KEYS[cell] || cell));
  if (typeof cell === "object") return pick(cell);
  if (typeof cell === "string") return cell;
  if (kind === "share") return percent(cell);
  if (kind === "chance") return chance(cell);
  if (kind === "percent") return hundredths(cell);
  if (kind === "decimal") return num(cell, 2);
  return kind === "year" ? String(cell) : num(cell);
}

const LEVEL_KEYS = { surplus: "surplus", ok: "warnNone", watch: "warnYellow", red: "warnRed" };

function factRows(columns, rows) {
  const side = (i) => factSide(columns[i].kind);
  const cell = (row) => row.map((value, i) => h(i ? "td" : "th", { class: side(i), scope: i ? null : "row" }, factText(value, columns[i].kind)));
  return h(
    "div",
    { class: "wide whole-words facts", tabindex: 0 },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, columns.map((head, i) => h("th", { scope: "col", class: side(i) }, pick(head.label))))),
      h("tbody", null, rows.map((row) => h("tr", null, cell(row))))
    )
  );
}

/** A long table is cut: what is below stands in the workbook too, and opens here. */
function factTable(table) {
  const rest = table.rows.slice(MOST_FACTS);
  return [
    h("div", { class: "table-head" }, h("h4", null, pick(table.title)), table.rows.length > 0 && csvButton("csv-" + table.id, pick(table.title), () => saveFacts(table))),
    table.notes.map((note) => h("p", { class: "hint" }, pick(note))),
    table.rows.length ? factRows(table.columns, table.rows.slice(0, MOST_FACTS)) : h("p", null, t("factsNone")),
    rest.length > 0 && h("details", null, h("summary", null, t("factsMore", { n: num(rest.length) })), factRows(table.columns, rest)),
  ];
}

function factsBody() {
  return FACT_GROUPS.map((group) => {
    const tables = model.tables.filter((table) => table.group === group);
    return tables.length > 0 && [h("h3", { id: "facts-" + group }, t("facts_" + group)), tables.map(factTable)];
  });
}
