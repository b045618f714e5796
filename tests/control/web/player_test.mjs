// player_test.mjs URL [--stream NAME] [--choice live|recent|2025-01-16T06] [--borders 2]
//     [--segment 2] [--expect play|sorry] [--screenshot FILE] [--size 1400x900] [--scheme dark]
//     [--modules FOLDER] [--chromium FILE]
//
// Opens the page of an appliance in headless Chromium and looks at whether it plays: frames are
// decoded, and the picture gets past so many segment borders. Prints what it saw as JSON; exit
// status 1 if it does not play, or anything on the page goes wrong. FOLDER holds node_modules with
// playwright-core.

import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stream: { type: "string", default: "" },
    choice: { type: "string", default: "live" },
    borders: { type: "string", default: "2" },
    segment: { type: "string", default: "6" },
    expect: { type: "string", default: "play" },
    screenshot: { type: "string" },
    size: { type: "string", default: "1400x900" },
    scheme: { type: "string", default: "light" },
    modules: { type: "string", default: "." },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const [url] = positionals;
if (url === undefined) {
  console.error("usage: player_test.mjs URL [options]");
  process.exit(2);
}

const require = createRequire(path.join(path.resolve(options.modules), "node_modules", "here.js"));
const { chromium } = require("playwright-core");
const [width, height] = options.size.split("x").map(Number);
// the time in which the borders are passed at normal speed, and as much again to get going
const patience = (Number(options.borders) + 1) * Number(options.segment) * 1000 + 30_000;

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const wrong = [];
let seen = {};

async function lookAtVideo(page) {
  return page.evaluate(() => {
    const video = document.getElementById("video");
    const message = document.getElementById("screen-message");
    return {
      currentTime: video.currentTime,
      decoded: video.getVideoPlaybackQuality().totalVideoFrames,
      dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
      size: `${video.videoWidth}x${video.videoHeight}`,
      message: message.hidden ? "" : message.innerText,
      clock: document.getElementById("viewer-clock").textContent,
    };
  });
}

/** The URLs of the segments that were fetched, and how far the picture has come since it began. */
async function playPast(page, borders) {
  const started = await page.waitForFunction(
    () => {
      const video = document.getElementById("video");
      return video.getVideoPlaybackQuality().totalVideoFrames > 0 ? { at: video.currentTime } : null;
    },
    null,
    { timeout: patience },
  );
  const { at } = await started.jsonValue();
  await page.waitForFunction(
    (end) => document.getElementById("video").currentTime > end,
    at + borders * Number(options.segment),
    { timeout: patience },
  );
}

try {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: options.scheme,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error on the page: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin && request.url().startsWith("http") &&
        !/\.(ts|m3u8)(\?|$)/.test(request.url())) {
      wrong.push(`a resource from elsewhere: ${request.url()}`);
    }
  });
  const choice = options.choice === "live" ? "" : `@${options.choice}`;
  await page.goto(new URL(options.stream ? `/#${options.stream}${choice}` : "/", url).href);
  if (options.expect === "play") {
    await playPast(page, Number(options.borders)).catch((error) => wrong.push(error.message));
  } else {
    await page.waitForSelector("#screen-message:not([hidden])", { timeout: patience });
  }
  seen = await lookAtVideo(page);
  if (options.expect === "play" && seen.message !== "") {
    wrong.push(`the page says: ${seen.message}`);
  }
  if (options.expect === "sorry" && !/cannot decode/.test(seen.message)) {
    wrong.push(`the page says "${seen.message}" of a stream that this browser cannot decode`);
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) {
    wrong.push(`the page is ${overflow} pixels wider than the window`);
  }
  if (options.screenshot) {
    await page.screenshot({ path: options.screenshot, fullPage: true });
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ ...seen, wrong }));
process.exit(wrong.length === 0 ? 0 : 1);
