/* Colours and signs that the page has in common. */

const SVG = "http://www.w3.org/2000/svg";
const INK = "#1b1f23";
const ZONE = "#3f9b8f";
/** The colour of a zone on the map, where it is half transparent. */
const ZONE_KEY = "#a3cfc6";
const NO_DATA = "url(#hatch)";
const STEP_MS = 700;

/** Upper bounds and colours of the five classes of the probability of a shortage. */
const CHANCES = [
  { upTo: 0.1, colour: "#fff3e6" },
  { upTo: 0.33, colour: "#fdd0a2" },
  { upTo: 0.5, colour: "#fdae6b" },
  { upTo: 0.8, colour: "#e6740f" },
  { upTo: 1, colour: "#8c2d04" },
];

const TURNS = { rising: "▲", falling: "▼", level: "▬" };
const SYMBOLS = { new: "+", expand: "↑", attach: "⊕", convert: "↻", rezone: "⇄", temporary: "◷", unsolved: "!", review: "◇" };
