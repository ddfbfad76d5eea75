/**
 * Training: epochs of chunks of steps, told as events. Everything that decides a result counts steps; time decides only where
 * a chunk ends.
 */

import { pause } from "../base/pause.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../network/network.ts";
import type { Target } from "../targets/target.ts";
import { ChunkSize, now } from "./chunk.ts";
import { Evaluation } from "./evaluation.ts";
import type { EndEvent, EpochEvent, Result, Scores, StartEvent, StepEvent, TrainingEvent } from "./events.ts";
import { RunFolder } from "./folder.ts";
import { Means, meansOf } from "./means.ts";
import { type Plan, planOf, type TrainOptions } from "./options.ts";
import { targetFor } from "./place.ts";
import { Run } from "./run.ts";
import { type Chunk, mostSteps, Session } from "./session.ts";

/**
 * Picks a good function out of the network's set: gradient descent on the loss, step by step.
 *
 * Initializes a network that has no parameters yet, and continues from those it has. Same seed, same bits, on every target in
 * one numerics mode. The network holds the parameters of the last finished step at every moment, also when training ends with an
 * error.
 *
 * @param network  what is changed
 * @param data     what is learned from
 * @param options  loss and optimizer, and what else {@link TrainOptions} says
 * @returns        a run: await it for the result, or read its events
 * @throws {ShapeError | DataError} the network does not fit the data
 * @throws {TrainingError} an option out of range, or a loss or gradient that is not finite, with layer and step
 * @throws {FileError} the run folder cannot be written
 * @example
 * const result = await train(net, digits.train, { loss: crossEntropy(), optimizer: adam(), epochs: 5, seed: 1 });
 */
export function train<In extends readonly number[], Out extends readonly number[]>(
  network: Network<In, Out>,
  data: Dataset,
  options: TrainOptions,
): Run {
  return new Run(async (publish) => {
    const plan = planOf(network as unknown as Network, data, options);
    const target = await targetFor(plan.network, options);
    return new Training(plan, target, options, publish).run();
  });
}

class Training {
  readonly #plan: Plan;
  readonly #target: Target;
  readonly #options: TrainOptions;
  readonly #publish: (event: TrainingEvent) => void;
  readonly #names: readonly string[];
  readonly #means: Means;
  readonly #begun: number = now();
  readonly #history: EpochEvent[] = [];
  readonly #chunks: ChunkSize = new ChunkSize(mostSteps);
  #folder: RunFolder | null = null;
  #done = 0;
  /** How many steps the saved model has behind it. */
  #saved = -1;
  /** Time spent in steps, and examples learned from. */
  #seconds = 0;
  #examples = 0;

  constructor(plan: Plan, target: Target, options: TrainOptions, publish: (event: TrainingEvent) => void) {
    this.#plan = plan;
    this.#target = target;
    this.#options = options;
    this.#publish = publish;
    this.#names = ["loss", ...plan.metrics.map(({ name }) => name)];
    this.#means = new Means(this.#names);
  }

  async run(): Promise<Result> {
    const { network, data, validation } = this.#plan;
    let asked: Evaluation | null = null;
    let session: Session | null = null;
    try {
      asked = validation && (await Evaluation.prepare(this.#plan, validation, this.#target));
      session = await Session.begin(this.#plan, this.#target);
      network.classes = data.classes;
      network.normalization = data.normalization;
      const start = this.#startEvent();
      // Only now, when everything fits: what an earlier run left there is not touched for a slip of the pen.
      if (this.#options.out !== undefined) this.#folder = await RunFolder.open(this.#options.out);
      await this.#folder?.writeConfig(start);
      this.#tell(start);
      while (this.#goesOn()) await this.#epoch(session, asked);
      const end = await this.#endEvent(session);
      await this.#save();
      this.#tell(end);
      const { event: _, ...facts } = end;
      return { ...facts, history: this.#history } as unknown as Result;
    } catch (error) {
      // What was learned before a failure is not lost.
      if (this.#done > 0) await this.#save().catch(() => {});
      throw error;
    } finally {
      asked?.release();
      session?.release();
      this.#folder?.close();
    }
  }

  #goesOn(): boolean {
    return this.#done < this.#plan.steps && !this.#options.signal?.aborted;
  }

  #tell(event: TrainingEvent): void {
    this.#folder?.append(event);
    this.#publish(event);
    for (const callback of this.#options.callbacks ?? []) callback(event);
  }

  async #epoch(session: Session, asked: Evaluation | null): Promise<void> {
    const { data, batchSize, steps } = this.#plan;
    const epoch = this.#history.length + 1;
    const whole = Math.floor(data.length / batchSize);
    const rest = data.length % batchSize;
    this.#means.clear();
    await session.arrange(epoch);
    let place = 0;
    while (place < data.length && this.#goesOn()) {
      const left = whole - Math.floor(place / batchSize);
      const chunk: Chunk = {
        epoch,
        done: this.#done,
        first: place,
        steps: left > 0 ? this.#chunks.next(Math.min(left, steps - this.#done)) : 1,
        batchSize: left > 0 ? batchSize : rest,
      };
      await this.#chunk(session, chunk);
      place += chunk.steps * chunk.batchSize;
      await pause();
    }
    if (place < data.length && this.#done < steps) return; // aborted
    const validation = asked && (await asked.run(session.state.parameters));
    const training = this.#means.scores();
    const event: EpochEvent = {
      event: "epoch",
      epoch,
      step: this.#done,
      training,
      validation,
      seconds: this.#elapsed(),
    };
    this.#history.push(event);
    this.#tell(event);
    await this.#save();
  }

  async #chunk(session: Session, chunk: Chunk): Promise<void> {
    const from = now();
    const { steps, log, failure } = await session.take(chunk);
    const seconds = now() - from;
    if (steps > 0) this.#account(chunk, steps, log, seconds);
    if (failure) throw failure;
  }

  /** Finished steps are counted and told. */
  #account({ epoch, batchSize }: Chunk, steps: number, log: Float32Array, seconds: number): void {
    this.#chunks.measure(steps, seconds);
    this.#means.add(log, batchSize);
    this.#done += steps;
    this.#seconds += seconds;
    this.#examples += steps * batchSize;
    const columns = meansOf(log, this.#names.length, batchSize);
    const event: StepEvent = {
      event: "step",
      epoch,
      step: this.#done,
      losses: columns[0]!,
      metrics: Object.fromEntries(this.#plan.metrics.map(({ name }, index) => [name, columns[index + 1]!])),
      examples: steps * batchSize,
      seconds: this.#elapsed(),
      samplesPerSecond: (steps * batchSize) / seconds,
    };
    this.#tell(event);
  }

  /** Writes the model, where there is a folder for it and it is not there yet. */
  async #save(): Promise<void> {
    if (!this.#folder || this.#saved === this.#done) return;
    const { network } = this.#plan;
    await network.save(this.#folder.model);
    this.#saved = this.#done;
    const epoch = this.#history.length;
    this.#tell({ event: "checkpoint", epoch, step: this.#done, file: this.#folder.model });
  }

  #elapsed(): number {
    return now() - this.#begun;
  }

  #startEvent(): StartEvent {
    const { network, loss, optimizer, data, validation, epochs, steps, batchSize, seed } = this.#plan;
    return {
      event: "start",
      layers: network.toString(),
      inputShape: network.inputShape,
      outputShape: network.outputShape,
      parameters: network.parameterCount,
      loss: loss.print(),
      optimizer: optimizer.print(),
      examples: data.length,
      validationExamples: validation?.length ?? null,
      epochs,
      steps,
      batchSize,
      seed,
      target: this.#target.name,
      numerics: this.#target.numerics,
      threads: this.#target.threads,
    };
  }

  async #endEvent(session: Session): Promise<EndEvent> {
    const { name: target, numerics, threads } = this.#target;
    const last = this.#history.at(-1);
    const scores: Scores = last?.validation ?? last?.training ?? this.#means.scores();
    return {
      event: "end",
      ...scores,
      hash: await session.state.hash(),
      numerics,
      target,
      threads,
      seconds: this.#elapsed(),
      steps: this.#done,
      epochs: this.#history.length,
      samplesPerSecond: this.#examples / this.#seconds,
      aborted: this.#done < this.#plan.steps,
    } as unknown as EndEvent;
  }
}
