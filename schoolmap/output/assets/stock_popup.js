/* folium asks jQuery for one thing: to turn the text of a pop-up into an element. Styles are set as properties. */
window.$ = window.$ || function (text) {
  var parsed = new DOMParser().parseFromString(String(text).trim(), "text/html");
  parsed.querySelectorAll("[style]").forEach(function (node) {
    var style = node.getAttribute("style");
    node.removeAttribute("style");
    node.style.cssText = style;
  });
  return Array.from(parsed.body.children).map(function (node) {
    return document.importNode(node, true);
  });
};
