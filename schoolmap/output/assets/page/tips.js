/* The tip under the pointer. */

function balanceWords(balance) {
  if (balance === null) return t("unknown");
  return (balance < 0 ? t("short") : t("spare")) + " " + num(Math.abs(balance));
}

function areaTip(place) {
  const p = shown();
  const lines = [
    percent(useAt(place, state.year)) + " · " + balanceWords(balanceAt(place, state.year)),
    t("demand") + " " + num(p.demand[place][state.year]) + " · " + t("seats") + " " + num(p.seats[place][state.year]),
  ];
  if (view() === "diff") lines.push(changeTip(place));
  if (bound() !== "p50" || afterNow()) lines.push(whichText());
  return [coverage().catchments[place].name].concat(lines);
}

/** How much the other side of the comparison differs. */
function changeTip(place) {
  const change = changeAt(place, state.year);
  const balance = changeOfBalance(place, state.year);
  const points = known(change) ? t("points", { n: signed(change * 100) }) : "–";
  return comparedText() + colon() + points + " · " + (known(balance) ? signedBalance(balance) : "–") + " " + t("seats");
}

function reachTip(area) {
  const at = state.year;
  const lines = [area.name, t("reachOf", { n: num(area.beyond[at]), m: num(area.children[at]) })];
  if (known(area.way_m)) lines.push(t("reachNearest", { s: area.nearest, d: metres(area.way_m) }));
  return lines;
}

/** A length as people say it: metres, or kilometres from two on. */
function metres(value) {
  return value < 2000 ? num(Math.round(value / 10) * 10) + " m" : num(value / 1000, 1) + " km";
}

function schoolTip(school) {
  const section = sectionOf(school);
  const lines = [school.name, t("seatsUnit", { n: num(section.seats[state.year]) }) + " (" + year() + ")"];
  if (known(section.enrolment))
    lines.push(t("enrolled") + " " + num(section.enrolment) + (section.enrolment_year ? " (" + section.enrolment_year + ")" : ""));
  return lines;
}

function showTip(event, lines) {
  const tip = byId("tip");
  const frame = unscaled(byId("map-frame"), event);
  fill(tip, lines.map((line, i) => h(i ? "span" : "b", null, line)));
  tip.hidden = false;
  const x = frame.x;
  const y = frame.y;
  tip.style.left = clamp(x + 14, 4, Math.max(4, frame.width - tip.offsetWidth - 4)) + "px";
  tip.style.top = (y + 18 + tip.offsetHeight > frame.height ? y - tip.offsetHeight - 12 : y + 18) + "px";
}

function hideTip() {
  const tip = byId("tip");
  if (tip) tip.hidden = true;
}
