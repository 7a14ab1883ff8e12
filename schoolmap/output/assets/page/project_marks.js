/* Projects on the map: a small roof with the year in which they open. */

/** First school year of a project: the model's own, else the year that the list gives. */
const projectOpens = (project) => (known(project.opens) ? project.opens : project.opening ? parseInt(project.opening, 10) : null);

const projectsOnMap = () =>
  model.projects.filter((project) => project.stage === stage().id && project.counted && known(projectOpens(project)) && projectPlace(project));

/** Where a project is: at its school, else in its catchment. */
function projectPlace(project) {
  const school = index.school.get(project.school);
  if (school) return [school.lat, school.lon];
  const place = placeOf(project.catchment);
  return place === undefined ? null : [coverage().catchments[place].anchor[1], coverage().catchments[place].anchor[0]];
}

/** Marks beside the schools, where nothing is in the way; returns the boxes that they take. */
function placeProjects(group, taken) {
  const placed = [];
  const origin = map.containerPointToLayerPoint([0, 0]);
  const size = map.getSize();
  const inside = (at) => at.x > origin.x && at.y > origin.y && at.x < origin.x + size.x && at.y < origin.y + size.y;
  projectsOnMap().forEach((project) => {
    const at = map.latLngToLayerPoint(projectPlace(project));
    if (!inside(at)) return;
    const text = String(projectOpens(project));
    const w = textWidth(text, "600 11px") + 16;
    const spots = [];
    [9, 15, 22, 30, 40].forEach((far) =>
      [[-w / 2, far - 3], [far, -7], [-w - far, -7], [-w / 2, -far - 11], [far, far - 7], [-w - far, far - 7], [far, -far - 7], [-w - far, -far - 7]].forEach((d) =>
        spots.push({ x: at.x + d[0], y: at.y + d[1], w: w, h: 14 })
      )
    );
    const free = spots.find((box) => !taken.concat(placed).some((other) => meet(box, other)));
    // circles and numbers come first in their own views
    if (!free && drawn.circles.length) return;
    const box = free || spots[0];
    const there = year() >= projectOpens(project);
    const x = box.x + 6;
    const node = s("g", { class: "opening" + (there ? " there" : ""), "data-project": project.id });
    node.appendChild(s("rect", { class: "opening-box", x: box.x.toFixed(1), y: box.y.toFixed(1), width: w.toFixed(1), height: 14, rx: 3 }));
    node.appendChild(s("path", { d: `M${(x - 4).toFixed(1)} ${(box.y + 11).toFixed(1)}h9l-4.5 -8z` }));
    node.appendChild(s("text", { x: (x + 7).toFixed(1), y: (box.y + 11).toFixed(1) }, text));
    group.appendChild(node);
    placed.push(Object.assign({ id: project.id, free: Boolean(free) }, box));
  });
  return placed;
}

function projectTip(project) {
  const kind = TEXT["kind_" + project.kind] ? t("kind_" + project.kind) : project.kind;
  const lines = [project.name, kind + " · " + t("opensIn", { y: projectOpens(project) })];
  if (known(project.seats)) lines.push(t("seatsUnit", { n: num(project.seats) }));
  if (pick(project.status)) lines.push(pick(project.status));
  return project.note ? lines.concat(project.note) : lines;
}

function projectSign() {
  const sign = (there) =>
    s("svg", { class: "opening" + (there ? " there" : ""), width: 13, height: 12, viewBox: "0 0 13 12", "aria-hidden": "true" }, s("path", { d: "M1.5 10.5h10l-5 -9z" }));
  return h("span", { class: "pair" }, sign(true), sign(false));
}
