/**
 * A training in progress: epochs of chunks of steps, told as events. Everything that decides a result counts steps; time decides only
 * where a chunk ends.
 */

import { TargetError } from "../base/errors.ts";
import { pause } from "../base/pause.ts";
import { printAugmentations } from "../data/augment/strings.ts";
import { Hold } from "../network/hold.ts";
import { isCpuTarget, type Target } from "../targets/target.ts";
import { Accounts } from "./accounts.ts";
import { ChunkSize, now } from "./chunk.ts";
import { Watch } from "./early-stopping.ts";
import { Evaluation } from "./evaluation.ts";
import type { EndEvent, EpochEvent, Result, RunFacts, Scores, StartEvent, TrainingEvent } from "./events.ts";
import { type Moment, Warnings } from "./health/warnings.ts";
import { Holdings } from "./holdings.ts";
import { Keeper } from "./keeper.ts";
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
  readonly #accounts: Accounts;
  readonly #history: EpochEvent[] = [];
  readonly #chunks: ChunkSize = new ChunkSize(mostSteps);
  readonly #profile: ProfileSample | null;
  readonly #watch: Watch | null;
  #keeper: Keeper | null = null;
  #warnings: Warnings | null = null;

  constructor(plan: Plan, target: Target, options: TrainOptions, publish: (event: TrainingEvent) => void) {
    this.#plan = plan;
    this.#target = target;
    this.#options = options;
    this.#publish = publish;
    this.#accounts = new Accounts(plan);
    this.#start = startEvent(plan, target);
    this.#profile = options.profile ? new ProfileSample() : null;
    this.#watch = plan.earlyStopping && new Watch(plan.earlyStopping);
  }

  async run(): Promise<Result> {
    const { network, validation } = this.#plan;
    if (this.#profile && !isCpuTarget(this.#target)) throw cannotProfile(this.#target);
    const hold = new Hold("train", network);
    const holdings = new Holdings(this.#target);
    let session: Session | null = null;
    try {
      this.#keeper = await Keeper.take(network, this.#options.out);
      const from = now();
      const asked = validation && (await Evaluation.prepare(this.#plan, validation, holdings));
      session = await Session.begin(this.#plan, this.#target, hold);
      this.#tell(this.#start);
      if (this.#options.warnings ?? true) this.#warnings = new Warnings(this.#plan, this.#target, now() - from);
      this.#tellAll(this.#warnings?.begin());
      while (this.#goesOn()) await this.#epoch(session, asked);
      const facts = await this.#finish(session);
      this.#tell({ event: "end", ...facts } as unknown as EndEvent);
      return { ...facts, history: this.#history } as unknown as Result;
    } catch (error) {
      // What was learned before a failure is not lost; the best epoch's model is saved already.
      if (session && this.#keeper?.begun && !this.#watch?.kept) await this.#keep(session).catch(() => {});
      throw error;
    } finally {
      // At once, without waiting: who hears of the end may train the network again.
      hold.release();
      holdings.release();
      this.#warnings?.release();
      session?.release();
      this.#keeper?.close();
    }
  }

  #goesOn(): boolean {
    return this.#accounts.steps < this.#plan.steps && !this.#options.signal?.aborted && !this.#watch?.isOver;
  }

  #tell(event: TrainingEvent): void {
    this.#keeper?.append(event);
    this.#publish(event);
    for (const callback of this.#options.callbacks ?? []) callback(event);
  }

  #tellAll(events: readonly TrainingEvent[] | undefined): void {
    for (const event of events ?? []) this.#tell(event);
  }

  async #epoch(session: Session, asked: Evaluation | null): Promise<void> {
    const { data, batchSize, steps } = this.#plan;
    const epoch = this.#history.length + 1;
    const whole = Math.floor(data.length / batchSize);
    const rest = data.length % batchSize;
    this.#accounts.beginEpoch();
    await session.arrange(epoch);
    let place = 0;
    while (place < data.length) {
      // Before each chunk: whoever copies the parameters in one turn of the event loop has those of one step.
      await pause();
      if (!this.#goesOn()) break;
      const done = this.#accounts.steps;
      const left = whole - Math.floor(place / batchSize);
      const chunk: Chunk = {
        epoch,
        done,
        first: place,
        steps: left > 0 ? this.#chunks.next(Math.min(left, steps - done)) : 1,
        batchSize: left > 0 ? batchSize : rest,
      };
      place += chunk.batchSize * (await this.#chunk(session, chunk));
    }
    if (place < data.length && this.#accounts.steps < steps) return; // aborted
    if (place === data.length) this.#accounts.endPass();
    const event: EpochEvent = {
      event: "epoch",
      epoch,
      step: this.#accounts.steps,
      training: this.#accounts.scores(),
      validation: asked && (await asked.run(session.state.values)),
      seconds: this.#accounts.elapsed,
    };
    this.#history.push(event);
    this.#tell(event);
    this.#tellAll(this.#warnings?.epoch(this.#history, this.#moment(epoch)));
    const isWorthSaving = (await this.#watch?.judge(event, session.state)) ?? true;
    if (this.#keeper?.hasFolder && isWorthSaving) await this.#keep(session);
  }

  /** Takes the steps of a chunk; gives how many they were. */
  async #chunk(session: Session, chunk: Chunk): Promise<number> {
    const from = now();
    const { signal } = this.#options;
    const isFirst = this.#accounts.steps === 0;
    const profiled = this.#profile?.wantsMore && !isFirst && chunk.batchSize === this.#plan.batchSize;
    const taken = await session.take(chunk, { signal, profiled });
    const { steps, failure, kernels } = taken;
    const seconds = now() - from;
    if (profiled) this.#profile?.add(steps, seconds, kernels);
    if (steps > 0) {
      this.#chunks.measure(steps, seconds);
      const event = this.#accounts.take(chunk, taken, seconds);
      if (isFirst) await this.#begin(session);
      this.#tell(event);
      this.#tellAll(await this.#warnings?.step(event.losses, this.#moment(chunk.epoch), session.state.trained));
    }
    if (failure) throw failure.error;
    return steps;
  }

  #moment(epoch: number): Moment {
    return { epoch, step: this.#accounts.steps, seconds: this.#accounts.elapsed };
  }

  /** The first steps are done, and have led somewhere: from now on network and folder are this run's. */
  async #begin(session: Session): Promise<void> {
    const { network, data } = this.#plan;
    network.classes = data.classes;
    network.normalization = data.normalization;
    await this.#keeper?.begin(this.#start, session.state, this.#accounts.steps);
  }

  /** Keeps the model as it is after `step`. */
  async #keep(session: Session, step: number = this.#accounts.steps): Promise<void> {
    const file = await this.#keeper?.keep(session.state, step);
    if (file) this.#tell({ event: "checkpoint", epoch: this.#history.length, step, file });
  }

  /** The run is over, one way or another: goes back to the best epoch where that was asked for; gives what came of it. */
  async #finish(session: Session): Promise<RunFacts> {
    const last = this.#history.at(-1) ?? null;
    const stoppedEarly = this.#accounts.steps < this.#plan.steps && (this.#watch?.isOver ?? false);
    if (stoppedEarly) this.#tell(this.#watch!.event(last!));
    const best = (await this.#watch?.restore(session.state)) ?? null;
    if (this.#accounts.steps > 0) await this.#keep(session, best?.step);
    if (this.#profile) this.#tell(this.#profile.event());
    const { name: target, numerics, threads } = this.#target;
    const told = best ?? last;
    const scores: Scores = told?.validation ?? told?.training ?? this.#accounts.scores();
    return {
      ...scores,
      hash: await session.state.hash(),
      numerics,
      target,
      threads,
      ...this.#accounts.facts(),
      aborted: this.#accounts.steps < this.#plan.steps && !stoppedEarly,
      stoppedEarly,
      bestEpoch: best?.epoch ?? null,
    };
  }
}

function startEvent(plan: Plan, target: Target): StartEvent {
  const { network, loss, optimizer, augment, clipNorm, clipValue, averaging, earlyStopping } = plan;
  const { data, validation, epochs, steps, batchSize, seed } = plan;
  return {
    event: "start",
    layers: network.toString(),
    inputShape: network.inputShape,
    outputShape: network.outputShape,
    parameters: network.parameterCount,
    loss: loss.print(),
    optimizer: optimizer.print(),
    augment: printAugmentations(augment),
    clipNorm,
    clipValue,
    averaging: averaging?.print() ?? null,
    earlyStopping,
    data: data.name,
    examples: data.length,
    validationExamples: validation?.length ?? null,
    epochs,
    steps,
    batchSize,
    seed,
    target: target.name,
    numerics: target.numerics,
    threads: target.threads,
  };
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
