/* Card: how a number came about, step by step, each with its value and its source. */

function originSteps(place) {
  const p = panel();
  const at = state.year;
  const children = p.children[place][at];
  const demand = p.demand[place][at];
  if (!known(children) || !known(demand)) return null;
  const leaving = p.leaving.length ? p.leaving[place][at] : 0;
  const coming = p.coming.length ? p.coming[place][at] : 0;
  const attend = demand + leaving - coming;
  const moves = leaving >= 0.5 || coming >= 0.5;
  const share = { p: percent(children ? attend / children : null) };
  const steps = childrenSteps(place, children);
  if (children - attend >= 0.5) steps.push({ label: t("howStay"), from: attend, to: children, kind: "minus", sign: "−", source: pick(stage().attendance_note) });
  else steps.push({ label: t("howAll"), from: 0, to: attend, kind: "light", source: pick(stage().attendance_note) });
  if (moves) {
    steps.push({ label: t("howResident", share), from: 0, to: attend, kind: "plain" });
    if (leaving >= 0.5) steps.push({ label: t("howLeaving"), from: attend - leaving, to: attend, kind: "minus", sign: "−", source: t("srcFlows") });
    if (coming >= 0.5) steps.push({ label: t("howComing"), from: attend - leaving, to: demand, kind: "light", sign: "+", source: t("srcFlows") });
  }
  steps.push({ label: moves ? t("howNeeded") : t("howAttend", share), from: 0, to: demand, kind: "demand", strong: true });
  return steps.concat(shownSteps(place, demand));
}

/** Children counted, born since, and what moves and time have done: where the model can tell them apart. */
function childrenSteps(place, children) {
  const p = panel();
  const at = state.year;
  const whole = { label: t("howChildren", { a: agesText() }), from: 0, to: children, kind: "plain", strong: true, source: areasText(place) };
  const born = p.children_born[place][at];
  if (!p.origin) {
    const steps = [Object.assign(whole, { source: model.population.method + " " + pick(model.population.name) })];
    if (known(born)) steps.push({ label: t("howBorn", { d: model.population_date }), from: 0, to: born, kind: "light" });
    if (known(born) && children - born >= 0.5) steps.push({ label: t("howLater"), from: born, to: children, kind: "light hatched", sign: "+" });
    return steps;
  }
  const begun = p.origin.begun[place][at];
  const births = p.origin.births[place][at];
  const rest = children - begun - births;
  const steps = [{ label: t("howBegun", { y: p.origin.since }), from: 0, to: begun, kind: "light", source: t("srcCount", { d: model.population_date }) }];
  if (births >= 0.05) steps.push({ label: t("howBirths"), from: begun, to: begun + births, kind: "light hatched", sign: "+", source: t("srcBirths", { m: pick(model.population.name) }) });
  steps.push({
    label: t("howMoved", { y: p.origin.since }),
    from: Math.min(children, begun + births),
    to: Math.max(children, begun + births),
    kind: rest < 0 ? "minus" : "light",
    sign: Math.round(rest) === 0 ? "±" : rest < 0 ? "−" : "+",
    source: t("srcMoved", { m: pick(model.population.name) }),
  });
  return steps.concat(whole);
}

/** From which small areas the children were assigned to this catchment. */
function areasText(place) {
  const origin = panel().origin;
  if (!origin || !origin.areas[place]) return "";
  const base = model.years.indexOf(model.base_year);
  const here = base < 0 ? null : panel().children[place][base];
  const parts = { n: num(origin.areas[place]), w: num(origin.whole[place]), h: num(here), y: model.base_year };
  return origin.whole[place] - here < 0.5 ? t("srcAreasWhole", parts) : t("srcAreas", parts);
}

/** From the central demand to the one that is shown, and to the seats. */
function shownSteps(place, demand) {
  const figures = shown();
  const needed = figures.demand[place][state.year];
  const seats = figures.seats[place][state.year];
  const steps = [];
  if (Math.abs(needed - demand) >= 0.05) {
    const step = { from: Math.min(needed, demand), to: Math.max(needed, demand), kind: needed < demand ? "minus" : "light hatched", sign: needed < demand ? "−" : "+" };
    steps.push(Object.assign(step, afterNow() ? { label: t("howMovedAfter"), source: t("srcProposals") } : { label: t("howBound", { b: bound().toUpperCase() }), source: pick(model.population.accuracy_note) }));
    steps.push({ label: t(afterNow() ? "howNeededAfter" : "howNeededBound", { b: bound().toUpperCase() }), from: 0, to: needed, kind: "demand", strong: true });
  }
  if (!known(seats)) return steps;
  const before = panel().seats[place][state.year];
  steps.push({ label: t("howSeats"), from: 0, to: before, kind: "seats", source: t("srcSeats") });
  if (Math.abs(seats - before) >= 0.05)
    steps.push({ label: t("howSeatsAfter"), from: Math.min(seats, before), to: Math.max(seats, before), kind: "spare", sign: seats < before ? "−" : "+", source: t("srcProposals") });
  const short = needed > seats;
  steps.push({ label: t(short ? "howShort" : "howSpare"), from: Math.min(needed, seats), to: Math.max(needed, seats), kind: short ? "short" : "spare", strong: true });
  return steps;
}

function originBlock(place) {
  const steps = originSteps(place);
  if (!steps) return null;
  const most = Math.max.apply(null, steps.map((step) => step.to).concat(1));
  return [
    h("h3", null, t("how")),
    h("ol", { class: "fall" }, steps.map((step) => fallRow(step, most))),
    h("p", null, h("button", { type: "button", class: "link", on: { click: () => openPage("population") } }, t("howMore"))),
  ];
}

function fallRow(bar, most) {
  const width = 252;
  const a = (bar.from / most) * width;
  const b = (bar.to / most) * width;
  return h(
    "li",
    { class: bar.strong ? "strong" : null },
    h("span", null, bar.label),
    h("b", null, (bar.sign || "") + num(bar.to - bar.from)),
    s(
      "svg",
      { viewBox: `0 0 ${width} 7`, preserveAspectRatio: "none", "aria-hidden": "true" },
      s("rect", { class: "bar-ground", width: width, height: 7 }),
      s("rect", { class: "bar " + bar.kind, x: a.toFixed(1), width: Math.max(1, b - a).toFixed(1), height: 7 })
    ),
    bar.source && h("span", { class: "hint source" }, bar.source)
  );
}
