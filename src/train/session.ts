/**
 * A run's machinery in a target's memory: data, state, order and programs, made once, so that a chunk of steps is one call. What a
 * chunk needs from outside (where it begins, the optimizer's numbers) is written into buffers that stay. Knows nothing of
 * events, files or time.
 */

import { deriveKey } from "../base/rng.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";
import { autopsy } from "./autopsy.ts";
import { Resident } from "./layout.ts";
import type { Plan } from "./options.ts";
import { Shuffle } from "./shuffle.ts";
import { RunState } from "./state.ts";
import { type StepSpec, traceStep } from "./step.ts";

/** Steps that one call can take at most. */
export const mostSteps = 4096;

/** The program for batches of one size. */
interface SizedProgram {
  readonly spec: StepSpec;
  readonly executable: Executable;
  /** Key words of the random purposes, in the order of the program's inputs. */
  readonly keys: readonly TargetBuffer[];
}

/** Which steps a call takes: `steps` batches of `batchSize` from place `first` of the epoch's order. */
export interface Chunk {
  readonly epoch: number;
  /** Steps done in the run before. */
  readonly done: number;
  readonly first: number;
  readonly steps: number;
  readonly batchSize: number;
}

export class Session {
  readonly state: RunState;
  readonly #plan: Plan;
  readonly #target: Target;
  readonly #data: Resident;
  readonly #order: Shuffle;
  readonly #first: TargetBuffer;
  readonly #stream: TargetBuffer;
  readonly #table: TargetBuffer;
  readonly #rows: number;
  readonly #scalars: number;
  readonly #programs: Map<number, Promise<SizedProgram>> = new Map();

  private constructor(plan: Plan, target: Target, data: Resident, order: Shuffle, state: RunState) {
    this.#plan = plan;
    this.#target = target;
    this.#data = data;
    this.#order = order;
    this.state = state;
    this.#rows = Math.min(mostSteps, plan.steps);
    this.#scalars = Object.keys(plan.optimizer.scalars(1)).length;
    this.#first = target.allocate(4);
    this.#stream = target.allocate(4);
    this.#table = target.allocate(4 * this.#rows * this.#scalars);
  }

  /** Places everything; compiles the program for whole batches, so that misfits of loss and data show now. */
  static async begin(plan: Plan, target: Target): Promise<Session> {
    const data = await Resident.place(plan.data, target);
    const order = await Shuffle.prepare(target, plan.data.length, plan.seed, plan.shuffle);
    const state = await RunState.begin(plan.network, plan.optimizer, target);
    const session = new Session(plan, target, data, order, state);
    await session.#programFor(plan.batchSize);
    return session;
  }

  /** The order of the examples in an epoch, counted from 1. */
  arrange(epoch: number): Promise<void> {
    return this.#order.arrange(epoch);
  }

  /**
   * Takes steps; gives a row of the log per step.
   *
   * @throws {TrainingError} a step's loss or gradient was not finite: what, and where; the state is that before the step
   */
  async take({ epoch, done, first, steps, batchSize }: Chunk): Promise<Float32Array> {
    const { executable, keys, spec } = await this.#programFor(batchSize);
    await this.#target.write(this.#first, Int32Array.of(first));
    await this.#target.write(this.#stream, Uint32Array.of(done));
    await this.#target.write(this.#table, this.#tableOf(done, steps));
    await this.#target.write(this.state.cursor, Int32Array.of(0));
    const resident = [this.#data.inputs, this.#data.targets, this.#order.permutation];
    const inputs = [...resident, this.#first, this.#stream, this.#table, ...keys];
    const bindings = { inputs, states: this.state.buffers, outputs: [] };
    const report = await executable.run(bindings, steps);
    if (report.steps === steps) return report.log;
    throw await autopsy(spec, this.#target, bindings, done + report.steps + 1, epoch);
  }

  /** The optimizer's numbers for the steps that follow `done`, a row each. */
  #tableOf(done: number, steps: number): Float32Array {
    const table = new Float32Array(steps * this.#scalars);
    for (let row = 0; row < steps; row++) {
      table.set(Object.values(this.#plan.optimizer.scalars(done + row + 1)), row * this.#scalars);
    }
    return table;
  }

  #programFor(batchSize: number): Promise<SizedProgram> {
    const known = this.#programs.get(batchSize);
    if (known) return known;
    const made = this.#compile(batchSize);
    this.#programs.set(batchSize, made);
    return made;
  }

  async #compile(batchSize: number): Promise<SizedProgram> {
    const { network, loss, metrics, optimizer, seed } = this.#plan;
    const spec = { network, loss, metrics, optimizer, layout: this.#data.layout, batchSize, rows: this.#rows };
    const { module, purposes } = traceStep(spec);
    const keys: TargetBuffer[] = [];
    for (const purpose of purposes) {
      const key = this.#target.allocate(8);
      await this.#target.write(key, Uint32Array.from(deriveKey(seed, purpose)));
      keys.push(key);
    }
    return { spec, executable: await this.#target.compile(module), keys };
  }

  /** Gives back everything but the parameters, which stay with the network. */
  async release(): Promise<void> {
    for (const made of this.#programs.values()) {
      const program = await made.catch(() => null);
      program?.executable.release();
      for (const key of program?.keys ?? []) key.release();
    }
    for (const part of [this.#data, this.#order, this.state, this.#first, this.#stream, this.#table]) part.release();
  }
}
