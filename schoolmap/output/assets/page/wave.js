/* Bottom: the wave, which is the slider. */

function waveBox() {
  const width = byId("strip").clientWidth;
  const slim = width < 700;
  return { w: width, h: 128, l: slim ? 54 : 84, r: slim ? 66 : 78, t: 22, b: 49, slim: slim };
}

/** The sums that the strip draws: of the demand that is shown, within the whole interval. */
function waveTotals() {
  const figures = shown();
  return Object.assign({}, panel().totals, { demand: figures.total, seats: figures.totalSeats, short: figures.short });
}

function paintWave() {
  const box = waveBox();
  const totals = waveTotals();
  const n = model.years.length;
  const plot = box.w - box.l - box.r;
  const x = (i) => box.l + (i * plot) / Math.max(1, n - 1);
  const values = totals.p10.concat(totals.p90, totals.seats, totals.demand).filter(known);
  const low = Math.min.apply(null, values.concat(Infinity));
  const high = Math.max.apply(null, values.concat(low + 1));
  const pad = (high - low) * 0.03 || 1;
  const y = (v) => box.h - box.b - ((v - low + pad) / (high - low + 2 * pad)) * (box.h - box.t - box.b);
  const svg = s("svg", { width: box.w, height: box.h, "aria-hidden": "true" });
  const ticks = niceTicks(low, high, 4).slice(0, 4);
  ticks.forEach((v) => {
    svg.appendChild(s("line", { class: "grid", x1: box.l, x2: box.w - box.r, y1: y(v), y2: y(v) }));
    svg.appendChild(s("text", { class: "tick", x: box.l - 8, y: y(v) + 4, "text-anchor": "end" }, num(v)));
  });
  svg.appendChild(s("path", { class: "band", d: bandPath(totals.p10, totals.p90, x, y) }));
  const born = bornMark(totals, x, box);
  append(svg, born.slice(0, 1));
  svg.appendChild(s("path", { class: "line-seats", d: stepPath(totals.seats, x, y) }));
  svg.appendChild(s("path", { class: "line-demand", d: linePath(totals.demand, x, y) }));
  endLabels(svg, totals, x(n - 1) + 11, y, box);
  handle(svg, totals, x, y, box);
  append(svg, born.slice(1));
  yearLabels(x, box.slim ? 36 : 38).forEach((i) =>
    svg.appendChild(
      s("text", { class: "tick" + (i === state.year ? " now" : ""), x: x(i), y: box.h - 6, "text-anchor": "middle" }, model.years[i])
    )
  );
  fill(byId("wave"), svg);
  const range = byId("year");
  range.style.left = box.l - 9 + "px";
  range.style.width = plot + 18 + "px";
  drawn.waveX = x;
}

/** Names at the right end of the two lines, pushed apart if the lines end together. */
function endLabels(svg, totals, x, y, box) {
  const a = y(last(totals.demand));
  const b = y(last(totals.seats));
  const middle = (a + b) / 2;
  const apart = Math.abs(a - b) >= 14;
  const up = a <= b ? -7 : 7;
  const ya = clamp(apart ? a : middle + up, box.t + 4, box.h - box.b);
  const yb = clamp(apart ? b : middle - up, box.t + 4, box.h - box.b);
  // the lane of words below the lines stays free
  const lift = Math.max(0, Math.max(ya, yb) - (box.h - box.b - 5));
  // at the upper edge both would be moved onto each other
  const crowd = Math.max(0, 13 - Math.abs(ya - yb));
  const down = (own, other) => own + (own > other || (own === other && a > b) ? crowd : 0);
  svg.appendChild(s("text", { class: "end-demand", x: x, y: down(ya, yb) - lift + 4 }, t("demand")));
  svg.appendChild(s("text", { class: "end-seats", x: x, y: (ya === yb && a <= b ? yb + crowd : down(yb, ya)) - lift + 4 }, t("seats")));
}

/** A dashed line where part of the children is a guess; its words have a lane of their own. */
function bornMark(totals, x, box) {
  const at = totals.born_share.findIndex((share) => known(share) && share < 0.9995);
  if (at < 0) return [];
  const lane = box.h - box.b + 11;
  const fill = { y: model.years[at], d: model.population_date };
  const cursor = x(state.year);
  const places = [];
  [t("unborn", fill), t("unbornShort", fill)].forEach((words) => {
    const wide = textWidth(words, "12px");
    [true, false].forEach((right) => {
      const from = right ? x(at) + 5 : x(at) - 5 - wide;
      const crossed = from - 4 < cursor && cursor < from + wide + 4;
      if (from >= box.l - 4 && from + wide <= box.w - 6) places.push({ words: words, right: right, crossed: crossed });
    });
  });
  // the words keep clear of the year handle wherever there is a place that does
  const clear = places.find((item) => !item.crossed);
  const place = clear || places[places.length - 1];
  if (!place) return [];
  const { words, right } = place;
  // else they step over it, if they end within the strip
  const over = cursor + 8;
  const stepped = !clear && over + textWidth(words, "12px") <= box.w - 6;
  const from = stepped ? over : x(at) + (right ? 5 : -5);
  return [
    s("line", { class: "unborn", x1: x(at), x2: x(at), y1: box.t, y2: lane + 2 }),
    s("text", { class: "unborn-text", x: from, y: lane, "text-anchor": right || stepped ? "start" : "end" }, words),
  ];
}

function handle(svg, totals, x, y, box) {
  const at = state.year;
  const cx = x(at);
  const figures = [
    t("handleDemand", { n: num(totals.demand[at]) }) + (bound() === "p50" ? "" : " (" + bound().toUpperCase() + ")"),
    t("handleSeats", { n: num(totals.seats[at]) }),
    t("handleShort", { n: num(totals.short[at]) }),
  ];
  let parts = [String(year())].concat(figures);
  const wide = (words) => textWidth(words.join(" 00"), "600 12px");
  if (wide(parts) > box.w - 20) parts = parts.slice(0, 3);
  const width = wide(parts);
  // stay inside the strip: beside the handle where there is room, else pushed back
  const after = cx + 8 + width <= box.w - 6;
  const before = !after && cx - 8 - width >= 6;
  const left = after ? cx + 8 : before ? cx - 8 : clamp(cx - width / 2, 6, box.w - 6 - width);
  const top = after || before ? 4 : box.t - 4;
  svg.appendChild(s("line", { class: "handle-line", x1: cx, x2: cx, y1: top, y2: box.h - box.b + 18 }));
  const text = s("text", { class: "handle-text", x: left, y: 15, "text-anchor": before ? "end" : "start" });
  parts.forEach((part, i) => text.appendChild(s("tspan", { dx: i ? 10 : 0, class: i === 3 ? "short" : null }, part)));
  svg.appendChild(text);
  if (known(totals.demand[at])) svg.appendChild(s("circle", { class: "handle", cx: cx, cy: y(totals.demand[at]), r: 6 }));
}

function setUpWave() {
  const range = byId("year");
  range.min = 0;
  range.max = model.years.length - 1;
  range.addEventListener("input", () => {
    stop();
    update({ year: Number(range.value) });
  });
  const strip = byId("wave");
  const drag = (event) => {
    const x = unscaled(strip, event).x;
    let best = 0;
    model.years.forEach((_, i) => {
      if (Math.abs(drawn.waveX(i) - x) < Math.abs(drawn.waveX(best) - x)) best = i;
    });
    if (best !== state.year) update({ year: best });
  };
  strip.addEventListener("pointerdown", (event) => {
    stop();
    strip.setPointerCapture(event.pointerId);
    drag(event);
    range.focus({ preventScroll: true });
    event.preventDefault();
  });
  strip.addEventListener("pointermove", (event) => {
    if (strip.hasPointerCapture(event.pointerId)) drag(event);
  });
  byId("play").addEventListener("click", () => (state.playing ? stop() : play()));
}

/** Step through the years. With reduced motion each press goes on by one year only. */
function play() {
  const next = () => (state.year + 1) % model.years.length;
  if (reducedMotion()) {
    update({ year: next() });
    return;
  }
  if (state.year === model.years.length - 1) update({ year: 0 });
  state.playing = window.setInterval(() => {
    update({ year: next() });
    if (state.year === model.years.length - 1) stop();
  }, STEP_MS);
  paintPlay();
}

function stop() {
  window.clearInterval(state.playing);
  state.playing = 0;
  paintPlay();
}

function paintPlay() {
  const button = byId("play");
  const d = state.playing ? "M3 2h4v12h-4zM9 2h4v12h-4z" : "M4 2L14 8L4 14Z";
  fill(button, s("svg", { width: 16, height: 16, "aria-hidden": "true" }, s("path", { d: d })));
  button.setAttribute("aria-label", t(state.playing ? "pause" : "play"));
  button.title = t(state.playing ? "pause" : "play");
}
