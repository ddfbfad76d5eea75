/**
 * What the other threads run, as a script without imports: it is text so that it starts the same way from sources, from the built
 * package and in a page. A worker sleeps on a word of the shared memory. When the bell rings it runs a job, with all others, or it goes
 * back to its event loop, where messages bring programs.
 */

/** Words of the board, which lies in the shared memory; one cache line for each that somebody waits for. */
export const board = {
  /** Changes whenever there is something to do. */
  bell: 0,
  /** Jobs there have been. */
  jobs: 16,
  /** The job: a program's number, then what its `run` is called with but for the worker's number. */
  job: 20,
  /** Messages that were sent to every worker. */
  messages: 32,
  /** Messages that worker i has worked through, in word `done + 16·i`. */
  done: 48,
} as const;

/** Words of a job. */
export const jobWords = 6;

/** Bytes of the board for so many threads. */
export function boardBytes(threads: number): number {
  return 4 * (board.done + 16 * threads);
}

/** Looks at the bell before a worker sleeps: some 30 µs. */
const looks = 5000;

/** The first message is { memory, address, number }; the others are { program, module }, or { program } to forget it. */
export const workerSource: string = `"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
const programs = new Map();
let memory, words, at, number;
let received = 0;
let begun = 0;

function receive({ program, module, ...first }) {
  if (first.memory) {
    ({ memory, number } = first);
    words = new Int32Array(memory.buffer);
    at = first.address / 4;
  } else if (module) programs.set(program, new WebAssembly.Instance(module, { env: { memory } }).exports.run);
  else programs.delete(program);
}

function work() {
  begun = (begun + 1) | 0;
  const [program, table, steps, log, state, threads] = words.subarray(at + ${board.job}, at + ${board.job + jobWords});
  programs.get(program)(table, steps, log, state, number, threads);
}

function rest(bell) {
  for (let i = 0; i < ${looks}; i++) if (Atomics.load(words, at + ${board.bell}) !== bell) return;
  Atomics.wait(words, at + ${board.bell}, bell);
}

function serve() {
  for (;;) {
    const bell = Atomics.load(words, at + ${board.bell});
    if (Atomics.load(words, at + ${board.jobs}) !== begun) work();
    else if (Atomics.load(words, at + ${board.messages}) > received) return;
    else rest(bell);
  }
}

port.onmessage = ({ data }) => {
  receive(data);
  received++;
  const own = at + ${board.done} + 16 * number;
  Atomics.store(words, own, received);
  Atomics.notify(words, own);
  serve();
};
`;
