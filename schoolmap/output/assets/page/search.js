/* Search. */

function findHits(words) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return [];
  const fits = (item) => item.name.toLowerCase().indexOf(wanted) >= 0 || item.id.toLowerCase().indexOf(wanted) >= 0;
  const areas = coverage()
    .catchments.filter(fits)
    .map((area) => ({ kind: "catchment", id: area.id, name: area.name, note: t("catchment") }));
  const stageNames = (school) =>
    school.sections
      .map((section) => model.stages.find((item) => item.id === section.stage))
      .filter(Boolean)
      .map((item) => pick(item.label))
      .join(", ");
  const schools = model.schools
    .filter((school) => school.sections.length && fits(school))
    .map((school) => ({ kind: "school", id: school.id, name: school.name, note: stageNames(school) }));
  return areas.concat(schools).slice(0, 12);
}

function setUpSearch() {
  const box = byId("search-box");
  const list = byId("search-list");
  let hits = [];
  let at = -1;
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const take = (hit) => {
    close();
    box.value = hit.name;
    choose({ kind: hit.kind, id: hit.id }, true);
  };
  const mark = () => {
    Array.from(list.children).forEach((node, i) => node.setAttribute("aria-selected", i === at ? "true" : "false"));
    if (at >= 0) box.setAttribute("aria-activedescendant", "hit-" + at);
  };
  const open = () => {
    hits = findHits(box.value);
    at = hits.length ? 0 : -1;
    if (!box.value.trim()) return close();
    fill(
      list,
      hits.map((hit, i) =>
        h("li", { id: "hit-" + i, role: "option", on: { pointerdown: (event) => (event.preventDefault(), take(hit)) } }, h("span", null, hit.name), h("small", null, hit.note))
      ),
      !hits.length && h("li", { class: "none", role: "option", "aria-disabled": "true" }, t("noHit"))
    );
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    return mark();
  };
  box.addEventListener("input", open);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !list.hidden && hits[at]) take(hits[at]);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && hits.length) {
      if (list.hidden) open();
      at = (at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
      mark();
      event.preventDefault();
    }
  });
}
