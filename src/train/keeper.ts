/** What a run leaves behind in its folder, if it has one: never a model that is not finite, and none before the first finished step. */

import { TrainingError } from "../base/errors.ts";
import type { Network } from "../network/network.ts";
import type { StartEvent, TrainingEvent } from "./events.ts";
import { RunFolder } from "./folder.ts";
import type { RunState } from "./state.ts";

export class Keeper {
  readonly #network: Network;
  readonly #folder: RunFolder | null;
  /** How many steps the saved model has behind it. */
  #saved = -1;

  private constructor(network: Network, folder: RunFolder | null) {
    this.#network = network;
    this.#folder = folder;
  }

  /** Reserves the folder; nothing is written yet. */
  static async take(network: Network, out: string | undefined): Promise<Keeper> {
    return new Keeper(network, out === undefined ? null : await RunFolder.take(out));
  }

  get hasFolder(): boolean {
    return this.#folder !== null;
  }

  /** Whether there is a folder and something in it. */
  get begun(): boolean {
    return this.#folder?.begun ?? false;
  }

  /** Adds to the folder's log. */
  append(event: TrainingEvent): void {
    this.#folder?.append(event);
  }

  /** The first steps are done: from now on the folder is this run's. */
  async begin(start: StartEvent, state: RunState, step: number): Promise<void> {
    if (!this.#folder) return;
    await checkFinite(state, step);
    await this.#folder.begin(start, this.#network);
  }

  /**
   * Refuses parameters that are of no use, and writes the model of that step where there is a folder for it.
   *
   * @returns the file, where one was written: not where it is there already
   */
  async keep(state: RunState, step: number): Promise<string | null> {
    if (this.#saved === step) return null;
    await checkFinite(state, step);
    if (!this.#folder) return null;
    await this.#network.save(this.#folder.model);
    this.#saved = step;
    return this.#folder.model;
  }

  /** Leaves the folder to other runs. */
  close(): void {
    this.#folder?.close();
  }
}

/** A step's loss and gradients are tested before the step; what it has made of the parameters, here. */
async function checkFinite(state: RunState, step: number): Promise<void> {
  const name = await state.notFinite();
  if (name === null) return;
  const hint = "Lower the learning rate, clip the gradients, or check the scale of the inputs";
  throw new TrainingError(
    `train: the parameter ${name} is not finite after step ${step}, so the model is not saved. ${hint}.`,
    { operation: "train", step, parameter: name, hint },
  );
}
