/* What the map can show, and the switches for it. */

/** Upper bounds of the classes of a change in the use of seats, and their colours (RdBu: told apart by colour-blind readers). */
const CHANGES = [
  { upTo: -0.15, colour: "#2166ac" },
  { upTo: -0.05, colour: "#92c5de" },
  { upTo: 0.05, colour: "#e9e6df" },
  { upTo: 0.15, colour: "#f4a582" },
  { upTo: Infinity, colour: "#b2182b" },
];
/** The other side of a comparison that is no scenario: this one without its proposals. */
const PROPOSALS = "*";
/** And this one without what the reader tries out. */
const MINE = "~";

const views = () =>
  ["use", "gap", "chance"].concat(reach() ? "reach" : [], comparables().length ? "diff" : []);

/** What this scenario can be compared with: other scenarios, and itself without its proposals. */
const comparables = () => once("comparables", planKey() + state.lang, findComparables);

function findComparables() {
  const others = model.scenarios.filter((item) => item !== scenario()).map((item) => ({ id: item.id, label: pick(item.label) }));
  const own = [];
  if (panel().after) own.push({ id: PROPOSALS, label: t("withoutProposals") });
  if (edited()) own.push({ id: MINE, label: t("withoutEdits") });
  return others.concat(own);
}

const compared = () => comparables().find((item) => item.id === state.other) || comparables()[0];
const comparedId = () => compared().id;
const comparedText = () => (comparedId() === PROPOSALS || comparedId() === MINE ? compared().label : t("against", { s: compared().label }));

/** Both sides of the comparison: what is shown, less the other. */
const comparison = () => once("comparison", [planKey(), state.other, state.bound].join(), findComparison);

function findComparison() {
  const chosen = compared();
  if (chosen.id === PROPOSALS) return { now: figuresOf(panel(), "after"), other: figuresOf(panel(), "p50") };
  if (chosen.id === MINE) return { now: figuresOf(panel(), "p50"), other: figuresOf(basePanel(), "p50") };
  const there = index.panel[stage().id + "\n" + chosen.id];
  return { now: figuresOf(panel(), bound()), other: figuresOf(edited() ? editedPanel(there) : there, bound()) };
}

/** Change of the use of seats, as a share; nothing where one side has no seats. */
function changeAt(place, at) {
  const pair = comparison();
  const now = useIn(pair.now, place, at);
  const other = useIn(pair.other, place, at);
  return known(now) && known(other) ? now - other : null;
}

/** Change of seats less demand: below zero where more seats are missing than on the other side. */
function changeOfBalance(place, at) {
  const pair = comparison();
  const now = balanceOf(pair.now, place, at);
  const other = balanceOf(pair.other, place, at);
  return known(now) && known(other) ? now - other : null;
}

function changeClass(change) {
  if (!known(change)) return null;
  // a bound is met up to rounding, as in the library
  const value = Math.round(change * 1e9) / 1e9;
  return CHANGES.findIndex((item) => value <= item.upTo);
}

function colourOf(place) {
  const shade = shown().shade[place][state.year];
  if (view() === "reach") return "#efece5";
  if (view() === "gap") return shade === null ? NO_DATA : "#e9e6df";
  if (view() === "chance") {
    const found = shade === null ? null : chanceClassAt(place, state.year);
    return found === null ? NO_DATA : CHANCES[found].colour;
  }
  if (view() === "diff") {
    const found = changeClass(changeAt(place, state.year));
    return found === null ? NO_DATA : CHANGES[found].colour;
  }
  return shade === null ? NO_DATA : model.shades[shade].colour;
}

/** Circles or numbers of the view, and the boxes that they take. */
function placeFigures(circles, labels) {
  const placed = placeCircles(circles, labels, view() === "gap" ? gapItems() : view() === "reach" ? reachItems() : { items: [], most: 1 });
  return view() === "diff" ? placeChanges(labels) : placed;
}

/** Proposals are about seats: the way to school, and what differs, are looked at by themselves. */
const flagsShown = () => view() !== "reach" && view() !== "diff";

/** A number with its sign. */
const signed = (value) => (Math.round(value) > 0 ? "+" : Math.round(value) < 0 ? "−" : "±") + num(Math.abs(Math.round(value)));

/** The change in each catchment as a number, where its outline has room for it. */
function placeChanges(group) {
  const placed = [];
  const taken = takenBoxes([]);
  coverage().catchments.forEach((area, place) => {
    const change = changeOfBalance(place, state.year);
    if (change === null || Math.round(change) === 0) return;
    const text = signed(change);
    const w = textWidth(text, "600 12px") + 6;
    const bounds = index.bounds[stage().coverage][place];
    const a = map.latLngToLayerPoint(bounds.getNorthWest());
    const b = map.latLngToLayerPoint(bounds.getSouthEast());
    if (w > b.x - a.x || b.y - a.y < 14) return;
    const at = map.latLngToLayerPoint([area.anchor[1], area.anchor[0]]);
    const box = { x: at.x - w / 2, y: at.y - 8, w: w, h: 16 };
    if (taken.meets(box)) return;
    taken.add(box);
    group.appendChild(s("rect", { class: "change-box", x: box.x.toFixed(1), y: box.y.toFixed(1), width: w.toFixed(1), height: 16, rx: 3 }));
    group.appendChild(s("text", { class: "change-text", x: at.x.toFixed(1), y: (at.y + 4.3).toFixed(1) }, text));
    placed.push(box);
  });
  return placed;
}

/** Left: the choice of the view, what it is compared with, and whether the proposals are in it. */
function paintViews() {
  const key = [state.lang, shownKey(), view(), state.other, canBeBound(), canBeAfter()].join();
  if (fresh.views === key) return;
  fresh.views = key;
  const box = byId("views");
  const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
  const radio = (name, id, label, checked, act) => {
    const input = h("input", { type: "radio", name: name, value: id, id: name + "-" + id });
    input.checked = checked;
    input.addEventListener("change", act);
    return h("label", null, input, h("span", null, label));
  };
  const heads = { use: "viewUse", gap: "viewGap", chance: "viewChance", reach: "viewReach", diff: "viewDiff" };
  fill(byId("view-choice"), views().map((id) => radio("view", id, t(heads[id]), view() === id, () => update({ view: id }))));
  fill(
    byId("after-switch"),
    h("legend", { class: "sr" }, t("proposals")),
    [["before", "afterOff"], ["after", "afterOnShort"]].map((item) =>
      radio("after", item[0], t(item[1]), (item[0] === "after") === Boolean(afterNow()), () => update({ after: item[0] === "after" }))
    )
  );
  byId("after-switch").hidden = !canBeAfter();
  paintCompare();
  paintBounds();
  if (focused && byId(focused)) byId(focused).focus();
}

function paintCompare() {
  const box = byId("compare");
  box.hidden = view() !== "diff";
  if (box.hidden) return;
  const all = comparables();
  const list = h("select", { id: "compare-with" }, all.map((item) => h("option", { value: item.id }, item.label)));
  list.selectedIndex = all.findIndex((item) => item.id === comparedId());
  list.addEventListener("change", () => update({ other: list.value }));
  fill(box, h("label", { for: "compare-with" }, t("compareWith")), list);
}

/** Head: which demand. Where a view has only the central one, the others cannot be chosen. */
function paintBounds() {
  const box = byId("bound-switch");
  box.hidden = basePanel().bounds.length === 0;
  BOUNDS.forEach((id) => {
    const input = byId("bound-" + id);
    if (!input) return;
    input.checked = bound() === id;
    input.disabled = !canBeBound();
  });
}
