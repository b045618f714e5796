// Which hours of a stream the archive has, and the choice among live, the last hour, and those.

import { getJson } from "./api.js";
import { element } from "./format.js";

const kHourMs = 3_600_000;

export class ArchivePicker {
  #parts;
  #onChoose;
  #stream = null;
  #hours = [];
  #choice = "live";

  /** @param parts  {live, recent, day, hours}: two buttons, a <select>, a container */
  constructor(parts, onChoose) {
    this.#parts = parts;
    this.#onChoose = onChoose;
    parts.live.addEventListener("click", () => this.#choose("live"));
    parts.recent.addEventListener("click", () => this.#choose("recent"));
    parts.day.addEventListener("change", () => this.#showHours());
  }

  /** Turns to a stream, which plays live, or at the hour ("2025-01-16T06") that is asked for. */
  show(stream, hour) {
    this.#stream = stream;
    this.#hours = [];
    this.#showDays();
    this.#choose(hour ?? "live");
    return this.refresh();
  }

  /** Asks again which hours there are. */
  async refresh() {
    const stream = this.#stream;
    const answer = await getJson(`/api/v1/streams/${stream}/hours`).catch((error) => {
      if (error.name === "TimeoutError" || error instanceof TypeError) {
        return null;
      }
      return { hours: [] };
    });
    if (answer !== null && stream === this.#stream) {
      this.#hours = answer.hours;
      this.#showDays();
    }
  }

  #choose(choice) {
    this.#choice = choice;
    this.#mark();
    this.#onChoose(this.#stream, choice, this.#url(choice));
  }

  #url(choice) {
    const path = `/streams/${this.#stream}/`;
    if (choice === "live") {
      return `${path}live.m3u8`;
    }
    if (choice === "recent") {
      return `${path}archive.m3u8?start=${new Date(Date.now() - kHourMs).toISOString()}`;
    }
    const start = new Date(`${choice}:00:00Z`);
    const end = new Date(start.getTime() + kHourMs);
    return `${path}archive.m3u8?start=${start.toISOString()}&end=${end.toISOString()}`;
  }

  #showDays() {
    const { day } = this.#parts;
    const days = [...new Set(this.#hours.map((hour) => hour.start.slice(0, 10)))].reverse();
    const shown = [...day.options].map((option) => option.value);
    if (days.join() !== shown.join()) {
      const kept = days.includes(day.value) ? day.value : days[0];
      day.replaceChildren(...days.map((text) => element("option", { value: text, textContent: text })));
      const chosen = this.#choice.slice(0, 10);
      day.value = days.includes(chosen) && shown.length === 0 ? chosen : (kept ?? "");
    }
    day.parentElement.hidden = days.length === 0;
    this.#showHours();
  }

  #showHours() {
    const { day, hours } = this.#parts;
    const list = this.#hours.filter((hour) => hour.start.startsWith(day.value || "-"));
    hours.replaceChildren(
      ...list.map((hour) => {
        const button = element("button", {
          type: "button",
          className: hour.complete ? "choice" : "choice open",
          textContent: `${hour.start.slice(11, 13)}h`,
          title: `${hour.segments} segments${hour.complete ? "" : ", not complete"}`,
        });
        button.dataset.hour = hour.start.slice(0, 13);
        button.addEventListener("click", () => this.#choose(button.dataset.hour));
        return button;
      }),
    );
    this.#mark();
  }

  #mark() {
    const { live, recent, hours } = this.#parts;
    live.setAttribute("aria-pressed", String(this.#choice === "live"));
    recent.setAttribute("aria-pressed", String(this.#choice === "recent"));
    for (const button of hours.children) {
      button.setAttribute("aria-pressed", String(button.dataset.hour === this.#choice));
    }
  }
}
