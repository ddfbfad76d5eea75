/**
 * Threads of JavaScript in Node, Deno and Bun, and how many run at once. Others import it as `#thread`, which in browsers is
 * ../web/thread.ts. A thread never keeps the process from ending.
 */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

export interface Thread {
  /** Gives the thread a message: its global `onmessage` or its parent port's. */
  post(message: unknown): void;
}

/** How many threads run at once. */
export function processors(): number {
  return availableParallelism();
}

/** Whether memory can be shared with other threads, and this one may wait for them. */
export function sharesMemory(): boolean {
  return true;
}

/**
 * Starts a thread.
 *
 * @param source   a script that needs no other file
 * @param onError  told when the thread ends with an error
 */
export function startThread(source: string, onError: () => void): Thread {
  // Without this process's flags: loaders and inspectors are not for it.
  const worker = new Worker(source, { eval: true, execArgv: [] });
  worker.on("error", onError);
  worker.unref();
  return { post: (message) => worker.postMessage(message) };
}
