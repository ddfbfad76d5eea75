/** Gradus as a contestant, once for each target that starts here: the modules of `gradus bench`, and `train` as everybody calls it. */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { workloadOf } from "../dist/bench/catalog.js";
import { target as loadTarget, targetNames } from "../dist/targets/registry.js";
import { isCpuTarget } from "../dist/targets/target.js";

/** All targets that run kernels here, the fastest first, on as many threads as they will take. */
export async function contestants(threads) {
  process.env.GRADUS_THREADS = String(threads);
  const found = [];
  for (const name of targetNames) {
    const target = await loadTarget(name).catch(({ message }) => void console.log(`${message} Left out.`));
    if (!target || !isCpuTarget(target)) continue;
    found.push({ title: `gradus ${name}`, target, prepare: (...task) => prepare(target, ...task) });
  }
  return found;
}

/** `take(steps)` goes on for that many steps and gives the milliseconds of one. */
async function prepare(target, workload, data) {
  const note = `${target.numerics}, threads: ${target.threads}`;
  if (data) return training(target, workload, note);
  const prepared = await workloadOf(workload.name).prepare(target);
  const take = async (steps) => ({ milliseconds: 1000 * (await prepared.take(steps)), note });
  return { take, release: () => prepared.release() };
}

function training({ name: target, numerics }, { name }, note) {
  const turn = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { name, target, numerics, turn };
  const worker = new Worker(new URL("gradus-training.mjs", import.meta.url), { workerData });
  const take = async (steps) => {
    const answer = once(worker, "message");
    Atomics.store(turn, 1, steps);
    Atomics.add(turn, 0, 1);
    Atomics.notify(turn, 0);
    const [milliseconds] = await answer;
    return { milliseconds, note };
  };
  return { take, release: () => worker.terminate() };
}
