// parse.mjs FILE [--modules FOLDER]
//
// Parses a media playlist as hls-parser does in strict mode, which refuses what RFC 8216 forbids.
// Prints what it holds as JSON. FOLDER holds node_modules with hls-parser.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { modules: { type: "string", default: "." } },
});
const require = createRequire(path.join(path.resolve(options.modules), "node_modules", "here.js"));
const parser = require("hls-parser");

parser.setOptions({ strictMode: true });
const playlist = parser.parse(readFileSync(positionals[0], "utf8"));
console.log(JSON.stringify({
  target: playlist.targetDuration,
  ended: playlist.endlist,
  segments: playlist.segments.map((segment) => ({
    uri: segment.uri,
    duration: segment.duration,
    discontinuity: Boolean(segment.discontinuity),
    gap: Boolean(segment.gap),
    date: segment.programDateTime,
  })),
}));
