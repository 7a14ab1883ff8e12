/* Page: where the children come from. */

/** A table of texts: the first `words` columns hold words, the others figures. */
function figuresTable(heads, words, rows) {
  const side = (i) => (i < words ? null : "n");
  const cells = (row) => row.map((cell, i) => h(i ? "td" : "th", { class: side(i), scope: i ? null : "row" }, cell));
  return h(
    "div",
    { class: "wide whole-words" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: side(i) }, head)))),
      h("tbody", null, rows.map((row) => h("tr", null, cells(row))))
    )
  );
}

/** Per cent of the model, which are already hundredths. */
function hundredths(value, signed) {
  if (!known(value)) return "–";
  const size = Math.abs(value).toFixed(1);
  const sign = Number(size) === 0 || value > 0 ? (signed && Number(size) ? "+" : "") : "−";
  return sign + size + (state.lang === "en" ? " %" : "%");
}

const labelOf = (items, id) => pick((items.find((item) => item.id === id) || {}).label) || id;

const MOST_PEAKS = 12;

function peakTable() {
  const names = [t("stage"), t("popWhere")].concat(model.scenarios.length > 1 ? t("scenario") : []);
  const figures = [t("popBase", { y: model.base_year }), t("popPeakYear"), t("popPeak"), t("popLast", { y: last(model.years) }), t("popChange")];
  const rows = model.population.peaks.map((peak) => {
    const words = [labelOf(model.stages, peak.stage), pick(peak.where), labelOf(model.scenarios, peak.scenario)].slice(0, names.length);
    const turn = h("span", { class: "turn" }, (TURNS[peak.direction] || "") + " " + t(peak.direction));
    return [
      // a phone has no room for four columns of words
      ...(narrow() ? [h("span", null, h("b", null, words[0]), h("span", { class: "hint" }, words.slice(1).join(" · ")), turn)] : [...words, turn]),
      num(peak.base),
      String(peak.peak_year),
      num(peak.peak),
      num(peak.last),
      hundredths(peak.change, true),
    ];
  });
  const heads = (narrow() ? [t("stage")] : [...names, t("popTurn")]).concat(figures);
  const words = heads.length - figures.length;
  // a long list would hide the method: the first scenario is shown, the others are folded
  const shown = rows.length > MOST_PEAKS ? model.population.peaks.filter((peak) => peak.scenario === model.scenarios[0].id).length : rows.length;
  const others = rows.slice(shown);
  return [
    figuresTable(heads, words, rows.slice(0, shown)),
    h("p", { class: "hint" }, t("popPeaksNote")),
    others.length > 0 && h("details", null, h("summary", null, t("popOthers")), figuresTable(heads, words, others)),
  ];
}

/** Births of every scenario over the cohorts, from zero; the first scenario on top. */
function birthsChart() {
  const lines = model.population.births;
  if (!lines.length) return h("p", null, t("popNoBirths"));
  const width = narrow() ? 320 : 760;
  const height = 220;
  const box = { l: 52, r: 14, t: 22, b: 36 };
  const years = [].concat.apply([], lines.map((line) => line.years));
  const first = Math.min.apply(null, years);
  const final = Math.max.apply(null, years);
  const top = Math.max.apply(null, [].concat.apply([], lines.map((line) => line.births)).concat(1));
  const inner = niceTicks(0, top, 4);
  const ticks = last(inner) < top ? inner.concat(last(inner) + (inner[1] || top)) : inner;
  const x = (when) => box.l + ((when - first) * (width - box.l - box.r)) / Math.max(1, final - first);
  const y = (v) => height - box.b - (v / last(ticks)) * (height - box.t - box.b);
  const svg = s("svg", { class: "births", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("popBirths") });
  ticks.forEach((v) => {
    svg.appendChild(s("line", { class: "grid", x1: box.l, x2: width - box.r, y1: y(v), y2: y(v) }));
    svg.appendChild(s("text", { class: "tick", x: box.l - 6, y: y(v) + 4, "text-anchor": "end" }, num(v)));
  });
  const step = [1, 2, 5, 10, 20].find((n) => ((width - box.l - box.r) * n) / Math.max(1, final - first) >= 34) || 50;
  for (let when = Math.ceil(first / step) * step; when <= final; when += step)
    svg.appendChild(s("text", { class: "tick", x: x(when), y: height - box.b + 16, "text-anchor": "middle" }, when));
  svg.appendChild(s("text", { class: "tick", x: 2, y: 11 }, t("popBirthsAxis")));
  svg.appendChild(s("text", { class: "tick", x: width - box.r, y: height - 4, "text-anchor": "end" }, t("popCohort")));
  const look = (i) => "births-line b" + (i % 4);
  lines
    .map((line, i) => s("path", { class: look(i), d: line.years.map((when, k) => (k ? "L" : "M") + x(when).toFixed(1) + " " + y(line.births[k]).toFixed(1)).join("") }))
    .reverse()
    .forEach((path) => svg.appendChild(path));
  const keys = lines.map((line, i) =>
    h(
      "span",
      { class: "births-key" },
      s("svg", { width: 34, height: 10, "aria-hidden": "true" }, s("path", { class: look(i), d: "M1 5H33" })),
      labelOf(model.scenarios, line.scenario) + (line.births.length ? colon() + line.years[0] + " " + num(line.births[0]) + " → " + last(line.years) + " " + num(last(line.births)) : "")
    )
  );
  return h("figure", null, svg, h("figcaption", { class: "births-keys" }, keys));
}

/** Stage by horizon: our error beside that of the plain methods, then our bias, tail and coverage. */
function accuracyTable() {
  const found = model.population.accuracy;
  const cells = new Map();
  const others = [];
  found.forEach((row) => {
    const key = row.stage + "\n" + row.horizon;
    if (!cells.has(key)) cells.set(key, { ours: null, plain: {} });
    if (row.ours) cells.get(key).ours = row;
    else cells.get(key).plain[pick(row.method)] = row.mape;
    if (!row.ours && others.indexOf(pick(row.method)) < 0) others.push(pick(row.method));
  });
  const tested = Array.from(cells.values()).filter((cell) => cell.ours);
  if (!tested.length) return null;
  const rows = tested.map((cell) => {
    const ours = cell.ours;
    const best = others.every((name) => !known(cell.plain[name]) || ours.mape <= cell.plain[name]);
    return [
      labelOf(model.stages, ours.stage),
      num(ours.horizon),
      num(ours.forecasts),
      h("b", null, hundredths(ours.mape)),
      ...others.map((name) => hundredths(cell.plain[name])),
      hundredths(ours.malpe, true),
      hundredths(ours.p90),
      hundredths(ours.coverage),
      (best ? "✓ " : "✗ ") + t(best ? "yes" : "no"),
    ];
  });
  const heads = [t("stage"), t("popAhead"), t("popTested"), t("popOurs")].concat(others, t("popBias"), t("popMost"), t("popWithin"), t("popBest"));
  return [figuresTable(heads, 1, rows), h("p", { class: "hint" }, t("popErrorsNote", { m: pick(tested[0].ours.method) }))];
}

function populationBody() {
  const people = model.population;
  const passed = people.passed_over.map((item) => [item.method + " " + pick(item.name), pick(item.reason)]);
  return [
    block("popPeaks", people.peaks.length > 0 && peakTable()),
    block("popMethod", h("p", null, h("b", null, t("popCode", { m: people.method }) + colon() + pick(people.name)), " – " + pick(people.reason))),
    block("popPassed", passed.length > 0 && figuresTable([t("popBetter"), t("popLacks")], 2, passed)),
    block("popFacts", people.facts.length > 0 && list(people.facts.map(pick))),
    block("popBirths", birthsChart()),
    block("popErrors", [h("p", null, pick(people.accuracy_note)), accuracyTable()]),
  ];
}
