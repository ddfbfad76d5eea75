/**
 * A training in progress: epochs of chunks of steps, told as events. Everything that decides a result counts steps; time decides only
 * where a chunk ends.
 */

import { TargetError, TrainingError } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import { printAugmentations } from "../data/augment/strings.ts";
import { Hold } from "../network/hold.ts";
import { isCpuTarget, type Target } from "../targets/target.ts";
import { ChunkSize, now } from "./chunk.ts";
import { Evaluation } from "./evaluation.ts";
import type { EndEvent, EpochEvent, Result, Scores, StartEvent, StepEvent, TrainingEvent } from "./events.ts";
import { RunFolder } from "./folder.ts";
import { Holdings } from "./holdings.ts";
import { Means, meansOf } from "./means.ts";
import type { Plan, TrainOptions } from "./options.ts";
import { ProfileSample } from "./profile.ts";
import { type Chunk, mostSteps, Session } from "./session.ts";

/** One run, from the first placement to the last event. */
export class Training {
  readonly #plan: Plan;
  readonly #target: Target;
  readonly #options: TrainOptions;
  readonly #publish: (event: TrainingEvent) => void;
  readonly #start: StartEvent;
  readonly #names: readonly string[];
  readonly #means: Means;
  readonly #begun: number = now();
  readonly #history: EpochEvent[] = [];
  readonly #chunks: ChunkSize = new ChunkSize(mostSteps);
  readonly #profile: ProfileSample | null;
  #folder: RunFolder | null = null;
  #done = 0;
  /** Complete passes over the data. */
  #passes = 0;
  /** How many steps the saved model has behind it. */
  #saved = -1;
  /** Time spent in steps, and examples learned from. */
  #seconds = 0;
  #examples = 0;
  #underflow: boolean | undefined = undefined;

  constructor(plan: Plan, target: Target, options: TrainOptions, publish: (event: TrainingEvent) => void) {
    this.#plan = plan;
    this.#target = target;
    this.#options = options;
    this.#publish = publish;
    this.#names = ["loss", ...plan.metrics.map(({ name }) => name)];
    this.#means = new Means(this.#names);
    this.#start = this.#startEvent();
    this.#profile = options.profile ? new ProfileSample() : null;
  }

  async run(): Promise<Result> {
    const { network, validation } = this.#plan;
    if (this.#profile && !isCpuTarget(this.#target)) throw cannotProfile(this.#target);
    const hold = new Hold("train", network);
    const holdings = new Holdings(this.#target);
    let session: Session | null = null;
    try {
      if (this.#options.out !== undefined) this.#folder = await RunFolder.take(this.#options.out);
      const asked = validation && (await Evaluation.prepare(this.#plan, validation, holdings));
      session = await Session.begin(this.#plan, this.#target, hold);
      this.#tell(this.#start);
      while (this.#goesOn()) await this.#epoch(session, asked);
      if (this.#done > 0) await this.#keep(session);
      if (this.#profile) this.#tell(this.#profile.event());
      const end = await this.#endEvent(session);
      this.#tell(end);
      const { event: _, ...facts } = end;
      return { ...facts, history: this.#history } as unknown as Result;
    } catch (error) {
      // What was learned before a failure is not lost.
      if (session && this.#folder?.begun) await this.#keep(session).catch(() => {});
      throw error;
    } finally {
      // At once, without waiting: who hears of the end may train the network again.
      hold.release();
      holdings.release();
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
    while (place < data.length) {
      // Before each chunk: whoever copies the parameters in one turn of the event loop has those of one step.
      await pause();
      if (!this.#goesOn()) break;
      const left = whole - Math.floor(place / batchSize);
      const chunk: Chunk = {
        epoch,
        done: this.#done,
        first: place,
        steps: left > 0 ? this.#chunks.next(Math.min(left, steps - this.#done)) : 1,
        batchSize: left > 0 ? batchSize : rest,
      };
      place += chunk.batchSize * (await this.#chunk(session, chunk));
    }
    if (place < data.length && this.#done < steps) return; // aborted
    if (place === data.length) this.#passes++;
    const validation = asked && (await asked.run(session.state.values));
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
    if (this.#folder) await this.#keep(session);
  }

  /** Takes the steps of a chunk; gives how many they were. */
  async #chunk(session: Session, chunk: Chunk): Promise<number> {
    const from = now();
    const profiled = this.#profile?.wantsMore && this.#done > 0 && chunk.batchSize === this.#plan.batchSize;
    const { signal } = this.#options;
    const { steps, log, failure, kernels, underflow } = await session.take(chunk, { signal, profiled });
    if (underflow !== undefined) this.#underflow = underflow || (this.#underflow ?? false);
    const seconds = now() - from;
    if (profiled) this.#profile?.add(steps, seconds, kernels);
    if (steps > 0) {
      const event = this.#account(chunk, steps, log, seconds);
      if (this.#done === steps) await this.#begin(session);
      this.#tell(event);
    }
    if (failure) throw failure.error;
    return steps;
  }

  /** The first steps are done, and have led somewhere: from now on network and folder are this run's. */
  async #begin(session: Session): Promise<void> {
    const { network, data } = this.#plan;
    network.classes = data.classes;
    network.normalization = data.normalization;
    if (!this.#folder) return;
    await this.#checkFinite(session);
    await this.#folder.begin(this.#start, network);
  }

  /** Finished steps are counted, and told later. */
  #account({ epoch, batchSize }: Chunk, steps: number, log: Float32Array, seconds: number): StepEvent {
    this.#chunks.measure(steps, seconds);
    this.#means.add(log, batchSize);
    this.#done += steps;
    this.#seconds += seconds;
    this.#examples += steps * batchSize;
    const columns = meansOf(log, this.#names.length, batchSize);
    return {
      event: "step",
      epoch,
      step: this.#done,
      losses: columns[0]!,
      metrics: Object.fromEntries(this.#plan.metrics.map(({ name }, index) => [name, columns[index + 1]!])),
      examples: steps * batchSize,
      seconds: this.#elapsed(),
      samplesPerSecond: (steps * batchSize) / seconds,
    };
  }

  /** Refuses parameters that are of no use, and writes the model, where there is a folder for it and it is not there yet. */
  async #keep(session: Session): Promise<void> {
    if (this.#saved === this.#done) return;
    await this.#checkFinite(session);
    if (!this.#folder) return;
    await this.#plan.network.save(this.#folder.model);
    this.#saved = this.#done;
    const epoch = this.#history.length;
    this.#tell({ event: "checkpoint", epoch, step: this.#done, file: this.#folder.model });
  }

  /** A step's loss and gradients are tested before the step; what it has made of the parameters, here. */
  async #checkFinite(session: Session): Promise<void> {
    const name = await session.state.notFinite();
    if (name === null) return;
    const [step, hint] = [this.#done, "Lower the learning rate, or check the scale of the inputs"];
    throw new TrainingError(
      `train: the parameter ${name} is not finite after step ${step}, so the model is not saved. ${hint}.`,
      { operation: "train", step, parameter: name, hint },
    );
  }

  #elapsed(): number {
    return now() - this.#begun;
  }

  #startEvent(): StartEvent {
    const { network, loss, optimizer, augment, data, validation, epochs, steps, batchSize, seed } = this.#plan;
    return {
      event: "start",
      layers: network.toString(),
      inputShape: network.inputShape,
      outputShape: network.outputShape,
      parameters: network.parameterCount,
      loss: loss.print(),
      optimizer: optimizer.print(),
      augment: printAugmentations(augment),
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
      epochs: this.#passes,
      samplesPerSecond: this.#examples / this.#seconds,
      aborted: this.#done < this.#plan.steps,
      underflow: this.#underflow,
    } as unknown as EndEvent;
  }
}

function cannotProfile({ name }: Target): TargetError {
  return new TargetError(
    `profile: the target must run kernels; ${name} has none. Train on another target, or without profile.`,
    {
      operation: "profile",
      actual: name,
    },
  );
}
