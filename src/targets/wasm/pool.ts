/**
 * The other threads of a wasm target. They start when the first program is shared, receive every shared program once, sleep while there
 * is nothing to do, and never keep the process from ending. Until all of them have a program, and for good where one of them failed,
 * programs run on the thread that asked.
 */

import { startThread, type Thread } from "#thread";
import type { Block } from "../block.ts";
import type { LinearMemory } from "./memory.ts";
import { board, boardBytes, workerSource } from "./worker.ts";

/** Milliseconds that a first run waits for workers that have yet to receive its program. */
const patience = 5;

/** A program that the workers have, or will have. */
export interface SharedProgram {
  readonly number: number;
  /** The number of the message that brings it. */
  readonly message: number;
}

export class Pool {
  readonly threads: number;
  readonly #memory: LinearMemory;
  readonly #board: Block;
  readonly #words: Int32Array;
  readonly #workers: Thread[] = [];
  readonly #forgotten = new FinalizationRegistry<SharedProgram>((program) => this.drop(program));
  #programs = 0;
  #failed = false;

  constructor(memory: LinearMemory, threads: number) {
    this.#memory = memory;
    this.threads = threads;
    this.#board = memory.allocate(boardBytes(threads));
    // Growth leaves the memory where it is, so this view stays good.
    this.#words = new Int32Array(memory.memory.buffer, this.#board.address, this.#board.bytes / 4);
  }

  /** Gives a program to the workers; it is dropped when its owner is forgotten. */
  add(module: WebAssembly.Module, owner: object): SharedProgram {
    if (this.#programs === 0) this.#start();
    const program = ++this.#programs;
    const shared = { number: program, message: this.#post(() => ({ program, module })) };
    this.#ring();
    this.#forgotten.register(owner, shared, owner);
    return shared;
  }

  /** The workers forget a program, when they are next awake. */
  drop({ number: program }: SharedProgram): void {
    this.#post(() => ({ program }));
  }

  /** The same, for its owner's release. */
  release(program: SharedProgram, owner: object): void {
    if (this.#forgotten.unregister(owner)) this.drop(program);
  }

  /** Whether all workers have the program. */
  has({ message }: SharedProgram): boolean {
    if (this.#failed) return false;
    for (let worker = 1; worker < this.threads; worker++) if (this.#done(worker) < message) return false;
    return true;
  }

  /** When all workers have the program. */
  async received(program: SharedProgram): Promise<void> {
    while (!this.#failed && !this.has(program)) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Waits a moment for workers that will soon have the program; those that have not even started are not waited for. */
  expect({ message }: SharedProgram): void {
    const until = performance.now() + patience;
    for (let worker = 1; worker < this.threads; worker++) {
      for (;;) {
        const done = this.#done(worker);
        const left = until - performance.now();
        if (this.#failed || done >= message) break;
        if (done === 0 || left <= 0) return;
        Atomics.wait(this.#words, board.done + 16 * worker, done, left);
      }
    }
  }

  /** Has every worker run the program with these arguments; the caller must run it too, as thread 0. */
  begin({ number }: SharedProgram, run: readonly number[]): void {
    this.#words.set([number, ...run, this.threads], board.job);
    Atomics.add(this.#words, board.jobs, 1);
    this.#ring();
  }

  #start(): void {
    const { memory } = this.#memory;
    const { address } = this.#board;
    try {
      for (let number = 1; number < this.threads; number++) {
        this.#workers.push(startThread(workerSource, () => (this.#failed = true)));
      }
    } catch {
      this.#failed = true; // where threads are forbidden or too many, one thread computes
    }
    let number = 0;
    this.#post(() => ({ memory, address, number: ++number }));
  }

  #post(message: () => unknown): number {
    if (!this.#failed) for (const worker of this.#workers) worker.post(message());
    return Atomics.add(this.#words, board.messages, 1) + 1;
  }

  #ring(): void {
    Atomics.add(this.#words, board.bell, 1);
    Atomics.notify(this.#words, board.bell);
  }

  #done(worker: number): number {
    return Atomics.load(this.#words, board.done + 16 * worker);
  }
}
