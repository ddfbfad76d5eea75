/**
 * Gradus against its peers in one run: workload by workload, the contestants take turns in rounds, and the medians of their rounds
 * are compared. Absolute times belong to the machine and the moment; ratios of one run mean something. A peer that cannot start is
 * left out with a line that says so.
 *
 *   npm run bench [-- --quick] [-- --threads n] [-- workload…]
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { trainingOf } from "../dist/bench/catalog.js";
import { digits } from "../dist/bench/training.js";
import { median } from "../dist/bench/workload.js";
import { contestants } from "./gradus.mjs";
import { describeMachine } from "./machine.mjs";
import { names, operations, parse, quickNames } from "./workloads.mjs";

const here = (path) => new URL(path, import.meta.url);
const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, threads: { type: "string" } },
  allowPositionals: true,
});
const { quick } = values;
const threads = values.threads === undefined ? availableParallelism() : Number(values.threads);
if (!Number.isSafeInteger(threads) || threads < 1) {
  console.error(`bench: --threads needs a positive integer; got ${values.threads}.`);
  process.exit(1);
}

/** Milliseconds of a round; rounds; steps of training before them, and milliseconds after which fewer will do. */
const pace = quick
  ? { round: 60, rounds: 5, warmUpSteps: 200, warmUpLimit: 400 }
  : { round: 300, rounds: 11, warmUpSteps: 2000, warmUpLimit: 20_000 };
/** Threads of the one before go on spinning for a while. */
const settle = quick ? 10 : 50;

function workloadsOf(asked) {
  try {
    return asked.map(parse);
  } catch ({ message }) {
    console.error(message);
    process.exit(1);
  }
}

/** The peers that can be loaded here, installed first where they are missing. */
async function peers() {
  const folder = here("peers/");
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  if (Object.keys(dependencies).some((name) => !existsSync(new URL(`node_modules/${name}`, folder)))) {
    console.log("Installing the peers …");
    const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    try {
      execFileSync("npm", install, { cwd: folder, stdio: "inherit" });
    } catch {
      console.log("npm could not install all peers; those that are missing are left out.");
    }
  }
  const found = [];
  for (const file of ["torch", "jax-js", "tfjs"]) {
    try {
      const peer = await import(`./peers/${file}.mjs`);
      const opened = await peer.open(threads);
      found.push({ title: peer.title, prepare: peer.prepare, ...opened });
    } catch ({ message }) {
      console.log(`${file}: ${message.split("\n")[0]}. Left out.`);
    }
  }
  return found;
}

/** Drawn digits as the network takes them; null where nothing is trained. */
async function dataFor({ name }) {
  const spec = trainingOf(name);
  if (!spec) return null;
  const { inputs, targets, inputShape } = await digits(spec.network());
  return { inputs, targets, shape: inputShape };
}

/** Who needs more milliseconds for one step would make a run of minutes one of hours. */
const longestStep = 1500;

/** All variants of all contestants, warm, with the number of steps that a round takes. */
async function prepareAll(workload, all) {
  const data = await dataFor(workload);
  const prepared = [];
  for (const { title, prepare } of all) {
    try {
      const task = await prepare(workload, data);
      for (const variant of task.variants ?? [task])
        prepared.push({ title, ...variant, times: [], note: "", warmUp: 0 });
    } catch ({ message }) {
      console.log(`${title} cannot take part in ${workload.name}: ${message.split("\n")[0]}`);
    }
  }
  for (const one of [...prepared]) {
    await one.take(1); // data are drawn and programs made
    const first = await one.take(1);
    if (first.milliseconds > longestStep) {
      console.log(
        `${one.title} is left out of ${workload.name}: a step takes ${(first.milliseconds / 1000).toFixed(1)} s`,
      );
      prepared.splice(prepared.indexOf(one), 1);
      await one.release();
      continue;
    }
    const { milliseconds } = await one.take(2);
    one.steps = Math.max(1, Math.round(pace.round / milliseconds));
    const limit = Math.max(1, Math.floor(pace.warmUpLimit / milliseconds));
    if (data) {
      one.warmUp = Math.min(pace.warmUpSteps, limit);
      await one.take(one.warmUp);
    }
    // By the time that steps take once engines have warmed up.
    const later = await one.take(one.steps);
    one.steps = Math.max(1, Math.round(pace.round / later.milliseconds));
  }
  return prepared;
}

async function measure(workload, all) {
  const prepared = await prepareAll(workload, all);
  for (let round = 0; round < pace.rounds; round++) {
    for (const one of prepared) {
      await new Promise((resolve) => setTimeout(resolve, settle));
      const { milliseconds, note } = await one.take(one.steps);
      one.times.push(milliseconds);
      one.note = note;
    }
  }
  for (const one of prepared) await one.release();
  const rows = prepared.map(({ title, times, note, warmUp }) => {
    const milliseconds = median(times);
    const gflops = operations(workload) / milliseconds / 1e6;
    return { workload: workload.name, contestant: title, milliseconds, gflops, rounds: times.length, warmUp, note };
  });
  // Of the variants of one contestant, the fastest.
  return rows.filter((row) =>
    rows.every((other) => other.contestant !== row.contestant || other.milliseconds >= row.milliseconds),
  );
}

function printRows(rows) {
  for (const row of rows) {
    const ratio = row.milliseconds / rows[0].milliseconds;
    const figures = `${row.milliseconds.toFixed(3).padStart(10)} ms  ${row.gflops.toFixed(1).padStart(6)} GFLOP/s`;
    const warm = row.warmUp > 0 ? `, after ${row.warmUp} steps` : "";
    const name = `${row.workload.padEnd(31)} ${row.contestant.padEnd(12)}`;
    console.log(`${name} ${figures}  × ${ratio.toFixed(2).padEnd(6)} (${row.note}${warm})`);
  }
}

const chosen = workloadsOf(positionals.length > 0 ? positionals : quick ? quickNames : names);
const own = await contestants(threads);
const others = await peers();
const machine = { ...(await describeMachine(own)), peers: {} };
for (const { title, version } of others) machine.peers[title] = version;
for (const [title, { gflops, gigabytes }] of Object.entries(machine.limits)) {
  console.log(`${title}: limits ${gflops.toFixed(1)} GFLOP/s, ${gigabytes.toFixed(1)} GB/s`);
}
const results = [];
for (const workload of chosen) {
  const rows = await measure(workload, [...own, ...others]);
  printRows(rows);
  results.push(...rows);
}
for (const { close } of others) close?.();

// A choice of workloads is a question of the moment; the whole list is kept.
if (positionals.length === 0) {
  mkdirSync(here("results/"), { recursive: true });
  const file = `${quick ? "quick" : "bench"}-node${process.versions.node.split(".")[0]}-threads${threads}.json`;
  const record = { date: new Date().toISOString().slice(0, 10), threads, machine, results };
  writeFileSync(here(`results/${file}`), `${JSON.stringify(record, null, 2)}\n`);
  console.log(`Kept in bench/results/${file}`);
}
// Peers may hold workers that nobody ends.
process.exit(0);
