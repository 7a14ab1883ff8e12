/* Flags of proposals: placed in pixels, hiding nothing and not each other. */

/** Offsets of a flag's box from its foot, nearest and most upright first. */
function flagSpots(w, height) {
  const spots = [];
  const near = narrow();
  (near ? [24, 38] : [26, 40, 56, 76]).forEach((up) => {
    spots.push({ x: 0, y: -up, side: 1 }, { x: -w, y: -up, side: -1 });
  });
  (near ? [14, 28] : [14, 30, 48]).forEach((down) => {
    spots.push({ x: 0, y: down, side: 1 }, { x: -w, y: down, side: -1 });
  });
  (near ? [40] : [44, 62, 80, 100]).forEach((far) => {
    for (let i = 0; i < 16; i += 1) {
      const turn = (i * Math.PI) / 8;
      const dx = Math.cos(turn) * far;
      const dy = Math.sin(turn) * far - height / 2;
      spots.push({ x: dx < 0 ? dx - w : dx, y: dy, side: dx < 0 ? -1 : 1 });
    }
  });
  return spots;
}

/** Where no flag may stand: the map's own controls, in layer pixels. */
function controlBoxes(origin, size) {
  return [
    { x: origin.x, y: origin.y, w: 48, h: 120 },
    { x: origin.x, y: origin.y + size.y - 46, w: 190, h: 46 },
  ];
}

/** The year that a flag names: when a proposal opens; else when what it tells of begins. */
const opensIn = (action) => (known(action.opens) ? action.opens : action.first_year);

function flagState(action) {
  const from = opensIn(action);
  // what is built stays; a review and what is unsolved hold as long as they are told
  const stays = known(action.opens) && action.kind !== "unsolved" && !known(action.until);
  const to = known(action.until) ? action.until : action.last_year;
  if (from > year()) return "later";
  return !stays && to < year() ? "past" : "now";
}

/** Of hundreds of proposals in sight so many are written out and so many more shown as symbols; the list has all. */
const MOST_FLAGS = 24;
const MOST_BADGES = 60;

/**
 * Place the flags greedily, the worst first. A flag that finds no free place
 * shrinks to its symbol; nothing hides a school, a circle or another flag.
 */
/** Where more catchments than this have seats to spare, those flags shrink to symbols: a colour tells it already. */
const MOST_SPARE_FLAGS = 6;

function placeFlags(poles, group, obstacles) {
  const origin = map.containerPointToLayerPoint([0, 0]);
  const size = map.getSize();
  const frame = { x: origin.x + 4, y: origin.y + 4, w: size.x - 8, h: size.y - 8 };
  const taken = takenBoxes(obstacles.concat(controlBoxes(origin, size)));
  const inFrame = (box) =>
    box.x >= frame.x && box.y >= frame.y && box.x + box.w <= frame.x + frame.w && box.y + box.h <= frame.y + frame.h;
  const isFree = (box) => inFrame(box) && !taken.meets(box);
  const small = narrow();
  const order = flaggedActions().map((action) => ({ action: action, state: flagState(action) }));
  const weight = { now: 1, later: 2, past: 3 };
  const spare = (item) => item.action.kind === "review";
  // shortages take their places first
  const rank = (item) => (item.action.catchment === pickedArea() ? 0 : weight[item.state] + (spare(item) ? 3 : 0));
  const manySpare = order.filter(spare).length > MOST_SPARE_FLAGS;
  order.sort((a, b) => rank(a) - rank(b));
  const told = new Set();
  const placed = [];
  const feet = new Map(order.map((item) => [item, map.latLngToLayerPoint([item.action.lat, item.action.lon])]));
  const inSight = order.filter((item) => inFrame({ x: feet.get(item).x, y: feet.get(item).y, w: 0, h: 0 }));
  inSight.slice(0, MOST_FLAGS + MOST_BADGES).forEach((item, number) => {
    const foot = feet.get(item);
    const text = flagText(item.action);
    const font = small ? "600 11px" : "600 12px";
    const w = Math.ceil(textWidth(text, font)) + 24;
    const hFlag = small ? 18 : 20;
    // a shortage is told once: further proposals for it are symbols, as are all beside the circles of the gap view
    const again = told.has(item.action.catchment);
    told.add(item.action.catchment);
    const aside = item.state === "past" || (manySpare && spare(item));
    const short = again || number >= MOST_FLAGS || view() === "gap" || view() === "reach" || (aside && rank(item) > 0);
    const forms = short ? [] : [{ text: text, w: w, h: hFlag }];
    forms.push({ text: SYMBOLS[item.action.kind], w: 20, h: 20, badge: true });
    forms.some((form) => {
      const spots = form.badge ? badgeSpots() : flagSpots(form.w, form.h);
      const spot = spots.find((at) => isFree({ x: foot.x + at.x, y: foot.y + at.y, w: form.w, h: form.h }));
      if (!spot) return false;
      const box = { x: foot.x + spot.x, y: foot.y + spot.y, w: form.w, h: form.h };
      taken.add({ x: box.x - 2, y: box.y - 2, w: box.w + 4, h: box.h + 4 });
      drawFlag(poles, group, item, form, box, foot, spot.side);
      placed.push(Object.assign({ id: item.action.id, full: !form.badge }, box));
      return true;
    });
  });
  return placed;
}

function badgeSpots() {
  const spots = [];
  (narrow() ? [18, 26, 36, 48] : [18, 30, 44, 62, 84]).forEach((far) => {
    for (let i = 0; i < 12; i += 1) {
      const turn = (i * Math.PI) / 6 - Math.PI / 3;
      spots.push({ x: Math.cos(turn) * far - 10, y: Math.sin(turn) * far - 10, side: 1 });
    }
  });
  return spots;
}

function drawFlag(poles, group, item, form, box, foot, side) {
  const action = item.action;
  const names = "flag " + (narrow() ? "tiny " : "") + item.state + (action.kind === "review" ? " review" : "");
  const endX = form.badge ? box.x + box.w / 2 : side > 0 ? box.x : box.x + box.w;
  const endY = form.badge ? box.y + box.h / 2 : box.y + (box.y < foot.y ? box.h : 0);
  const tipY = form.badge ? endY : box.y + (box.y < foot.y ? 0 : box.h);
  const d = `M${foot.x.toFixed(1)} ${foot.y.toFixed(1)}L${endX.toFixed(1)} ${endY.toFixed(1)}V${tipY.toFixed(1)}`;
  // a light edge keeps the pole visible on every fill
  append(poles, [s("path", { class: "pole-edge", d: d }), s("path", { class: "pole " + names, d: d })]);
  poles.appendChild(s("circle", { class: "foot " + names, cx: foot.x.toFixed(1), cy: foot.y.toFixed(1), r: 2.2 }));
  const node = s("g", { class: names, "data-area": action.catchment, "data-action": action.id });
  if (form.badge) {
    node.appendChild(s("circle", { cx: endX.toFixed(1), cy: endY.toFixed(1), r: 9.5 }));
    node.appendChild(s("text", { x: endX.toFixed(1), y: (endY + 4.5).toFixed(1), "text-anchor": "middle" }, form.text));
  } else {
    node.appendChild(s("path", { d: pennant(box, side) }));
    const x = side > 0 ? box.x + 7 : box.x + box.w - 7;
    const anchor = side > 0 ? "start" : "end";
    node.appendChild(
      s("text", { x: x.toFixed(1), y: (box.y + box.h / 2 + 4.3).toFixed(1), "text-anchor": anchor }, form.text)
    );
  }
  group.appendChild(node);
}

/** A swallow-tailed pennant whose straight side is at the pole. */
function pennant(box, side) {
  const near = side > 0 ? box.x : box.x + box.w;
  const far = side > 0 ? box.x + box.w : box.x;
  const notch = far - side * 6;
  const f = (value) => value.toFixed(1);
  return `M${f(near)} ${f(box.y)}H${f(far)}L${f(notch)} ${f(box.y + box.h / 2)}L${f(far)} ${f(box.y + box.h)}H${f(near)}Z`;
}

function clickMark(event) {
  const node = event.target.closest("[data-school],[data-area]");
  if (!node) return;
  event.stopPropagation();
  if (node.dataset.school) choose({ kind: "school", id: node.dataset.school });
  else choose({ kind: "catchment", id: node.dataset.area });
}

function hoverMark(event) {
  const node = event.target.closest("[data-school],[data-plot],[data-project],[data-area],[data-reach]");
  if (!node) return hideTip();
  if (node.dataset.reach) return showTip(event, reachTip(reach().areas[node.dataset.reach]));
  if (node.dataset.school) return showTip(event, schoolTip(index.school.get(node.dataset.school)));
  if (node.dataset.project) return showTip(event, projectTip(model.projects.find((project) => project.id === node.dataset.project)));
  if (node.dataset.plot) return showTip(event, plotTip(model.sites.find((site) => site.id === node.dataset.plot)));
  return showTip(event, areaTip(placeOf(node.dataset.area)));
}
