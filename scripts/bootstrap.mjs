/**
 * What `npm start` and `npm test` run: brings a fresh or stale checkout up to date (dependencies, build) and then goes on in
 * the same process, so that exit codes, signals and the terminal are the program's own. Refuses a Node that is too old. It
 * needs nothing but Node and npm, and what it says of itself goes to standard error.
 *
 *   node scripts/bootstrap.mjs start|test|prepare [arguments…]      prepare: only install and build
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import PlainReporter from "./plain-reporter.mjs";

const here = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const at = (path) => join(root, path);

/** What `npm start` asks of the command line `gradus`. */
export const startCommand = (args) => ["train", "ink", ...args];

/** A sentence for the user and an exit code. */
class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

function checkNode() {
  const wanted = JSON.parse(readFileSync(at("package.json"), "utf8")).engines.node.match(/\d+\.\d+/)[0];
  const [major, minor] = wanted.split(".").map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Stop(`Gradus needs Node ${wanted} or newer; this is ${process.versions.node}. https://nodejs.org has it.`);
}

/** Runs a command of npm in silence. Throws its output and `failure` when it fails, and passes signals on to it. */
async function npm(args, failure) {
  const child = spawn("npm", args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  let received = null;
  const pass = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, pass);
  const [code, signal] = await new Promise((resolve) => {
    child.on("error", (error) => resolve([error.code, null]));
    child.on("close", (...end) => resolve(end));
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, pass);
  const by = received ?? signal;
  if (by) throw new Stop(`Interrupted while running npm ${args[0]}.`, 128 + constants.signals[by]);
  if (code === "ENOENT") throw new Stop("npm was not found beside Node. https://nodejs.org has both.");
  if (code !== 0) throw new Stop(`${output}\nnpm ${args.join(" ")} failed (${code}). ${failure}`);
}

/** The stamp lies in node_modules and goes with it; without one, what npm noted after its last install is asked. */
async function install() {
  const stamp = at("node_modules/.gradus-lock");
  const lock = at("package-lock.json");
  const own = at("node_modules/.package-lock.json");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(own)) {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    if (statSync(own).mtimeMs >= statSync(lock).mtimeMs) return writeFileSync(stamp, wanted);
  }
  console.error("Installing dependencies…");
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  await npm(args, "Is the network there? Then run the same command again.");
  writeFileSync(stamp, wanted);
}

/** Files the build depends on: sources and examples without tests, package.json and the compiler's settings. */
function buildInputs() {
  const settings = readdirSync(root).filter((name) => /^(package|tsconfig.*)\.json$/.test(name));
  const sources = ["src", "examples"]
    .flatMap((folder) => readdirSync(at(folder), { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => /(?<!\.test|\.types)\.ts$/.test(name));
  return [...settings, ...sources].sort();
}

/** Builds from nothing when an input has another content than the last build saw; a failed build leaves no stamp. */
async function build() {
  const stamp = at("dist/.stamp");
  const hash = createHash("sha256");
  for (const path of buildInputs())
    hash
      .update(`${path}\0`)
      .update(readFileSync(at(path)))
      .update("\0");
  const wanted = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Building…");
  rmSync(at("dist"), { recursive: true, force: true });
  await npm(["run", "build", "--silent"], "The lines above say where.");
  writeFileSync(stamp, wanted);
}

async function prepare() {
  await install();
  await build();
}

/** The command line finds itself called as `node dist/cli/main.js …`. */
async function start(args) {
  await prepare();
  const main = at("dist/cli/main.js");
  process.argv = [process.argv[0], main, ...startCommand(args)];
  await import(pathToFileURL(main).href);
}

async function test(args) {
  const plain = new PlainReporter();
  await prepare();
  process.chdir(root);
  const { parseCLI, startVitest } = await import("vitest/node");
  const { filter, options } = parseCLI(["vitest", "run", ...args]);
  const reporters = [...[options.reporter ?? "default"].flat(), plain];
  const vitest = await startVitest("test", filter, { ...options, run: true, reporters });
  await vitest.exit();
}

async function run([task, ...args]) {
  const tasks = { start, test, prepare };
  try {
    checkNode();
    if (!Object.hasOwn(tasks, task ?? "")) {
      throw new Stop(`Usage: node ${relative(process.cwd(), here)} ${Object.keys(tasks).join("|")} [arguments…]`);
    }
    await tasks[task](args);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    process.exitCode = error.code;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === here) await run(process.argv.slice(2));
