/* What if: the list of the reader's changes, and where on a card they are made. */

/** Years from which a change can hold; the chosen one is the year that is shown, if it can be changed. */
function yearChoice(name, label) {
  const first = editing().first_year;
  const now = Math.max(first, year());
  const years = model.years.filter((when) => when >= first);
  const select = h("select", { name: name, "aria-label": label }, years.map((when) => h("option", { value: when }, when)));
  select.value = String(now);
  return select;
}

const nameOfSchool = (id) => (index.school.get(id) || { name: id }).name;
const nameOfZone = (coverageId, id) => {
  const place = placeIn(coverageId, id);
  return place === undefined ? id : index.coverage[coverageId].catchments[place].name;
};

/** A change in words. */
function editText(edit) {
  if (edit.kind === "move") {
    const unit = editing().units[index.editUnit.get(edit.area)];
    return t("editMove", {
      a: unit ? unit.name : edit.area,
      f: nameOfZone(edit.coverage, edit.from),
      t: nameOfZone(edit.coverage, edit.to),
      y: edit.opens,
    });
  }
  const where = edit.school ? nameOfSchool(edit.school) : nameOfZone(coverageOf(edit.stage), edit.catchment);
  const stageName = pick(model.stages.find((item) => item.id === edit.stage).label);
  const many = known(edit.classes) ? edit.classes : edit.seats;
  const sign = many < 0 ? "−" : "+";
  const until = known(edit.until) ? edit.opens + "–" + edit.until : t("editFrom", { y: edit.opens });
  const size = t(known(edit.classes) ? "editClasses" : "editSeats", { n: sign + num(Math.abs(many)) });
  return where + " · " + stageName + colon() + size + " · " + until;
}

/** Proposals stand as one line each, whatever they add and move. */
function editLines() {
  const lines = [];
  const seen = new Map();
  edits.list.forEach((edit) => {
    if (!edit.proposal) {
      lines.push({ text: editText(edit), edits: [edit] });
      return;
    }
    if (!seen.has(edit.proposal)) {
      const action = index.action.get(edit.proposal);
      seen.set(edit.proposal, { text: action ? proposalText(action) : editText(edit), edits: [] });
      lines.push(seen.get(edit.proposal));
    }
    seen.get(edit.proposal).edits.push(edit);
  });
  return lines;
}

function proposalText(action) {
  const stageId = action.stage;
  const where = action.school ? nameOfSchool(action.school) : nameOfZone(coverageOf(stageId), action.catchment);
  return t("proposal") + " " + (SYMBOLS[action.kind] || "") + " " + t(action.kind) + " · " + where + " · " + t("editFrom", { y: action.opens });
}

const without = (gone) => edits.list.filter((edit) => gone.indexOf(edit) < 0);

function paintEdits() {
  const box = byId("edits");
  // an open card says itself what can be tried out: until something is, it has the whole side
  box.hidden = !editable() || (Boolean(state.picked) && !edits.list.length && !narrow());
  const key = [edits.version, edits.shown, state.lang].join();
  if (box.hidden || fresh.edits === key) return;
  fresh.edits = key;
  const lines = editLines();
  const pickFile = h("input", { type: "file", accept: ".json,application/json", class: "sr", id: "edits-file", tabindex: -1, "aria-hidden": "true" });
  pickFile.addEventListener("change", () => readEditsFile(pickFile.files[0]));
  const open = h("button", { type: "button", class: "link", id: "edits-open", on: { click: () => pickFile.click() } }, t("editOpen"));
  const shown = h("input", { type: "checkbox", id: "edits-shown" });
  shown.checked = edits.shown;
  shown.addEventListener("change", () => {
    edits.shown = shown.checked;
    forget();
    paint();
    byId("edits-shown").focus();
  });
  fill(
    box,
    h("h2", null, t("editHead"), lines.length > 0 && h("small", null, t("editCount", { n: lines.length }))),
    !lines.length && h("p", { class: "hint" }, t("editHint"), " ", open),
    lines.length > 0 && [
      h("ul", { class: "edits", tabindex: 0, "aria-label": t("editHead") }, lines.map(editLine)),
      h("label", { class: "edits-shown" }, shown, " ", t("editShow")),
      h("p", { class: "hint" }, t("editRerun")),
      h(
        "p",
        { class: "edits-tools" },
        h("button", { type: "button", id: "edits-save", on: { click: saveEdits } }, t("editSave")),
        h("button", { type: "button", class: "link", id: "edits-clear", on: { click: () => setEdits([]) } }, t("editClear")),
        open
      ),
    ],
    pickFile
  );
}

function editLine(line) {
  const name = t("editRemove", { n: line.text });
  const remove = () => {
    setEdits(without(line.edits));
    (byId("edits").querySelector("button") || byId("edits")).focus();
  };
  return h("li", null, h("span", null, line.text), h("button", { type: "button", "aria-label": name, title: name, on: { click: remove } }, "×"));
}

function saveEdits() {
  const text = JSON.stringify(editsDocument(), null, 1) + "\n";
  const link = h("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: model.project + "-edits.json",
  });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function readEditsFile(file) {
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const found = editsOf(String(reader.result));
    if (found.edits) setEdits(found.edits);
    byId("say").textContent = found.problem || "";
    if (found.problem) byId("edits").appendChild(h("p", { class: "edits-problem", role: "alert" }, found.problem));
  });
  reader.readAsText(file);
}

/** On the card of a school: more classes, or seats where the standard has no class size. */
function addForm(school) {
  const section = sectionOf(school);
  if (!editable() || !section) return null;
  const byClass = known(index.editStage[section.stage].class_seats);
  const size = h("input", {
    type: "number",
    name: "size",
    step: byClass ? 1 : "any",
    value: byClass ? 2 : 60,
    "aria-label": t(byClass ? "editHowManyClasses" : "editHowManySeats"),
  });
  const from = yearChoice("from", t("editFromYear"));
  const add = () => {
    const many = Number(size.value);
    if (!many || !isFinite(many)) return;
    const edit = { kind: "add", stage: section.stage, school: school.id, opens: Number(from.value), name: school.name };
    edit[byClass ? "classes" : "seats"] = byClass ? Math.round(many) : many;
    setEdits(edits.list.concat(edit));
    byId("card").focus({ preventScroll: true });
  };
  return h(
    "section",
    { class: "try" },
    h("h3", null, t("editTry")),
    h(
      "p",
      null,
      size,
      " ",
      t(byClass ? "uClasses" : "uSeats"),
      " ",
      h("label", null, t("editFromWord"), " ", from),
      " ",
      h("button", { type: "button", class: "add", on: { click: add } }, t("editAdd"))
    )
  );
}

/** On a proposal: whether it counts in the reader's plan. */
function countBox(action) {
  const proposal = editable() && editing().proposals.find((item) => item.action === action.id);
  if (!proposal) return null;
  const mine = edits.list.filter((edit) => edit.proposal === action.id);
  const box = h("input", { type: "checkbox", class: "count", "data-action": action.id });
  box.checked = mine.length > 0;
  box.addEventListener("change", () => {
    setEdits(without(mine).concat(box.checked ? proposalEdits(proposal) : []));
    const again = document.querySelector('#card input[data-action="' + action.id + '"]');
    if (again) again.focus({ preventScroll: true });
  });
  return h("label", { class: "try" }, box, " ", t("editCountIt"));
}

/** What a proposal does, as changes: one for each run of years with the same number of seats. */
function proposalEdits(proposal) {
  const found = [];
  const action = index.action.get(proposal.action);
  proposal.adds.forEach((add) => {
    let at = 0;
    while (at < model.years.length) {
      const seats = add.seats_by_year[at];
      let end = at;
      while (end + 1 < model.years.length && add.seats_by_year[end + 1] === seats) end += 1;
      if (seats && model.years[at] >= editing().first_year) {
        const edit = { kind: "add", stage: add.stage, opens: model.years[at], seats: seats, proposal: proposal.action };
        edit.name = t(action.kind) + " · " + (add.school ? nameOfSchool(add.school) : nameOfZone(coverageOf(add.stage), add.catchment));
        if (end < model.years.length - 1) edit.until = model.years[end];
        if (add.school) edit.school = add.school;
        else edit.catchment = add.catchment;
        found.push(edit);
      }
      at = end + 1;
    }
  });
  proposal.moves.forEach((move) => {
    found.push({ kind: "move", coverage: move.coverage, area: move.area, from: move.source, to: move.target, opens: move.opens, proposal: proposal.action });
  });
  return found;
}

/** On the card of a catchment: its small areas, and where each could go. */
function areaMoves(id) {
  if (!editable()) return null;
  const coverageId = stage().coverage;
  const table = index.editCoverage[coverageId];
  const why = pick(table.fixed);
  if (why) return h("details", { class: "try" }, h("summary", null, t("editAreas")), h("p", { class: "hint" }, why));
  const place = placeOf(id);
  const moves = edits.list.filter((edit) => edit.kind === "move" && edit.coverage === coverageId);
  const shares = last(periodsOf(coverageId, moves)).shares;
  const pupils = index.editPanel[stage().id + "\n" + scenario().id].pupils;
  const rows = [];
  shares.forEach((row, unit) => {
    if (row.has(place)) rows.push({ unit: unit, count: row.get(place) * pupils[unit][state.year] });
  });
  rows.sort((a, b) => b.count - a.count || a.unit - b.unit);
  const from = yearChoice("from", t("editFromYear"));
  const box = h("details", { class: "try moves" }, h("summary", null, t("editAreas") + " (" + rows.length + ")"));
  box.open = fresh.moves === id;
  box.addEventListener("toggle", () => (fresh.moves = box.open ? id : fresh.moves === id ? "" : fresh.moves));
  const near = nearestZones(place);
  const zones = coverage().catchments;
  const line = (item) => {
    const unit = editing().units[item.unit];
    const to = h(
      "select",
      { "aria-label": t("editMoveTo", { n: unit.name }), "data-unit": unit.id },
      h("option", { value: "" }, t("editStays")),
      near.map((other) => h("option", { value: zones[other].id }, zones[other].name))
    );
    to.addEventListener("change", () => to.value && moveArea(unit.id, id, to.value, Number(from.value)));
    return h("tr", null, h("th", { scope: "row" }, unit.name), h("td", null, num(item.count)), h("td", null, to));
  };
  return append(box, [
    h("p", null, h("label", null, t("editFromWord"), " ", from)),
    h(
      "table",
      { class: "schools" },
      h("thead", null, h("tr", null, [t("editArea"), t("uChildren") + " " + year(), t("editMoveHead")].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", null, rows.map(line))
    ),
  ]);
}

/** Other catchments, the nearest first. */
function nearestZones(place) {
  const zones = coverage().catchments;
  const here = zones[place].anchor;
  const apart = (other) => Math.hypot((zones[other].anchor[0] - here[0]) * Math.cos((here[1] * Math.PI) / 180), zones[other].anchor[1] - here[1]);
  return zones.map((_, i) => i).filter((i) => i !== place).sort((a, b) => apart(a) - apart(b) || a - b);
}

/** Move an area; one that came by a change goes on from where it was at first, or stays there. */
function moveArea(area, from, to, opens) {
  const coverageId = stage().coverage;
  const before = edits.list.filter((edit) => edit.kind === "move" && edit.coverage === coverageId && edit.area === area && edit.to === from).pop();
  const edit = { kind: "move", coverage: coverageId, area: area, from: from, to: to, opens: opens };
  if (!before) {
    setEdits(edits.list.concat(edit));
    return;
  }
  if (before.opens < opens || before.proposal) {
    setEdits(edits.list.concat(Object.assign(edit, { opens: Math.max(opens, before.opens) })));
    return;
  }
  // it has not been where it was to go before it was to go on: one change is enough
  const rest = without([before]);
  setEdits(before.from === to ? rest : rest.concat(Object.assign(edit, { from: before.from, opens: before.opens })));
}
