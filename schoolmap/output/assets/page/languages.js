/* Texts of the other language within the page say which they are, so that they are read aloud and drawn as such. */

const HAN = /[\u3400-\u9fff\uf900-\ufaff]/;
/** English texts that stand in for a Chinese one that is missing. */
const inEnglish = new Set();

/** Append a text to a node. Names keep their own language where the script tells it. */
function spoken(node, text) {
  const plain = (run) => node.appendChild(document.createTextNode(run));
  const other = state.lang === "en" ? HAN.test(text) && "zh-CN" : inEnglish.has(text) && !HAN.test(text) && "en";
  if (!other) return plain(text);
  if (node.namespaceURI === SVG || node.nodeName === "OPTION") {
    node.setAttribute("lang", other);
    return plain(text);
  }
  const runs = other === "en" ? [text] : text.split(/([\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+)/);
  runs.filter(Boolean).forEach((run) => {
    if (other !== "en" && !HAN.test(run)) return plain(run);
    const part = document.createElement("bdi");
    part.lang = other;
    part.textContent = run;
    return node.appendChild(part);
  });
  return node;
}
