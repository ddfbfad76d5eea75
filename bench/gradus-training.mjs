/**
 * One training that goes on and on, in a thread of its own so that it can stand still while others have their turn: after each chunk of
 * steps a callback looks whether the round is over, and then waits for the next. Time is the clock on the wall: steps, shuffles,
 * events, everything.
 */

import { parentPort, workerData } from "node:worker_threads";
import { crossEntropy, train } from "gradus";
import { trainingOf } from "../dist/bench/catalog.js";
import { digits, optimizers } from "../dist/bench/training.js";

const { name, target, numerics, turn } = workerData;
const { network, batch, optimizer } = trainingOf(name);
const net = network();
/** turn[0]: the number of the round; turn[1]: its steps. */
let round = 0;
let wanted = 0;
let taken = 0;
let milliseconds = 0;
let since = 0;

function wait() {
  Atomics.wait(turn, 0, round);
  round = Atomics.load(turn, 0);
  [wanted, taken, milliseconds, since] = [Atomics.load(turn, 1), 0, 0, performance.now()];
}

function watch(event) {
  if (event.event !== "step") return;
  taken += event.losses.length;
  milliseconds = performance.now() - since;
  if (taken < wanted) return;
  parentPort.postMessage(milliseconds / taken);
  wait();
}

wait();
await train(net, await digits(net), {
  loss: crossEntropy(),
  optimizer: optimizers[optimizer](),
  batchSize: batch,
  steps: 1_000_000_000,
  target,
  numerics,
  callbacks: [watch],
});
