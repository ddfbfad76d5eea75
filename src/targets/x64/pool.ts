/**
 * The process's native threads. They run no JavaScript, handle no signal, sleep when there is nothing to do and end with the process. All
 * JavaScript threads share them: where the pool lies is written in the environment, which belongs to the process. What another process has left there is not looked at.
 */

import { TargetError } from "../../base/errors.ts";
import { loadCode } from "./executable-code.ts";
import { pool } from "./layout.ts";
import { type Native, type NativeFunction, pageBytes } from "./native.ts";
import { routines } from "./routines.ts";

const variable = "GRADUS_POOL";

export class Pool {
  readonly #native: Native;
  readonly #dispatch: NativeFunction;
  readonly #worker: number;
  /** Code of the calls that keep the log, ask the guard, and do nothing. */
  readonly log: number;
  readonly guard: number;
  readonly nothing: number;
  readonly #address: number;
  readonly #view: Int32Array;

  constructor(native: Native) {
    this.#native = native;
    const { bytes, dispatch, worker, log, guard, nothing } = routines();
    const { address: code } = loadCode(native, bytes);
    this.#dispatch = native.callable(code + dispatch);
    this.#worker = code + worker;
    this.log = code + log;
    this.guard = code + guard;
    this.nothing = code + nothing;
    this.#address = findPool(native);
    this.#view = new Int32Array(native.view(this.#address, pool.bytes));
  }

  /** Starts what is missing for jobs of so many threads, the calling one among them. */
  grow(threads: number): void {
    while (Atomics.load(this.#view, pool.started >> 2) < threads - 1) {
      const before = Atomics.load(this.#view, pool.started >> 2);
      if (!this.#native.startThread(this.#worker, this.#address)) {
        throw new TargetError(
          `x64: thread ${before + 2} of ${threads} could not be started. Set GRADUS_THREADS=${before + 1}, or allow the process more threads.`,
          { operation: "x64", expected: `${threads}`, actual: `${before + 1}` },
        );
      }
      // Until it has its number: some microseconds.
      while (Atomics.load(this.#view, pool.started >> 2) === before);
    }
  }

  /** Runs a job; returns when it is finished, paused or stopped. */
  run(job: number): void {
    this.#dispatch(this.#address, job);
  }
}

/** The pool of this process: found, or made. */
function findPool(native: Native): number {
  const known = native.readEnvironment(variable)?.split(":");
  if (known?.[0] === native.identity) return Number(known[1]);
  const address = native.map(pageBytes);
  if (address === null) throw new TargetError("x64: no memory for threads could be had.", { operation: "x64" });
  native.writeEnvironment(variable, `${native.identity}:${address}`);
  return address;
}
