// Numbers and times as people read them.

const kThin = "\u202f";

export function scaled(value, units, step = 1000) {
  let unit = 0;
  while (value >= step && unit + 1 < units.length) {
    value /= step;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${units[unit]}`;
}

export const bitrate = (bits) => scaled(bits, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"]);
export const bytes = (count) => scaled(count, ["B", "KiB", "MiB", "GiB", "TiB"], 1024);
export const count = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, kThin);

export function seconds(value) {
  if (value < 10) {
    return `${value.toFixed(1)} s`;
  }
  if (value < 120) {
    return `${Math.round(value)} s`;
  }
  if (value < 7200) {
    return `${Math.round(value / 60)} min`;
  }
  return `${Math.round(value / 3600)} h`;
}

export const utcTime = (date) => date.toISOString().slice(11, 19);
export const words = (name) => name.replaceAll("_", " ");

/** An element with properties and children; text is never read as HTML. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Fills a <dl> with [name, value, class] rows. */
export function fillFacts(list, rows, emptyText) {
  const items = rows.flatMap(([name, value, style = ""]) => [
    element("dt", { textContent: name }),
    element("dd", { textContent: value, className: style }),
  ]);
  list.replaceChildren(
    ...(items.length > 0 ? items : [element("dd", { textContent: emptyText, className: "all quiet" })]),
  );
}

/** The same, with each pair in a box of its own. */
export function fillCards(list, rows) {
  list.replaceChildren(
    ...rows.map(([name, value, style = ""]) =>
      element(
        "div",
        {},
        element("dt", { textContent: name }),
        element("dd", { textContent: value, className: style }),
      ),
    ),
  );
}
