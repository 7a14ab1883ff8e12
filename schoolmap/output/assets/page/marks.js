/* Schools, plots, circles and names: placed in pixels. */

/** Pixels per root of a seat, so that all marks together stay a small part of the map. */
function markScale() {
  const schools = schoolsOfStage();
  let total = 0;
  let largest = 1;
  schools.forEach((school) => {
    const seats = sectionOf(school).seats[state.year] || 0;
    total += Math.max(seats, 1);
    largest = Math.max(largest, seats);
  });
  const bounds = allBounds();
  const a = map.latLngToLayerPoint(bounds.getNorthWest());
  const b = map.latLngToLayerPoint(bounds.getSouthEast());
  const room = Math.abs((b.x - a.x) * (b.y - a.y)) * 0.6;
  const byRoom = Math.sqrt((room * 0.04) / Math.max(total, 1));
  const bySize = (schools.length > 120 ? 17 : 20) / Math.sqrt(largest);
  return Math.min(byRoom, bySize);
}

/** Side of the square (or of the square with the circle's area), in pixels. */
const markSide = (seats, scale) => Math.max(4.5, Math.sqrt(Math.max(seats, 0)) * scale);

/** Tag and attributes of a mark. */
function markShape(shape, x, y, side, props) {
  if (shape === "circle") {
    const r = side / Math.sqrt(Math.PI);
    return ["circle", Object.assign({ cx: x.toFixed(1), cy: y.toFixed(1), r: r.toFixed(1) }, props)];
  }
  const box = {
    x: (x - side / 2).toFixed(1),
    y: (y - side / 2).toFixed(1),
    width: side.toFixed(1),
    height: side.toFixed(1),
    rx: Math.min(2, side / 6).toFixed(1),
  };
  return ["rect", Object.assign(box, props)];
}

const markNode = (shape, x, y, side, props) => s.apply(null, markShape(shape, x, y, side, props));

function paintMarks() {
  if (!drawn.coverage) return;
  hideTip();
  const svg = drawn.marksSvg;
  if (!drawn.groups) {
    drawn.groups = { names: s("g", { class: "names" }), poles: s("g"), marks: s("g"), openings: s("g"), circles: s("g"), labels: s("g"), flags: s("g") };
    fill(svg, Object.keys(drawn.groups).map((name) => drawn.groups[name]));
  }
  const { names, poles, marks, openings, circles, labels, flags } = drawn.groups;
  [names, poles, openings, labels, flags].forEach((group) => fill(group));
  const scale = markScale();
  drawn.scale = scale;
  drawn.marks = placeMarks(marks, scale);
  drawn.circles = placeFigures(circles, labels);
  drawn.projects = placeProjects(openings, drawn.marks.concat(drawn.circles));
  const solid = drawn.marks.concat(drawn.circles, drawn.projects);
  drawn.flags = flagsShown() ? placeFlags(poles, flags, solid) : [];
  placeNames(names, solid.concat(drawn.flags));
  [marks, openings].forEach((group) => group.setAttribute("class", "marks" + (view() === "gap" || view() === "diff" ? " quiet" : "")));
  paintLegend();
}

function placeMarks(group, scale) {
  const many = schoolsOfStage().length > 120;
  const picked = state.picked && state.picked.kind === "school" ? state.picked.id : null;
  const placed = [];
  const kept = keep(group);
  // the large ones first, so that a small school is never hidden by a large one
  schoolsOfStage()
    .map((school) => ({ school: school, seats: sectionOf(school).seats[state.year] || 0 }))
    .sort((a, b) => b.seats - a.seats)
    .forEach((item) => {
      const at = map.latLngToLayerPoint([item.school.lat, item.school.lon]);
      const side = item.seats > 0 ? markSide(item.seats, scale) : many ? 5 : 6;
      const half = side / 2 + (many ? 0 : 1.5);
      const names = ["mark"];
      if (item.seats <= 0) names.push("closed");
      if (many) names.push("small");
      if (item.school.id === picked) names.push("picked");
      const props = { class: names.join(" "), "data-school": item.school.id };
      kept.put.apply(null, [item.school.id].concat(markShape(stage().shape, at.x, at.y, side, props)));
      placed.push({ x: at.x - half, y: at.y - half, w: 2 * half, h: 2 * half });
    });
  const plots = placePlots(kept);
  kept.end();
  return placed.concat(plots);
}

const plotsOfStage = () => model.sites.filter((site) => site.stages.indexOf(stage().id) >= 0);

/** Half the diagonal of a listed plot's diamond. */
const PLOT = 6;

/** Listed plots are hollow diamonds; one that a proposal would build on is filled. */
function placePlots(kept) {
  return plotsOfStage().map((site) => {
    const at = map.latLngToLayerPoint([site.lat, site.lon]);
    const corners = [[0, -PLOT], [PLOT, 0], [0, PLOT], [-PLOT, 0]];
    const points = corners.map((c) => (at.x + c[0]).toFixed(1) + "," + (at.y + c[1]).toFixed(1)).join(" ");
    const used = currentActions().some((action) => action.site === site.id);
    kept.put(site.id, "polygon", { class: "mark plot" + (used ? " used" : ""), points: points, "data-plot": site.id });
    return { x: at.x - PLOT - 1, y: at.y - PLOT - 1, w: 2 * PLOT + 2, h: 2 * PLOT + 2 };
  });
}

function plotTip(site) {
  const lines = [site.name, t("plot")];
  if (known(site.max_classes)) lines.push(t("plotClasses", { n: num(site.max_classes) }));
  if (site.ready_from) lines.push(t("plotReady", { y: site.ready_from }));
  const used = currentActions().filter((action) => action.site === site.id);
  used.forEach((action) => lines.push(t(action.kind) + " " + action.opens + " · " + t("proposalSize", { n: num(action.seats) })));
  return site.note ? lines.concat(site.note) : lines;
}

/** More circles than this are many. */
const MANY_CIRCLES = 60;

/** Seats missing or spare in each catchment, and the most of them in any year. */
function gapItems() {
  const items = coverage().catchments.map((area, place) => {
    return { value: balanceAt(place, state.year), at: [area.anchor[1], area.anchor[0]], data: { "data-area": area.id } };
  });
  const missing = missingSeats();
  // a few circles fill the map as far as they can; of many each is so small that they leave it free
  return { items: items, most: largestBalance(), total: items.length > MANY_CIRCLES ? missing.total : 0, share: 0.4 };
}

/** Seats that are missing or spare in all catchments of a year, at most. */
function missingSeats() {
  const key = [shownKey(), edited() ? edits.version : 0].join();
  if (drawn.missing && drawn.missing.key === key) return drawn.missing;
  const sums = model.years.map(() => 0);
  panel().demand.forEach((line, place) =>
    line.forEach((_, at) => {
      const gap = Math.abs(balanceAt(place, at) || 0);
      sums[at] += gap;
    })
  );
  drawn.missing = { key: key, total: Math.max.apply(null, sums.concat(1)) };
  return drawn.missing;
}

/** Children of each small area who live out of reach, and the most of them in any year. */
function reachItems() {
  let most = 1;
  const sums = model.years.map(() => 0);
  const items = reach().areas.map((area, place) => {
    area.beyond.forEach((value, at) => {
      most = Math.max(most, value || 0);
      sums[at] += value || 0;
    });
    const beyond = area.beyond[state.year];
    return { value: known(beyond) ? -beyond : null, at: [area.lat, area.lon], data: { "data-reach": place }, text: num(beyond) };
  });
  return { items: items, most: most, total: Math.max.apply(null, sums) };
}

/** Pixels per root of a seat or a child for circles; fixed over years. Many circles leave most of the map free. */
function circleScale(most, total, share) {
  const size = map.getSize();
  const room = Math.min(size.x, size.y) / (narrow() ? 11 : 13);
  const zoom = map.getZoom() - map.getBoundsZoom(allBounds());
  const bounds = allBounds();
  const a = map.latLngToLayerPoint(bounds.getNorthWest());
  const b = map.latLngToLayerPoint(bounds.getSouthEast());
  const free = Math.sqrt((Math.abs((b.x - a.x) * (b.y - a.y)) * share) / Math.PI / Math.max(total, 1));
  return Math.min((clamp(room, 20, 44) * Math.pow(2, clamp(zoom, 0, 2) / 3)) / Math.sqrt(most), total ? free : Infinity);
}

function placeCircles(group, names, shown) {
  const scale = circleScale(shown.most, shown.total || 0, shown.share || 0.045);
  if (shown.items.length) drawn.ringScale = scale;
  const kept = keep(group);
  const placed = [];
  const labels = [];
  // of a hundred villages only those carry their number whose circle holds it
  const many = shown.items.length > MANY_CIRCLES;
  shown.items.forEach((item, place) => {
    const balance = item.value;
    if (balance === null || Math.round(balance) === 0) return;
    const at = map.latLngToLayerPoint(item.at);
    const r = Math.max(many ? 1.5 : 3, Math.sqrt(Math.abs(balance)) * scale);
    const text = item.text || (balance < 0 ? "−" : "+") + num(Math.abs(balance));
    const inside = textWidth(text, "600 12px") < 2 * r - 4;
    const kind = balance < 0 ? "short" : "spare";
    const circle = { class: "gap " + kind, cx: at.x.toFixed(1), cy: at.y.toFixed(1), r: r.toFixed(1) };
    kept.put(view() + place, "circle", Object.assign(circle, item.data));
    const box = { x: at.x - r, y: at.y - r, w: 2 * r, h: 2 * r };
    placed.push(box);
    if (inside || !many) labels.push({ text: text, at: at, r: r, inside: inside, kind: kind });
  });
  kept.end();
  const taken = takenBoxes(placed);
  labels.forEach((label) =>
    circleLabel(names, label, taken).forEach((box) => {
      taken.add(box);
      placed.push(box);
    })
  );
  return placed;
}

/** The number of a circle: in it, or on a side where nothing is in the way; else the list tells it. */
function circleLabel(group, label, taken) {
  const w = textWidth(label.text, "600 12px") + 4;
  const gap = label.r + 3;
  const sides = [[0, gap + 7], [0, -gap - 7], [gap + w / 2, 0], [-gap - w / 2, 0]];
  const boxes = sides.map((side) => ({ x: label.at.x + side[0] - w / 2, y: label.at.y + side[1] - 7, w: w, h: 14 }));
  const free = boxes.find((box) => !taken.meets(box));
  if (!label.inside && !free) return [];
  const box = label.inside ? { x: label.at.x - w / 2, y: label.at.y - 7, w: w, h: 14 } : free;
  const name = "gap-text" + (label.inside ? " in-" + label.kind : "");
  group.appendChild(s("text", { class: name, x: (box.x + w / 2).toFixed(1), y: (box.y + 11.3).toFixed(1) }, label.text));
  return [box];
}

/** Names of catchments come last: where they fit their areas and hide nothing. */
function placeNames(group, taken) {
  if (coverage().catchments.length > 400) return;
  const origin = map.containerPointToLayerPoint([0, 0]);
  const size = map.getSize();
  const frame = { x: origin.x, y: origin.y, w: size.x, h: size.y };
  const inside = (box) =>
    box.x > frame.x && box.y > frame.y && box.x + box.w < frame.x + frame.w && box.y + box.h < frame.y + frame.h;
  const full = takenBoxes(taken.concat(controlBoxes(origin, size)));
  let visible = 0;
  const named = [];
  coverage().catchments.forEach((area, place) => {
    const bounds = index.bounds[stage().coverage][place];
    const a = map.latLngToLayerPoint(bounds.getNorthWest());
    const b = map.latLngToLayerPoint(bounds.getSouthEast());
    const w = textWidth(area.name, "11px") + 4;
    if (meet(frame, { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y })) visible += 1;
    if (w > (b.x - a.x) * 0.92 || b.y - a.y < 18) return;
    const at = map.latLngToLayerPoint([area.anchor[1], area.anchor[0]]);
    const spots = [0, -15, 15, -28, 28, -42, 42].map((dy) => ({ x: at.x - w / 2, y: at.y + dy - 7, w: w, h: 14 }));
    const box = spots.find(
      (spot) => spot.y > a.y && spot.y + 14 < b.y && inside(spot) && !full.meets(spot)
    );
    if (!box) return;
    full.add(box);
    named.push(s("text", { class: inkOn(colourOf(place)) === INK ? null : "light", x: (box.x + w / 2).toFixed(1), y: (box.y + 11).toFixed(1) }, area.name));
  });
  // a few names among many nameless areas would only raise questions
  if (named.length >= visible * 0.4) append(group, named);
}
