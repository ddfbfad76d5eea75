/**
 * Who may give a network other parameters: anybody, but while a run trains it that run alone. So the network holds what the last
 * finished step made, at every moment. Refuses a second run and everybody else meanwhile.
 */

import { TrainingError } from "../base/errors.ts";

const held = new WeakSet<object>();

/** Throws while a run trains the network. */
export function checkFree(operation: string, network: object): void {
  if (!held.has(network)) return;
  throw new TrainingError(
    `${operation}: the network is in training, and only that run may change its parameters. Await the run, or end it with its signal.`,
    { operation, hint: "Await the run." },
  );
}

/** A network in the hands of one run. */
export class Hold {
  readonly #network: object;

  /** @throws {TrainingError} another run holds the network */
  constructor(operation: string, network: object) {
    checkFree(operation, network);
    held.add(network);
    this.#network = network;
  }

  /** Does what is refused to others: gives the network other parameters. */
  change(work: () => void): void {
    held.delete(this.#network);
    try {
      work();
    } finally {
      held.add(this.#network);
    }
  }

  release(): void {
    held.delete(this.#network);
  }
}
