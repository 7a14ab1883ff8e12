/* Left: totals, views and legend. */

function paintTotals() {
  const figures = shown();
  const totals = panel().totals;
  const at = state.year;
  const row = (label, value, name) => h("div", { class: name }, h("dt", null, label), h("dd", null, value));
  if (view() === "reach") return reachTotals(row);
  fill(
    byId("totals"),
    h("h2", null, t("whole", { y: year(), s: pick(stage().label) })),
    h(
      "dl",
      null,
      row(t("total_" + (afterNow() ? "p50" : bound())), num(figures.total[at]), "strong"),
      row(t("interval"), span(totals.p10[at], totals.p90[at])),
      row(t("Seats"), num(figures.totalSeats[at]), "strong"),
      row(t("sumShort"), beforeAfter(totals.short[at], figures.short[at]), "strong short"),
      row(t("sumSpare"), beforeAfter(totals.spare[at], figures.spare[at]), "strong spare")
    ),
    bound() !== "p50" && h("p", { class: "hint" }, t("boundSum", { b: bound().toUpperCase() }))
  );
}

/** With the proposals, both are told: what was, and what is left. */
const beforeAfter = (before, now) => (afterNow() ? num(before) + " → " : "") + num(now);

function reachTotals(row) {
  const here = reach();
  const at = state.year;
  const judged = here.within[at] + here.beyond[at];
  fill(
    byId("totals"),
    h("h2", null, t("whole", { y: year(), s: pick(stage().label) })),
    h(
      "dl",
      null,
      row(t("reachWithin"), num(here.within[at]), "strong"),
      row(t("reachBeyond"), num(here.beyond[at]), "strong short"),
      row(t("reachShare"), judged > 0 ? percent(here.within[at] / judged) : "–", "strong"),
      here.unknown[at] >= 0.5 && row(t("reachNoNorm"), num(here.unknown[at]))
    )
  );
}

function swatch(colour) {
  const box = s("svg", { width: 22, height: 15, "aria-hidden": "true" });
  if (colour === NO_DATA) box.appendChild(s("defs", null, hatchPattern("hatch-key")));
  const paint = colour === NO_DATA ? "url(#hatch-key)" : colour;
  box.appendChild(s("rect", { x: 0.5, y: 0.5, width: 21, height: 14, rx: 2, fill: paint, stroke: "#b9b5ab" }));
  return box;
}

function legendRow(sign, text, name) {
  return h("li", { class: name || null }, sign, h("span", null, text));
}

function legendRows() {
  if (view() === "gap") return gapRows();
  if (view() === "reach") return reachRows();
  if (view() === "diff") return changeRows();
  const rows =
    view() === "chance"
      ? CHANCES.map((item, i) => legendRow(swatch(item.colour), t("chance" + i)))
      : model.shades.map((shade) => legendRow(swatch(shade.colour), pick(shade.label)));
  const none = shown().shade.some((line) => line.some((value) => value === null));
  return none ? rows.concat(legendRow(swatch(NO_DATA), t("noData"))) : rows;
}

function changeRows() {
  const number = h("b", { class: "change-key", "aria-hidden": "true" }, "−12");
  return CHANGES.map((item, i) => legendRow(swatch(item.colour), t("change_" + i))).concat(legendRow(number, t("changeNumber")));
}

function gapRows() {
  const nice = niceRing();
  return [
    legendRow(ringSign("short", nice), "−" + num(nice) + " " + t("shortSeats")),
    legendRow(ringSign("spare", nice), "+" + num(nice) + " " + t("spareSeats")),
  ];
}

/** A round number whose circle is large enough to read. */
const niceRing = () => niceBelow(Math.pow(28 / drawn.ringScale, 2) / 2);

function ringSign(kind, value) {
  const r = Math.max(3, Math.sqrt(value) * drawn.ringScale);
  const side = Math.ceil(2 * r + 3);
  return s(
    "svg",
    { width: side, height: side, "aria-hidden": "true" },
    s("circle", { class: "gap " + kind, cx: side / 2, cy: side / 2, r: r.toFixed(1) })
  );
}

function reachRows() {
  const nice = niceRing();
  const lengths = Array.from(new Set(reach().zones.map((zone) => zone.circle_m))).sort((a, b) => a - b);
  const length = lengths.length > 2 ? t("zoneMany") : lengths.map(metres).join(" / ");
  const ring = s(
    "svg",
    { width: 22, height: 15, "aria-hidden": "true" },
    s("ellipse", { cx: 11, cy: 7.5, rx: 10, ry: 6.5, fill: "none", stroke: INK, "stroke-opacity": 0.55, "stroke-dasharray": "3 4" })
  );
  return !lengths.length ? [legendRow(ringSign("short", nice), t("outOfReach", { n: num(nice) }))] : [
    legendRow(swatch(ZONE_KEY), t(reach().by === "roads" ? "zoneRoads" : "zoneStraight", { n: length })),
    legendRow(ring, t("zoneCircle")),
    legendRow(ringSign("short", nice), t("outOfReach", { n: num(nice) })),
  ];
}

function niceBelow(value) {
  const unit = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1))));
  const step = [5, 2, 1].find((factor) => factor * unit <= Math.max(value, 1)) || 1;
  return step * unit;
}

function plotSign() {
  const shape = s("polygon", { class: "mark plot", points: "8,2 14,8 8,14 2,8" });
  const sign = s("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
  sign.appendChild(shape);
  return sign;
}

/** Sizes of the schools' marks at this zoom: two of the sizes that are there. */
function schoolKey() {
  const sizes = schoolsOfStage()
    .map((school) => sectionOf(school).seats[state.year] || 0)
    .filter((seats) => seats > 0)
    .sort((a, b) => a - b);
  if (!sizes.length) return null;
  const high = niceBelow(last(sizes));
  const low = niceBelow(sizes[Math.floor(sizes.length / 4)]);
  const row = h("p", { class: "sizes" });
  (low < high ? [low, high] : [high]).forEach((seats) => {
    const side = markSide(seats, drawn.scale || 1);
    const box = Math.ceil(side * 1.2 + 4);
    const svg = s("svg", { width: box, height: box, "aria-hidden": "true" });
    svg.appendChild(markNode(stage().shape, box / 2, box / 2, side, { class: "mark" }));
    append(row, [h("span", null, svg, num(seats))]);
  });
  const plot = plotsOfStage().length > 0 && h("ul", { class: "key" }, legendRow(plotSign(), t("plots"), "plots"));
  const opening = projectsOnMap().length > 0 && h("ul", { class: "key" }, legendRow(projectSign(), t("openings")));
  return [h("h2", null, t("schools")), row, plot, opening];
}

function paintLegend() {
  const key = [shownKey(), state.year, view(), state.other, state.lang, drawn.scale, drawn.ringScale].join();
  if (fresh.legend === key) return;
  fresh.legend = key;
  const heads = { use: "legendUse", gap: "legendGap", chance: "legendChance", reach: "legendReach", diff: "legendDiff" };
  const kinds = !flagsShown() ? [] : Object.keys(SYMBOLS).filter((kind) => currentActions().some((action) => action.kind === kind));
  fill(
    byId("legend"),
    h("h2", null, t(heads[view()]), canBeBound() || afterNow() ? h("small", null, whichText()) : null),
    h("ul", { class: "key" }, legendRows()),
    view() === "reach" && h("p", { class: "hint" }, [pick(reach().limits), pick(reach().method), t("reachOpen", { y: year(), s: pick(model.scenarios[0].label) })].join(state.lang === "zh" ? "" : " ")),
    !state.projector && schoolKey(),
    kinds.length > 0 && !state.projector && [
      h("h2", null, state.scenario ? t("proposalsFor") : t("proposals")),
      h(
        "ul",
        { class: "key proposals" },
        kinds.map((kind) => legendRow(h("b", { class: "sign " + kind, "aria-hidden": "true" }, SYMBOLS[kind]), t(kind), kind))
      ),
      bound() !== "p50" && h("p", { class: "hint" }, t("flagsCentral")),
      h("p", { class: "hint" }, t("flagNow", { y: year() }) + (state.lang === "zh" ? "；" : "; ") + t("flagLater")),
    ]
  );
}
