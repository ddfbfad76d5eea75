/**
 * Gradus against its peers in one run: workload by workload, the contestants take turns in rounds, and the medians of their rounds
 * are compared. Absolute times belong to the machine and the moment; ratios of one run mean something.
 *
 *   npm run bench [-- --quick] [-- workload…]
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { ink } from "gradus/data";
import * as gradus from "./gradus.mjs";
import { names, operations, parse } from "./workloads.mjs";

const here = (path) => new URL(path, import.meta.url);
const quick = process.argv.includes("--quick");
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/** The peers that can be loaded here, installed first where they are missing. */
async function peers() {
  const folder = here("peers/");
  if (!existsSync(new URL("node_modules", folder))) {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder, stdio: "inherit" });
  }
  return [await import("./peers/jax-js.mjs")];
}

/** Drawn digits, flat, as many pixels as the first layer takes. */
async function dataFor(pixels) {
  const size = pixels === 784 ? 28 : 16;
  const { train } = await ink({ size, train: 4000, test: 1 });
  return { inputs: train.values(), targets: train.targets };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function measure(workload, contestants) {
  const data = await dataFor(workload.sizes[0]);
  const prepared = [];
  for (const { title, prepare } of contestants)
    prepared.push({ title, ...(await prepare(workload, data)), times: [], note: "" });
  const rounds = quick ? 5 : 11;
  for (const one of prepared) {
    // A round takes about a fifth of a second; the first steps, which compile, do not count.
    await one.take(3);
    const { milliseconds } = await one.take(10);
    one.steps = Math.max(5, Math.round((quick ? 150 : 400) / milliseconds));
    await one.take(one.steps);
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of prepared) {
      const { milliseconds, note } = await one.take(one.steps);
      one.times.push(milliseconds);
      one.note = note;
    }
  }
  return prepared.map(({ title, times, note }) => {
    const milliseconds = median(times);
    return {
      workload: workload.name,
      contestant: title,
      note,
      milliseconds,
      gflops: operations(workload) / milliseconds / 1e6,
    };
  });
}

const contestants = [gradus, ...(await peers())];
const results = [];
for (const name of chosen.length > 0 ? chosen : names) {
  const rows = await measure(parse(name), contestants);
  for (const row of rows) {
    const ratio = row.milliseconds / rows[0].milliseconds;
    const figures = `${row.milliseconds.toFixed(3).padStart(9)} ms  ${row.gflops.toFixed(1).padStart(6)} GFLOP/s`;
    console.log(`${name.padEnd(30)} ${row.contestant.padEnd(8)} ${figures}  × ${ratio.toFixed(2)}  (${row.note})`);
  }
  results.push(...rows);
}
const machine = { processor: cpus()[0].model, cores: cpus().length, memory: totalmem(), node: process.version };
mkdirSync(here("results/"), { recursive: true });
const file = here(`results/training-node${process.versions.node.split(".")[0]}.json`);
writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine, results }, null, 2)}\n`);
