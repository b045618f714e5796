// play.mjs URL... [--script URL] [--modules FOLDER] [--chromium FILE]
//
// Plays playlists with hls.js in headless Chromium, all at once and fast, each to its end. SCRIPT is
// the URL of hls.js, from the same server. Prints a JSON object: for each URL what was seen.

import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    script: { type: "string" },
    modules: { type: "string", default: "." },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const require = createRequire(path.join(path.resolve(options.modules), "node_modules", "here.js"));
const { chromium } = require("playwright-core");
const PATIENCE = 35_000;

/** In the page: plays to the end, or to the first fatal error, and says what it saw. */
async function play(url) {
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  const player = new Hls();
  const errors = [];
  const ended = new Promise((resolve) => {
    video.addEventListener("ended", resolve);
    player.on(Hls.Events.ERROR, (_, data) => {
      errors.push(`${data.details}${data.fatal ? " (fatal)" : ""}`);
      if (data.fatal) resolve();
    });
    setTimeout(resolve, 20_000);
  });
  player.loadSource(url);
  player.attachMedia(video);
  player.once(Hls.Events.MANIFEST_PARSED, () => {
    video.playbackRate = 4;
    video.play();
  });
  await ended;
  return {
    ended: video.ended,
    time: video.currentTime,
    duration: video.duration,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    errors,
  };
}

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"],
});
try {
  const context = await browser.newContext();
  const seen = await Promise.all(positionals.map(async (url) => {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(new URL("/blank.html", url).href);
    await page.addScriptTag({ url: options.script });
    return [url, await page.evaluate(play, url)];
  }));
  console.log(JSON.stringify(Object.fromEntries(seen)));
} finally {
  await browser.close();
}
