/**
 * The same trainings on every engine there is: this Node, others that are named, and Chromium where it is installed, in a page (which has
 * one thread) and in a worker (which shares). Exits with 1 when the hashes of one mode differ anywhere.
 *
 *   npm run engines [-- /path/to/another/node …]
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const modes = ["portable", "fused"];

function inNode(node, target, numerics) {
  const script = fileURLToPath(new URL("one.mjs", import.meta.url));
  return JSON.parse(execFileSync(node, [script, target, numerics], { encoding: "utf8" }));
}

const types = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".html": "text/html",
};
/** The package's own names, which a bundler would resolve; workers have no import maps. */
const names = {
  "#file": "/dist/base/web/file.js",
  "#image": "/dist/data/web/image.js",
  "#inflating": "/dist/data/web/inflating.js",
  "#sha256": "/dist/base/web/sha256.js",
  "#thread": "/dist/base/web/thread.js",
  "#x64": "/dist/targets/x64/absent.js",
  gradus: "/dist/index.js",
  "gradus/data": "/dist/data/index.js",
};
const resolved = (text) =>
  text.replace(/\b(from |import\()"([^"]+)"/g, (all, how, name) => (names[name] ? `${how}"${names[name]}"` : all));

/** Gives the page, or the worker around it, the hashes by mode and the number of threads. */
const trainings = `
  import { hashes } from "/scripts/engines/trainings.mjs";
  import { target } from "/dist/targets/registry.js";
  export async function run(modes) {
    const found = { threads: (await target("wasm")).threads };
    for (const mode of modes) found[mode] = await hashes("wasm", mode);
    return found;
  }
`;
const worker = `
  import { run } from "/trainings.js";
  onmessage = ({ data }) => run(data).then(postMessage);
`;
const texts = { "/": "<!doctype html>", "/trainings.js": trainings, "/worker.js": worker };

/** Serves the built package, as any web server would whose pages are isolated. */
function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = new URL(`.${path}`, root);
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    if (!texts[path] && !existsSync(file)) return response.writeHead(404).end();
    const text = texts[path] ?? resolved(readFileSync(file, "utf8"));
    response.setHeader("content-type", path === "/" ? "text/html" : (types[extname(path)] ?? "text/plain")).end(text);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Hashes by mode from a page in Chromium and from a worker; null where there is none. */
async function inChromium() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const { chromium } = await import("playwright-core").catch(() => ({}));
  if (!chromium || !existsSync(executablePath)) return null;
  const server = await serve();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    const inPage = await tab.evaluate(async (modes) => (await import("/trainings.js")).run(modes), modes);
    const inWorker = await tab.evaluate(
      (modes) =>
        new Promise((resolve, reject) => {
          const worker = new Worker("/worker.js", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(modes);
        }),
      modes,
    );
    const name = `Chromium ${browser.version().split(".")[0]}`;
    return [
      { name: `${name}, a page`, found: inPage },
      { name: `${name}, ${inWorker.threads} threads`, found: inWorker },
    ];
  } finally {
    await browser.close();
    server.close();
  }
}

const rows = [];
const version = (node) => execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
for (const mode of modes)
  rows.push({
    engine: `Node ${process.version}`,
    target: "reference",
    mode,
    found: inNode(process.execPath, "reference", mode),
  });
for (const node of [process.execPath, ...process.argv.slice(2)]) {
  for (const mode of modes)
    rows.push({ engine: `Node ${version(node)}`, target: "wasm", mode, found: inNode(node, "wasm", mode) });
}
const chromium = await inChromium();
if (chromium)
  for (const { name, found } of chromium)
    for (const mode of modes) rows.push({ engine: name, target: "wasm", mode, found: found[mode] });
else console.log("Chromium: not here (playwright-core and /usr/bin/chromium, or CHROMIUM, are needed)");

for (const mode of modes) {
  const here = rows.filter((row) => row.mode === mode && row.found);
  const expected = here[0].found;
  for (const { engine, target, found } of here) {
    const different = Object.keys(expected).filter((name) => found[name] !== expected[name]);
    const verdict = different.length === 0 ? "equal" : `DIFFERENT in ${different.join("; ")}`;
    console.log(
      `${mode.padEnd(9)} ${engine.padEnd(24)} ${target.padEnd(10)} ${Object.keys(found).length} trainings ${verdict}`,
    );
    if (different.length > 0) process.exitCode = 1;
  }
}
for (const { engine, target, mode, found } of rows)
  if (!found) console.log(`${mode.padEnd(9)} ${engine.padEnd(24)} ${target.padEnd(10)} not on this engine`);
