// The list of streams, and the rates that follow from two looks at their counters.

import { bitrate, count, element, seconds } from "./format.js";

// Bitrates are means over this long: segmenters work in bursts.
const kWindowMs = 5000;

/** Rates of counters that only grow, by name. */
export class Rates {
  #samples = new Map();

  /** Notes a value and returns its growth a second, or null while there is only one. */
  update(name, value, now) {
    const kept = (this.#samples.get(name) ?? []).filter(
      (sample) => now - sample.now <= kWindowMs && sample.value <= value,
    );
    kept.push({ now, value });
    this.#samples.set(name, kept);
    const span = now - kept[0].now;
    return span > 0 ? ((value - kept[0].value) * 1000) / span : null;
  }
}

export const dropsOf = (drops) => Object.values(drops).reduce((sum, n) => sum + n, 0);

/** Whether drops mean that something is missing: what came twice is still there once. */
export const isLoss = (drops) => dropsOf(drops) > (drops.duplicate ?? 0);

export class StreamList {
  #rows = new Map();
  #rates = new Rates();
  #body;
  #chosen = null;
  #onChoose;

  constructor(body, onChoose) {
    this.#body = body;
    this.#onChoose = onChoose;
  }

  choose(name) {
    this.#chosen = name;
    for (const [key, row] of this.#rows) {
      row.line.setAttribute("aria-selected", String(key === name));
    }
  }

  /** Shows the streams of a status; returns the bitrate of all together. */
  update(streams, now) {
    let total = 0;
    for (const stream of streams) {
      const row = this.#rows.get(stream.name) ?? this.#add(stream.name);
      const rate = this.#rates.update(stream.name, stream.bytes, now);
      total += (rate ?? 0) * 8;
      this.#show(row, stream, rate);
    }
    const present = new Set(streams.map((stream) => stream.name));
    for (const [name, row] of this.#rows) {
      if (!present.has(name)) {
        row.line.remove();
        this.#rows.delete(name);
      }
    }
    return total;
  }

  /** Hides the streams whose name does not hold `text`; returns how many are left. */
  filter(text) {
    let shown = 0;
    for (const [name, row] of this.#rows) {
      row.line.hidden = !name.toLowerCase().includes(text.toLowerCase());
      shown += row.line.hidden ? 0 : 1;
    }
    return shown;
  }

  #add(name) {
    const row = {
      name: element("button", { type: "button", textContent: name }),
      state: element("small", { className: "state" }),
      bitrate: element("td", { className: "number" }),
      drops: element("td", { className: "number" }),
      stored: element("td", { className: "number" }),
    };
    row.line = element("tr", {}, element("td", {}, row.name, row.state), row.bitrate, row.drops, row.stored);
    row.line.setAttribute("aria-selected", String(name === this.#chosen));
    row.line.addEventListener("click", () => this.#onChoose(name));
    this.#rows.set(name, row);
    this.#body.append(row.line);
    return row;
  }

  #show(row, stream, rate) {
    row.state.textContent = stream.state;
    row.state.className = `state ${stream.state}`;
    row.bitrate.textContent = rate === null || (rate === 0 && stream.state !== "receiving") ? "–" : bitrate(rate * 8);
    row.drops.textContent = count(dropsOf(stream.drops));
    row.drops.className = `number ${isLoss(stream.drops) ? "bad" : ""}`;
    const lag = stream.lag_seconds;
    row.stored.replaceChildren(
      stream.last_stored_end ? stream.last_stored_end.slice(11, 19) : "–",
      ...(lag === null ? [] : [element("small", { textContent: `${seconds(lag)} behind` })]),
    );
  }
}
