/* What marks, circles, names and flags have in common: where there is room, and elements that are kept. */

/** Side of the squares that boxes are sorted into, in pixels. */
const SQUARE = 48;

/** Boxes that are taken, and whether another one meets any of them: only those nearby are asked. */
function takenBoxes(boxes) {
  const squares = new Map();
  const each = (box, act) => {
    const right = Math.floor((box.x + box.w) / SQUARE);
    const bottom = Math.floor((box.y + box.h) / SQUARE);
    for (let column = Math.floor(box.x / SQUARE); column <= right; column += 1)
      for (let row = Math.floor(box.y / SQUARE); row <= bottom; row += 1)
        if (act(column * 65536 + row)) return true;
    return false;
  };
  const add = (box) =>
    each(box, (key) => {
      if (squares.has(key)) squares.get(key).push(box);
      else squares.set(key, [box]);
      return false;
    });
  boxes.forEach(add);
  return {
    add: add,
    meets: (box) => each(box, (key) => squares.has(key) && squares.get(key).some((other) => meet(box, other))),
  };
}

const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/**
 * A painter of a group that keeps its elements: of a thousand marks only what
 * changed since the last painting is written. Marks stand in the order of `put`.
 */
function keep(group) {
  const old = group.kept || new Map();
  const now = new Map();
  group.kept = now;
  return {
    put: (key, tag, props) => {
      let item = old.get(tag + key);
      if (!item) item = { node: s(tag), props: {} };
      Object.keys(props).forEach((name) => {
        if (item.props[name] !== props[name]) item.node.setAttribute(name, props[name]);
      });
      item.props = props;
      now.set(tag + key, item);
    },
    end: () => {
      let at = group.firstChild;
      now.forEach((item) => {
        if (item.node === at) at = at.nextSibling;
        else group.insertBefore(item.node, at);
      });
      while (at) {
        const next = at.nextSibling;
        group.removeChild(at);
        at = next;
      }
    },
  };
}
