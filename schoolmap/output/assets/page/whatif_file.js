/* What if: the file of changes, written and read. */

/** Changes as a file that `schoolmap plan --with` reads. */
function editsDocument() {
  const clean = edits.list.map((edit) => {
    const kept = {};
    Object.keys(edit).forEach((name) => {
      if (edit[name] !== null && edit[name] !== undefined && edit[name] !== "") kept[name] = edit[name];
    });
    return kept;
  });
  return { schema: "schoolmap.edits/1", project: model.project, base_year: model.base_year, edits: clean };
}

/** Changes of a saved file that fit this plan, or the reason why none do. */
function editsOf(text) {
  let found = null;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return { problem: t("editNoFile") };
  }
  if (!found || found.schema !== "schoolmap.edits/1" || !Array.isArray(found.edits)) return { problem: t("editNoFile") };
  if (found.project !== model.project || found.base_year !== model.base_year)
    return { problem: t("editOtherPlan", { n: String(found.project) + " " + String(found.base_year) }) };
  const fits = found.edits.every(fitsPlan);
  return fits ? { edits: found.edits } : { problem: t("editNotFitting") };
}

function fitsPlan(edit) {
  if (!edit || typeof edit.opens !== "number" || edit.opens < editing().first_year || edit.opens > last(model.years)) return false;
  if (edit.kind === "move") {
    const table = index.editCoverage[edit.coverage];
    if (!table || pick(table.fixed) || !index.editUnit.has(edit.area)) return false;
    return edit.from !== edit.to && placeIn(edit.coverage, edit.from) !== undefined && placeIn(edit.coverage, edit.to) !== undefined;
  }
  const stageEdit = edit.kind === "add" ? index.editStage[edit.stage] : null;
  if (!stageEdit) return false;
  if (!known(edit.seats) && !(known(edit.classes) && known(stageEdit.class_seats))) return false;
  if (typeof edit.catchment === "string") return placeIn(coverageOf(edit.stage), edit.catchment) !== undefined;
  const school = index.school.get(edit.school);
  return Boolean(school && school.sections.some((section) => section.stage === edit.stage));
}
