/* Charts of demand against seats. */

function niceTicks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const unit = Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1e-9))));
  // seats and children are whole: no step below one
  const step = Math.max(1, unit * [1, 2, 5, 10].find((factor) => factor * unit >= raw));
  const ticks = [];
  for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) ticks.push(v);
  return ticks;
}

/** Demand with its interval against the seats, from zero, with the year's cursor; of the seats, those of one school stand out. */
function fanChart(lines) {
  const { demand, p10, p90, seats, own, opened } = lines;
  const width = 268;
  const height = 152;
  const box = { l: 38, r: 12, t: 12, b: 20 };
  const n = model.years.length;
  const top = Math.max.apply(null, (p90 || []).concat(demand || [], seats, own || []).filter(known).concat(1));
  const inner = niceTicks(0, top, 4);
  const step = inner.length > 1 ? inner[1] : top;
  const ticks = last(inner) < top ? inner.concat(last(inner) + step) : inner;
  const high = last(ticks);
  const x = (i) => box.l + (i * (width - box.l - box.r)) / Math.max(1, n - 1);
  const y = (v) => height - box.b - (v / high) * (height - box.t - box.b);
  const svg = s("svg", { class: "fan", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("wave") });
  ticks.forEach((v) => {
    svg.appendChild(s("line", { class: "grid", x1: box.l, x2: width - box.r, y1: y(v), y2: y(v) }));
    svg.appendChild(s("text", { class: "tick", x: box.l - 5, y: y(v) + 4, "text-anchor": "end" }, num(v)));
  });
  if (own) svg.appendChild(s("path", { class: "own", d: stepPath(own, x, y) + `V${y(0)}H${x(0)}Z` }));
  if (demand) svg.appendChild(s("path", { class: "band", d: bandPath(p10, p90, x, y) }));
  svg.appendChild(s("line", { class: "cursor", x1: x(state.year), x2: x(state.year), y1: box.t - 4, y2: height - box.b }));
  if (own) svg.appendChild(s("path", { class: "line-seats", d: stepPath(own, x, y) }));
  svg.appendChild(s("path", { class: "line-seats" + (own ? " all" : ""), d: stepPath(seats, x, y) }));
  if (demand) svg.appendChild(s("path", { class: "line-demand", d: linePath(demand, x, y) }));
  opened.forEach((when) => {
    const i = model.years.indexOf(when);
    if (i < 0) return;
    const at = (x(i) + x(Math.max(0, i - 1))) / 2;
    svg.appendChild(s("path", { class: "opened", d: `M${at - 4} ${height - box.b}h8l-4 -7z` }));
  });
  if (demand && known(demand[state.year]))
    svg.appendChild(s("circle", { class: "dot-demand", cx: x(state.year), cy: y(demand[state.year]), r: 3.4 }));
  yearLabels(x, 32).forEach((i) =>
    svg.appendChild(
      s(
        "text",
        {
          class: "tick" + (i === state.year ? " now" : ""),
          x: clamp(x(i), box.l, width - 15),
          y: height - 5,
          "text-anchor": "middle",
        },
        model.years[i]
      )
    )
  );
  const key = h(
    "figcaption",
    null,
    demand && h("span", { class: "k-demand" }, whichText()),
    demand && h("span", { class: "k-band" }, t("band")),
    own && h("span", { class: "k-own" }, t("ownSeats")),
    h("span", { class: own ? "k-all" : "k-seats" }, t(own ? "allSeatsLine" : "Seats")),
    opened.length > 0 && h("span", { class: "k-opened" }, t("projects"))
  );
  return h("figure", null, svg, key);
}

/** Years to label so that no two labels meet and the chosen one is always there. */
function yearLabels(x, room) {
  const kept = [state.year];
  const n = model.years.length;
  const least = room / Math.max(1, n > 1 ? x(1) - x(0) : room);
  const step = [1, 2, 5, 10, 20].find((years) => years >= least) || 50;
  const wanted = model.years.map((_, i) => i).filter((i) => model.years[i] % step === 0);
  wanted.forEach((i) => {
    if (kept.every((other) => Math.abs(x(other) - x(i)) >= room)) kept.push(i);
  });
  return kept.sort((a, b) => a - b);
}
