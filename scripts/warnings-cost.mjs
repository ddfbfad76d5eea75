/**
 * What the warnings cost a run: the time that passes inside of them, looks and their preparation included, as a share of the run. Runs
 * with and without them in turns would tell the same, but on a machine that others use they differ by more than warnings cost.
 *
 *   node scripts/warnings-cost.mjs [seconds per run, default 10]
 */

import { adam, crossEntropy, Network, train } from "gradus";
import { ink } from "gradus/data";
import { Look } from "../dist/train/health/look.js";
import { Warnings } from "../dist/train/health/warnings.js";

const seconds = Number(process.argv[2] ?? 10);
const digits = (await ink()).train;
const networks = {
  "dense 128": "flatten dense(128) relu dense(10)",
  "dense 500-500": "flatten dense(500) relu dense(500) relu dense(10)",
  convolutional:
    "reshape([16, 16, 1]) conv2d(16, 3) relu conv2d(32, 3) relu maxPool2d(2) flatten dense(64) relu dense(10)",
};

let spent = 0;
let looks = 0;

/** Counts what passes inside of a method, whether it gives a promise or not. */
function watch(prototype, name, note) {
  const method = prototype[name];
  prototype[name] = function (...given) {
    const from = performance.now();
    const result = method.apply(this, given);
    const end = (value) => {
      note((performance.now() - from) / 1000);
      return value;
    };
    return result instanceof Promise ? result.then(end) : end(result);
  };
}

for (const name of ["begin", "step", "epoch"]) watch(Warnings.prototype, name, (time) => (spent += time));
watch(Look.prototype, "take", () => looks++);

async function run(layers, steps) {
  [spent, looks] = [0, 0];
  const net = Network.from([16, 16], layers);
  return (await train(net, digits, { loss: crossEntropy(), optimizer: adam(), steps, seed: 1 })).seconds;
}

for (const [name, layers] of Object.entries(networks)) {
  await run(layers, 200);
  for (const part of [0.2, 0.5, 1]) {
    const perStep = (await run(layers, 1000)) / 1000;
    const took = await run(layers, Math.round((part * seconds) / perStep));
    const share = ((100 * spent) / took).toFixed(2);
    console.log(`${name}: ${took.toFixed(1)} s, of which warnings ${spent.toFixed(3)} s (${share} %), ${looks} looks`);
  }
}
