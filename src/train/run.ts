/**
 * A training run as its caller holds it: something to await, and a stream of events to read, in either order or both. Leaving
 * the stream does not stop the run; an AbortSignal does.
 */

import { Channel } from "./channel.ts";
import type { Result, TrainingEvent } from "./events.ts";

/**
 * What {@link train} returns at once.
 *
 * @example const result = await train(net, data, options);
 * @example for await (const event of run) if (event.event === "epoch") console.log(event.training.loss);
 */
export class Run implements PromiseLike<Result>, AsyncIterable<TrainingEvent> {
  readonly #channel: Channel = new Channel();
  readonly #result: Promise<Result>;

  /** @param work does the run; it starts in a later turn, so that a reader attached now misses nothing. */
  constructor(work: (publish: (event: TrainingEvent) => void) => Promise<Result>) {
    this.#result = Promise.resolve()
      .then(() => work((event) => this.#channel.publish(event)))
      .then(
        (result) => {
          this.#channel.close();
          return result;
        },
        (error: unknown) => {
          this.#channel.close(error);
          throw error;
        },
      );
  }

  /** The run's result; rejects with the error that ended it. */
  get result(): Promise<Result> {
    return this.#result;
  }

  // biome-ignore lint/suspicious/noThenProperty: `await run` is the point of this class.
  then<A = Result, B = never>(
    fulfilled?: ((result: Result) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(fulfilled, rejected);
  }

  [Symbol.asyncIterator](): AsyncIterator<TrainingEvent> {
    // Whoever reads the events meets an error there; it is not unhandled.
    this.#result.catch(() => {});
    return this.#channel[Symbol.asyncIterator]();
  }
}
