/* Unpacking a large plan: the other half of schoolmap/output/packing.py, which tells the format. */

/** Powers of ten that are exact. */
const TENS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];
/** A guess beyond it is none. */
const LARGEST = Math.pow(2, 30);

/** The plan in a document; a small one is not packed. Grids are unpacked when they are first looked at. */
function unpackModel(document) {
  if (document.packed === undefined) return document;
  const plan = JSON.parse(new TextDecoder().decode(inflated(document.rest)));
  const columns = [];
  document.grids.forEach((packed, number) => {
    const last = packed.at.length - 1;
    const holder = packed.at.slice(0, last).reduce((part, key) => part[key], plan);
    whenRead(holder, packed.at[last], () => gridOf(columnOf(document.grids, columns, number), packed.words));
  });
  return plan;
}

/** A property that is made when it is first read, and from then on like any other. */
function whenRead(object, name, make) {
  const put = (value) =>
    Object.defineProperty(object, name, { value: value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(object, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = make();
      put(value);
      return value;
    },
    set: put,
  });
}

/** The bytes of a base64 text of a raw deflate stream. */
function inflated(text) {
  const squeezed = atob(text);
  const bytes = new Uint8Array(squeezed.length);
  for (let i = 0; i < squeezed.length; i += 1) bytes[i] = squeezed.charCodeAt(i);
  return window.fflate.inflateSync(bytes);
}

/** A column as whole numbers, by year and then by row; a gap holds what was guessed. */
function columnOf(grids, columns, number) {
  if (columns[number]) return columns[number];
  const packed = grids[number];
  const size = packed.rows * packed.years;
  const bytes = inflated(packed.data);
  const values = new Float64Array(size);
  const guess = guessOf(grids, columns, packed, values);
  const from = packed.gaps ? size : 0;
  for (let i = 0; i < size; i += 1) {
    let sum = 0;
    for (let place = packed.bytes - 1; place >= 0; place -= 1) sum = sum * 256 + bytes[from + place * size + i];
    values[i] = guess(i) + (sum % 2 ? -(sum + 1) / 2 : sum / 2);
  }
  const made = { values: values, rows: packed.rows, years: packed.years, digits: packed.digits, gaps: packed.gaps ? bytes : null };
  columns[number] = made;
  return made;
}

/** What a cell is guessed to be from the cells before it, and from other columns. */
function guessOf(grids, columns, packed, values) {
  const rows = packed.rows;
  const kind = packed.guess[0];
  if (kind === "quotient") {
    const above = columnOf(grids, columns, packed.guess[1]);
    const below = columnOf(grids, columns, packed.guess[2]);
    const up = TENS[packed.digits + below.digits];
    const down = TENS[above.digits];
    return (i) => nearest(above.values[i] * up, below.values[i] * down, 0);
  }
  if (kind === "years") return (i) => (i < rows ? 0 : values[i - rows]);
  const other = columnOf(grids, columns, packed.guess[1]).values;
  if (kind === "cross") {
    const above = columnOf(grids, columns, packed.guess[2]).values;
    const below = columnOf(grids, columns, packed.guess[3]).values;
    return (i) => nearest(other[i] * above[i], below[i], i < rows ? 0 : values[i - rows]);
  }
  return (i) => (i < rows ? other[i] : nearest(other[i] * values[i - rows], other[i - rows], values[i - rows]));
}

/** A quotient rounded half up; `otherwise` where it is none or too large. */
function nearest(above, below, otherwise) {
  const found = Math.floor(above / below + 0.5);
  return Math.abs(found) < LARGEST ? found : otherwise;
}

/** A column as the model has it: rows of numbers, or of words, with null where unknown. */
function gridOf(column, words) {
  const grid = [];
  for (let row = 0; row < column.rows; row += 1) {
    const line = [];
    for (let i = row; i < column.values.length; i += column.rows) {
      const value = column.values[i];
      line.push(column.gaps && column.gaps[i] ? null : words ? words[value] : value / TENS[column.digits]);
    }
    grid.push(line);
  }
  return grid;
}
