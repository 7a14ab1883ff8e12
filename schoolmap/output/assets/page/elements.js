/* Small helpers: elements, numbers, words. */

const byId = (id) => document.getElementById(id);

/** Fixed text in the reader's language, with `{x}` filled in. */
function t(key, values) {
  const text = TEXT[key] ? TEXT[key][state.lang] : key;
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name])) : text;
}

/** A text of the model in the reader's language, else in the other one. */
function pick(text) {
  if (text && !text[state.lang] && text.en) inEnglish.add(text.en);
  return (text && (text[state.lang] || text.en || text.zh)) || "";
}

function append(node, children) {
  children.forEach((child) => {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false)
      typeof child === "object" ? node.appendChild(child) : spoken(node, String(child));
  });
  return node;
}

function setAll(node, props) {
  Object.keys(props || {}).forEach((name) => {
    const value = props[name];
    if (name === "on") Object.keys(value).forEach((type) => node.addEventListener(type, value[type]));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  });
  return node;
}

/** An HTML element; children are nodes or text, never markup. */
function h(tag, props) {
  return append(setAll(document.createElement(tag), props), Array.prototype.slice.call(arguments, 2));
}

/** An SVG element. */
function s(tag, props) {
  return append(setAll(document.createElementNS(SVG, tag), props), Array.prototype.slice.call(arguments, 2));
}

function fill(node) {
  node.textContent = "";
  return append(node, Array.prototype.slice.call(arguments, 1));
}

/** What `make` returns, worked out anew only when `key` is another than before: the year does not change it. */
const kept = {};
function once(name, key, make) {
  if (!kept[name] || kept[name].key !== key) kept[name] = { key: key, value: make() };
  return kept[name].value;
}

const known = (value) => value !== null && value !== undefined && isFinite(value);

const formats = {};
function formatter(digits) {
  const key = state.lang + digits;
  if (!formats[key])
    formats[key] = new Intl.NumberFormat(t("locale"), { maximumFractionDigits: digits });
  return formats[key];
}

/** A whole number with thousands separators; `–` where unknown. */
function num(value, digits) {
  if (!known(value)) return "–";
  const text = formatter(digits || 0).format(value);
  return text === "-0" ? "0" : text.replace("-", "−");
}

function percent(share) {
  if (!known(share)) return "–";
  const unit = state.lang === "en" ? " %" : "%";
  if (share >= 0.995 && share < 1) return ">99" + unit;
  if (share > 0 && share < 0.005) return "<1" + unit;
  return num(share * 100) + unit;
}

/** A probability. A finite number of draws never proves 0 or 100 %. */
function chance(share) {
  if (!known(share)) return "–";
  return percent(clamp(share, 0.001, 0.999));
}

const span = (a, b) => num(a) + "–" + num(b);
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const last = (list) => list[list.length - 1];
const colon = () => (state.lang === "zh" ? "：" : ": ");

const ruler = document.createElement("canvas").getContext("2d");
/** Widths that were measured: the same words are placed again for every year. */
const widths = new Map();
function textWidth(text, font) {
  const key = font + "\n" + text;
  if (widths.has(key)) return widths.get(key);
  if (widths.size > 20000) widths.clear();
  ruler.font = font + " " + getComputedStyle(document.body).fontFamily;
  const width = ruler.measureText(text).width;
  widths.set(key, width);
  return width;
}

function reducedMotion() {
  return window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

const narrow = () => window.innerWidth < 900 && !document.body.classList.contains("printing");
