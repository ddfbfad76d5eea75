/**
 * What the warnings cost: the same trainings with and without them, in turns, so that both see the same machine. Prints the median of
 * the ratios and how many looks there were time for.
 *
 *   node scripts/warnings-cost.mjs [seconds per run, default 10] [pairs, default 5]
 */

import { adam, crossEntropy, Network, train } from "gradus";
import { ink } from "gradus/data";

const [seconds, pairs] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 5)];
const digits = (await ink()).train;
const networks = {
  "dense 128": "flatten dense(128) relu dense(10)",
  "dense 500-500": "flatten dense(500) relu dense(500) relu dense(10)",
  convolutional:
    "reshape([16, 16, 1]) conv2d(16, 3) relu conv2d(32, 3) relu maxPool2d(2) flatten dense(64) relu dense(10)",
};

/** Seconds of a run of so many steps. */
async function time(layers, steps, warnings) {
  const net = Network.from([16, 16], layers);
  const result = await train(net, digits, { loss: crossEntropy(), optimizer: adam(), steps, seed: 1, warnings });
  return result.seconds;
}

for (const [name, layers] of Object.entries(networks)) {
  const steps = Math.max(100, Math.round((2000 * seconds) / (await time(layers, 2000, false))));
  const ratios = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair % 2 === 0;
    const a = await time(layers, steps, first);
    const b = await time(layers, steps, !first);
    ratios.push(first ? a / b : b / a);
  }
  ratios.sort((x, y) => x - y);
  const share = (100 * (ratios[Math.floor(pairs / 2)] - 1)).toFixed(2);
  const span = ratios.map((ratio) => `${(100 * (ratio - 1)).toFixed(1)}`).join(", ");
  console.log(`${name}: ${steps} steps; with warnings ${share} % longer (median of ${span})`);
}
