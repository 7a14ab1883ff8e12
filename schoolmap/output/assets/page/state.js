/* What the reader has chosen, and what is drawn. */

let model = null;
let map = null;
/** Look-up tables made once from the model. */
let index = null;
/** What the reader has chosen. Positions, not ids, for stage, scenario and year. */
const state = {
  lang: "en",
  stage: 0,
  scenario: 0,
  year: 0,
  view: "use",
  /** Which end of the interval is read as demand: `p10`, `p50` or `p90`. */
  bound: "p50",
  /** Whether the proposals are in it. */
  after: false,
  /** What this scenario is compared with: the id of another. */
  other: null,
  /** What the cells of catchment by year tell: `gap` or `use`. */
  grid: "gap",
  projector: false,
  picked: null,
  tab: "list",
  page: null,
  playing: 0,
};
/** What is on the map: layers, groups and the boxes of marks and flags. */
const drawn = { coverage: null, areas: [], outline: null, marks: [], flags: [], ringScale: 1, renderers: {} };
/** What the year does not change is not drawn again: block -> the key it was drawn with. */
const fresh = {};

/** Draw everything anew. */
function forget() {
  Object.keys(fresh).forEach((name) => name !== "card" && name !== "moves" && delete fresh[name]);
}
