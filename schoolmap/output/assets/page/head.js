/* Header, notes and footer. */

/** More choices than this do not fit beside each other in the head of an office screen: they become a list. */
const MOST_SEGMENTS = 3;

function choices(box, name, items, current, act) {
  const list = h("select", { name: name }, items.map((item) => h("option", { value: item.id, title: item.note ? pick(item.note) : null }, pick(item.label))));
  list.selectedIndex = current;
  list.setAttribute("aria-label", box.querySelector("legend").textContent);
  list.addEventListener("change", () => act(list.selectedIndex));
  box.appendChild(list);
  box.hidden = false;
}

function segments(boxId, name, items, current, act) {
  const box = byId(boxId);
  box.querySelectorAll("label, select").forEach((node) => node.remove());
  if (items.length > MOST_SEGMENTS) return choices(box, name, items, current, act);
  items.forEach((item, i) => {
    const input = h("input", { type: "radio", name: name, value: item.id });
    input.checked = i === current;
    input.addEventListener("change", () => act(i));
    const label = h("label", null, input, h("span", null, pick(item.label)));
    if (item.note) label.title = pick(item.note);
    box.appendChild(label);
  });
  box.hidden = items.length < 2;
}

function paintHead() {
  const key = [state.lang, state.stage, state.scenario].join();
  paintShownLine();
  if (fresh.head === key) return;
  const rebuilt = fresh.head === undefined || fresh.head.split(",")[0] !== state.lang;
  fresh.head = key;
  fill(byId("title"), pick(model.title));
  byId("title").title = pick(model.title);
  byId("badge").hidden = !model.synthetic;
  byId("badge").textContent = t("synthetic");
  if (rebuilt) {
    segments("stage-switch", "stage", model.stages, state.stage, (i) => update({ stage: i }));
    segments("scenario-switch", "scenario", model.scenarios, state.scenario, (i) => update({ scenario: i }));
    segments("bound-switch", "bound", BOUNDS.map((id) => ({ id: id, label: TEXT["bound_" + id], note: TEXT["which_" + id] })), BOUNDS.indexOf(bound()), (i) => update({ bound: BOUNDS[i] }));
    BOUNDS.forEach((id) => (document.querySelector("input[name=bound][value=" + id + "]").id = "bound-" + id));
    fresh.views = "";
  } else {
    document.querySelectorAll("input[name=stage]").forEach((input, i) => (input.checked = i === state.stage));
    document.querySelectorAll("input[name=scenario]").forEach((input, i) => (input.checked = i === state.scenario));
    document.querySelectorAll("select[name=stage]").forEach((list) => (list.selectedIndex = state.stage));
    document.querySelectorAll("select[name=scenario]").forEach((list) => (list.selectedIndex = state.scenario));
  }
  paintNotes();
}

/** What the numbers of this stage and scenario rest on, in sight above the map. */
function paintNotes() {
  const notes = state.projector ? [] : stage().notes.map(pick);
  if (edited()) notes.unshift(t("editOn", { n: editLines().length }));
  const note = pick(scenario().note);
  if (note && model.scenarios.length > 1 && !state.projector) notes.push(pick(scenario().label) + colon() + note);
  const box = byId("note-line");
  fill(
    box,
    h("p", null, h("b", { id: "shown-line" }, shownLine()), notes.length > 0 && "  ", notes.map((text, i) => [i > 0 && h("i", null, " · "), text])),
    h("button", { type: "button", class: "link", on: { click: () => openPage("about") } }, t("more"))
  );
  box.title = notes.join("\n");
}

/** Stage, year, scenario and which demand: what a picture of the map is a picture of. */
function paintShownLine() {
  const line = byId("shown-line");
  if (line) fill(line, shownLine());
}

function paintFoot() {
  if (fresh.foot === state.lang) return;
  fresh.foot = state.lang;
  const names = [];
  model.sources.forEach((source) => {
    const text = source.publisher + (source.licence ? " (" + source.licence + ")" : "");
    if (names.indexOf(text) < 0) names.push(text);
  });
  const parts = [];
  if (names.length) parts.push(t("sources") + colon() + names.join(state.lang === "zh" ? "；" : "; "));
  parts.push(t("crs", { c: model.crs }));
  if (pick(model.classification)) parts.push(pick(model.classification));
  fill(byId("credits"), parts.join(" · "));
  byId("credits").title = parts.join("\n");
  byId("review-no").textContent = model.map_review_no ? t("reviewNo", { n: model.map_review_no }) : "";
  byId("review-no").hidden = !model.map_review_no;
}

/** Texts of the fixed frame, in the reader's language. */
function paintFrame() {
  if (fresh.frame === state.lang) return;
  fresh.frame = state.lang;
  document.documentElement.lang = t("locale");
  document.title = pick(model.title);
  document.querySelectorAll("[data-t]").forEach((node) => (node.textContent = t(node.dataset.t)));
  document.querySelectorAll("[data-t-label]").forEach((node) => node.setAttribute("aria-label", t(node.dataset.tLabel)));
  document.querySelectorAll("[data-t-placeholder]").forEach((node) => (node.placeholder = t(node.dataset.tPlaceholder)));
  const other = byId("language-button");
  other.textContent = t("other");
  other.lang = state.lang === "en" ? "zh-CN" : "en";
  byId("north-word").textContent = t("north");
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", t("map"));
  [["zoom-in", "zoomIn"], ["zoom-out", "zoomOut"], ["zoom-home", "home"]].forEach((pair) => {
    byId(pair[0]).setAttribute("aria-label", t(pair[1]));
    byId(pair[0]).title = t(pair[1]);
  });
  paintPlay();
}

function paintPrintLine() {
  byId("print-run").textContent = runText();
  fill(byId("print-line"), shownLine());
}

function paintTabs() {
  if (state.tab === "card" && !state.picked) state.tab = "list";
  document.body.dataset.tab = state.tab;
  document.querySelectorAll("#tabs button").forEach((node) => {
    node.setAttribute("aria-pressed", node.dataset.tab === state.tab ? "true" : "false");
    node.disabled = node.dataset.tab === "card" && !state.picked;
  });
}
