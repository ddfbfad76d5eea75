/**
 * The same trainings on every engine there is: this Node, others that are named, and Chromium where it is installed. Exits with 1 when
 * the hashes of one mode differ anywhere.
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
const page = `<!doctype html><script type="importmap">{"imports":{"gradus":"/dist/index.js","gradus/data":"/dist/data/index.js"}}</script>`;

/** Serves the built package, as any web server would. */
function serve() {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = new URL(`.${path}`, root);
    if (path === "/") response.setHeader("content-type", "text/html").end(page);
    else if (!existsSync(file)) response.writeHead(404).end();
    else response.setHeader("content-type", types[extname(path)] ?? "text/plain").end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Hashes by mode from a page in Chromium; null where there is none. */
async function inChromium() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const { chromium } = await import("playwright-core").catch(() => ({}));
  if (!chromium || !existsSync(executablePath)) return null;
  const server = await serve();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    const found = await tab.evaluate(async (modes) => {
      const { hashes } = await import("/scripts/engines/trainings.mjs");
      const results = {};
      for (const mode of modes) results[mode] = await hashes("wasm", mode);
      return results;
    }, modes);
    return { name: `Chromium ${browser.version()}`, found };
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
  for (const mode of modes) rows.push({ engine: chromium.name, target: "wasm", mode, found: chromium.found[mode] });
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
