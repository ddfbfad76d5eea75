/** A run's books: steps, examples and time so far, the means of the present epoch, and what is told of a chunk. */

import { rateOf } from "../optimizer/optimizer.ts";
import { now } from "./chunk.ts";
import type { RunFacts, Scores, StepEvent } from "./events.ts";
import { lastColumn, Means, meansOf } from "./means.ts";
import type { Plan } from "./options.ts";
import type { Chunk, Taken } from "./session.ts";

export class Accounts {
  readonly #plan: Plan;
  readonly #names: readonly string[];
  readonly #means: Means;
  readonly #begun: number = now();
  #steps = 0;
  /** Complete passes over the data. */
  #passes = 0;
  /** Time spent in steps, and examples learned from. */
  #seconds = 0;
  #examples = 0;
  #underflow: boolean | undefined = undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#names = ["loss", ...plan.metrics.map(({ name }) => name)];
    this.#means = new Means(this.#names);
  }

  /** Steps that are done. */
  get steps(): number {
    return this.#steps;
  }

  /** Seconds since the run began. */
  get elapsed(): number {
    return now() - this.#begun;
  }

  beginEpoch(): void {
    this.#means.clear();
  }

  /** An epoch has seen all the data. */
  endPass(): void {
    this.#passes++;
  }

  /** Means over the examples of the present epoch. */
  scores(): Scores {
    return this.#means.scores();
  }

  /** Finished steps are counted; what is told of them. */
  take({ epoch, batchSize }: Chunk, { steps, log, underflow }: Taken, seconds: number): StepEvent {
    const { metrics, optimizer, clipNorm, steps: total } = this.#plan;
    const width = this.#names.length;
    const { rest: sums, last: norms } = clipNorm === null ? { rest: log, last: null } : lastColumn(log, width + 1);
    this.#means.add(sums, batchSize);
    this.#steps += steps;
    this.#seconds += seconds;
    this.#examples += steps * batchSize;
    if (underflow !== undefined) this.#underflow = underflow || (this.#underflow ?? false);
    const columns = meansOf(sums, width, batchSize);
    return {
      event: "step",
      epoch,
      step: this.#steps,
      losses: columns[0]!,
      metrics: Object.fromEntries(metrics.map(({ name }, index) => [name, columns[index + 1]!])),
      learningRate: rateOf(optimizer, this.#steps, total),
      gradientNorms: norms,
      examples: steps * batchSize,
      seconds: this.elapsed,
      samplesPerSecond: (steps * batchSize) / seconds,
    };
  }

  /** What the books say about the whole run. */
  facts(): Pick<RunFacts, "seconds" | "steps" | "epochs" | "samplesPerSecond" | "underflow"> {
    return {
      seconds: this.elapsed,
      steps: this.#steps,
      epochs: this.#passes,
      samplesPerSecond: this.#examples / this.#seconds,
      underflow: this.#underflow,
    };
  }
}
