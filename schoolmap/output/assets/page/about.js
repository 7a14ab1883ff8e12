/* Page: about the numbers. */

function gridTable(heads, rows) {
  return h(
    "div",
    { class: "wide" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: isNumber(rows[0][i]) ? "n" : null }, head)))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => h("td", { class: isNumber(cell) ? "n" : null }, isNumber(cell) ? smallNumber(cell) : cell)))))
    )
  );
}

const isNumber = (cell) => typeof cell === "number";

/** A number of the audit: rounding errors are shown as what they are. */
function smallNumber(value) {
  return value !== 0 && Math.abs(value) < 1e-6 ? value.toExponential(1) : num(value, 6);
}

function auditTable() {
  return gridTable(
    [t("check"), t("left"), t("right"), t("difference"), t("holds")],
    model.audit.map((line) => [
      h("span", null, h("b", null, pick(line.name)), h("span", { class: "hint" }, pick(line.detail))),
      line.left,
      line.right,
      line.difference,
      h("b", { class: line.holds ? "good" : "bad" }, t(line.holds ? "yes" : "no")),
    ])
  );
}

function sourceTable() {
  if (!model.sources.length) return null;
  return gridTable(
    [t("title"), t("publisher"), t("date"), t("licence"), t("usedFor")],
    model.sources.map((source) => [
      // an address is shown, not linked: this file leads nowhere
      h("span", null, h("b", null, source.title), h("span", { class: "hint" }, source.url)),
      source.publisher,
      source.date,
      source.licence,
      pick(source.used_for),
    ])
  );
}

function runText() {
  return t("aboutRunText", {
    v: model.version,
    d: model.population_date,
    b: model.base_year,
    n: num(model.draws),
    s: model.seed,
    c: model.crs,
  });
}

const list = (items) => h("ul", null, items.filter(Boolean).map((text) => h("li", null, text)));
const block = (key, body) => body && [h("h3", null, t(key)), body];

function aboutBody() {
  const stages = [].concat.apply(
    [],
    model.stages.map((item) => {
      const rate = t("attendance") + " " + num(item.attendance * 100, 1) + (state.lang === "en" ? " %" : "%");
      const notes = item.notes.map(pick).concat(rate + colon() + pick(item.attendance_note));
      return notes.filter(Boolean).map((note) => pick(item.label) + colon() + note);
    })
  );
  return [
    block("aboutRun", h("p", null, runText())),
    model.decision.text.length > 0 && block("decidedHow", list(model.decision.text.map(pick))),
    block("aboutNotes", list(model.notes.map(pick).concat(t("sumNote")))),
    block("aboutStages", stages.length > 0 && list(stages)),
    block("aboutScenarios", list(model.scenarios.map((item) => pick(item.label) + (pick(item.note) ? colon() + pick(item.note) : "")))),
    block("aboutAudit", model.audit.length > 0 && auditTable()),
    block("projects", model.projects.length > 0 && h("ul", { class: "projects" }, model.projects.map(projectLine))),
    block("aboutSources", sourceTable()),
    h("p", { class: "hint" }, t("aboutVendor")),
    h("p", null, pick(model.classification))
  ];
}
