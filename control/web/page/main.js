// The page: looks at the status each second and lets a stream be watched.

import { TokenNeeded, getJson, setToken } from "./api.js";
import { ArchivePicker } from "./archive.js";
import { bitrate, bytes, count, fillCards, fillFacts, seconds, words } from "./format.js";
import { Player, familyOf } from "./player.js";
import { StreamList, dropsOf, isLoss } from "./streams.js";

const kStatusMs = 1000;
const kArchiveMs = 10_000;
// Arena time left at which an operator should look, and at which something will be lost.
const kArenaWarn = 15;
const kArenaBad = 5;

const at = (id) => document.getElementById(id);
const media = new Map();
let chosen = null;

const player = new Player(at("video"), at("screen-message"), at("viewer-clock"));
const picker = new ArchivePicker(
  { live: at("play-live"), recent: at("play-recent"), day: at("archive-day"), hours: at("archive-hours") },
  (stream, choice, url) => {
    history.replaceState(null, "", choice === "live" ? `#${stream}` : `#${stream}@${choice}`);
    at("playlist-url").textContent = new URL(url, location.href).href;
    player.play(url, media.get(stream)?.codecs ?? "");
  },
);
const list = new StreamList(at("stream-rows"), (name) => choose(name));

function choose(name, hour) {
  chosen = name;
  list.choose(name);
  at("viewer-title").textContent = name;
  showMedia();
  picker.show(name, hour);
}

function showMedia() {
  const facts = media.get(chosen);
  const parts = facts?.codecs ? facts.codecs.split(",").map((codec) => familyOf(codec.trim()).replace(/ (video|audio)$/, "")) : [];
  if (facts?.width) {
    parts.unshift(`${facts.width}×${facts.height}${facts.frame_rate ? ` ${Number(facts.frame_rate.toFixed(2))} fps` : ""}`);
  }
  at("viewer-media").textContent = parts.join(" · ");
}

function gauge(id, text, style = "") {
  const value = at(id).querySelector("dd");
  value.textContent = text;
  value.className = style;
}

function arenaStyle(left) {
  return left === null || left > kArenaWarn ? "" : left > kArenaBad ? "warn" : "bad";
}

function showStatus(status) {
  const total = list.update(status.streams, performance.now());
  at("no-streams").hidden = list.filter(at("filter").value) > 0 || status.streams.length === 0;
  const receiving = status.streams.filter((stream) => stream.state === "receiving").length;
  at("stream-count").textContent = `${receiving} of ${status.streams.length} receiving`;

  const { arena, dataplane, store } = status;
  gauge("gauge-capture", dataplane.running ? "running" : "stopped", dataplane.running ? "good" : "bad");
  gauge("gauge-input", bitrate(total));
  const missed = status.ports.reduce((sum, port) => sum + port.missed, 0);
  gauge("gauge-drops", count(dropsOf(status.drops) + missed), missed > 0 || isLoss(status.drops) ? "bad" : "good");
  gauge("gauge-arena", arena.seconds_left === null ? "–" : seconds(arena.seconds_left), arenaStyle(arena.seconds_left));
  const storeStyle = { ok: "good", failing: "bad", refused: "bad" }[store.state] ?? "quiet";
  gauge("gauge-store", store.state, storeStyle);

  showDetails(status);
  showChosen(status.streams);
}

function showDetails({ arena, drops, ports, store, received, in_flight }) {
  fillFacts(
    at("drops"),
    Object.entries(drops).map(([reason, n]) => [words(reason), count(n), isLoss({ [reason]: n }) ? "bad" : ""]),
    `None of ${count(received)} datagrams, ${count(in_flight)} in flight.`,
  );
  const meter = at("arena-meter");
  const share = arena.size > 0 ? (100 * arena.used) / arena.size : 0;
  meter.className = `meter ${arenaStyle(arena.seconds_left)}`;
  meter.ariaLabel = `${share.toFixed(0)} percent of the arena in use`;
  meter.firstElementChild.style.width = `${share}%`;
  fillFacts(at("storage-facts"), [
    ["arena in use", `${bytes(arena.used)} of ${bytes(arena.size)}`],
    ["objects stored", count(store.uploads ?? 0)],
    ["under way", count(store.uploads_in_flight ?? 0)],
    ["segments waiting", count(store.segments_waiting ?? 0)],
    ["failed attempts", count(store.upload_failures ?? 0), store.upload_failures > 0 ? "warn" : ""],
    ...(store.error ? [["last error", store.error, "bad"]] : []),
  ]);
  fillFacts(
    at("ports"),
    ports.flatMap((port) => [
      [port.device, port.link_up ? "up" : "down", port.link_up ? "good" : "quiet"],
      ["received", `${count(port.received)} datagrams`],
      ["missed by the NIC", count(port.missed), port.missed > 0 ? "bad" : ""],
    ]),
    "No port: streams come from files.",
  );
}

function showChosen(streams) {
  const stream = streams.find(({ name }) => name === chosen);
  if (stream === undefined) {
    return;
  }
  const warn = (n) => [count(n), n > 0 ? "warn" : ""];
  const raised = Object.entries(stream.tr101290 ?? {}).filter(([, n]) => n > 0);
  fillCards(at("stream-facts"), [
    ["Source", stream.source || "–"],
    ["Segments stored", `${count(stream.segments_stored)} of ${count(stream.segments_sealed)}`],
    ["Stored", bytes(stream.bytes_stored)],
    ["Continuity errors", ...warn(stream.cc_errors)],
    ["RTP lost", ...warn(stream.rtp_lost)],
    ["Forced cuts", ...warn(stream.forced_cuts)],
    [
      "TR 101 290",
      raised.map(([name, n]) => `${name} ${count(n)}`).join(", ") || "no errors",
      raised.length > 0 ? "warn" : "",
    ],
    ["Drops", count(dropsOf(stream.drops)), isLoss(stream.drops) ? "bad" : ""],
  ]);
}

async function lookAtMedia() {
  const { streams } = await getJson("/api/v1/streams");
  for (const stream of streams) {
    media.set(stream.name, stream);
  }
  showMedia();
}

/** Resolves once the viewer has given a token; asks but once however many ask for it. */
function askForToken() {
  const dialog = at("token-dialog");
  return new Promise((resolve) => {
    dialog.addEventListener("close", resolve, { once: true });
    if (!dialog.open) {
      dialog.addEventListener("close", () => setToken(at("token").value), { once: true });
      dialog.showModal();
    }
  });
}

/** Runs `look` again and again, while the page can be seen. */
async function repeat(look, pause) {
  for (;;) {
    if (!document.hidden) {
      await look().catch(onTrouble);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function onTrouble(error) {
  if (error instanceof TokenNeeded) {
    await askForToken();
  } else {
    at("notice").textContent = "The appliance does not answer. Trying again.";
    at("notice").hidden = false;
  }
}

async function lookAtStatus() {
  const status = await getJson("/api/v1/status");
  at("notice").hidden = true;
  showStatus(status);
  if (chosen === null && status.streams.length > 0) {
    await lookAtMedia();
    const [name, hour] = decodeURIComponent(location.hash.slice(1)).split("@");
    const known = status.streams.some((stream) => stream.name === name);
    choose(known ? name : status.streams[0].name, known ? hour : undefined);
    showChosen(status.streams);
  }
}

async function lookAtArchive() {
  if (chosen !== null) {
    await lookAtMedia();
    await picker.refresh();
  }
}

at("filter").addEventListener("input", () => {
  at("no-streams").hidden = list.filter(at("filter").value) > 0;
});
at("copy-url").addEventListener("click", async () => {
  const url = at("playlist-url");
  const copied = await navigator.clipboard?.writeText(url.textContent).then(
    () => true,
    () => false,
  );
  if (!copied) {
    getSelection().selectAllChildren(url); // over plain HTTP browsers lend no clipboard
  }
  at("copy-url").textContent = copied ? "Copied" : "Press Ctrl-C";
  setTimeout(() => (at("copy-url").textContent = "Copy"), 1500);
});

repeat(lookAtStatus, kStatusMs);
repeat(lookAtArchive, kArchiveMs);
