/**
 * The profile of a run: after its first chunk of steps, which pays for what is done once, the next chunks of whole batches are run
 * kernel by kernel, about a second of them. The steps and their results are those of any run; only the clock differs.
 */

import { addTimes } from "../targets/profile.ts";
import type { KernelTime } from "../targets/target.ts";
import type { ProfileEvent } from "./events.ts";

/** How long a run is watched. */
const enoughSeconds = 1;

export class ProfileSample {
  #steps = 0;
  #seconds = 0;
  #kernels: readonly KernelTime[] = [];

  get wantsMore(): boolean {
    return this.#seconds < enoughSeconds;
  }

  /** Takes in a chunk of `steps` that took `seconds`. */
  add(steps: number, seconds: number, kernels: readonly KernelTime[]): void {
    this.#steps += steps;
    this.#seconds += seconds;
    this.#kernels = addTimes(this.#kernels, kernels);
  }

  event(): ProfileEvent {
    return { event: "profile", steps: this.#steps, seconds: this.#seconds, kernels: this.#kernels };
  }
}
