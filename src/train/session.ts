/**
 * A run's machinery in a target's memory: data, state, order and programs, made once, so that a chunk of steps is one call. What a
 * chunk needs from outside (where it begins, the optimizer's numbers) is written into buffers that stay. Knows nothing of
 * events, files or time.
 */

import { allocate, bytesOf, type Data } from "../base/dtype.ts";
import type { TrainingError } from "../base/errors.ts";
import { deriveKey } from "../base/rng.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";
import { autopsy } from "./autopsy.ts";
import { type Layout, Resident } from "./layout.ts";
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

/** What became of a chunk. */
export interface Taken {
  /** Steps that were finished; fewer than asked for where one failed. */
  readonly steps: number;
  /** A row for each of them. */
  readonly log: Float32Array;
  /** What the step after them met that was not finite, and where; the state is that before it. */
  readonly failure: TrainingError | null;
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
  readonly #programs: Map<number, SizedProgram>;

  private constructor(
    plan: Plan,
    target: Target,
    data: Resident,
    order: Shuffle,
    state: RunState,
    program: SizedProgram,
  ) {
    this.#programs = new Map([[plan.batchSize, program]]);
    this.#plan = plan;
    this.#target = target;
    this.#data = data;
    this.#order = order;
    this.state = state;
    this.#rows = rowsOf(plan);
    this.#scalars = Object.keys(plan.optimizer.scalars(1)).length;
    this.#first = target.allocate(4);
    this.#stream = target.allocate(4);
    this.#table = target.allocate(bytesOf(plan.network.dtype) * this.#rows * this.#scalars);
  }

  /**
   * Places everything, and gives the network its first values if it has none. The program for whole batches is compiled before:
   * where loss and data do not fit, the network stays what it was.
   */
  static async begin(plan: Plan, target: Target): Promise<Session> {
    const { network, seed } = plan;
    const data = await Resident.place(plan.data, target);
    const program = await compileStep(plan, target, data.layout, plan.batchSize);
    const order = await Shuffle.prepare(target, plan.data.length, seed, plan.shuffle);
    if (!network.initialized) network.initialize({ seed });
    const state = await RunState.begin(network, plan.optimizer, target);
    return new Session(plan, target, data, order, state, program);
  }

  /** The order of the examples in an epoch, counted from 1. */
  arrange(epoch: number): Promise<void> {
    return this.#order.arrange(epoch);
  }

  /** Takes steps, up to the first whose loss or gradient is not finite. */
  async take({ epoch, done, first, steps, batchSize }: Chunk): Promise<Taken> {
    const { executable, keys, spec } = await this.#programFor(batchSize);
    await this.#target.write(this.#first, Int32Array.of(first));
    await this.#target.write(this.#stream, Uint32Array.of(done));
    await this.#target.write(this.#table, this.#tableOf(done, steps));
    await this.#target.write(this.state.cursor, Int32Array.of(0));
    const resident = [this.#data.inputs, this.#data.targets, this.#order.permutation];
    const inputs = [...resident, this.#first, this.#stream, this.#table, ...keys];
    const bindings = { inputs, states: this.state.buffers, outputs: [] };
    const report = await executable.run(bindings, steps);
    if (report.steps === steps) return { steps, log: report.log, failure: null };
    const failure = await autopsy(spec, this.#target, bindings, done + report.steps + 1, epoch);
    const width = report.log.length / (report.steps + 1);
    return { steps: report.steps, log: report.log.subarray(0, width * report.steps), failure };
  }

  /** The optimizer's numbers for the steps that follow `done`, a row each. */
  #tableOf(done: number, steps: number): Data {
    const table = allocate(this.#plan.network.dtype, steps * this.#scalars);
    for (let row = 0; row < steps; row++) {
      table.set(Object.values(this.#plan.optimizer.scalars(done + row + 1)), row * this.#scalars);
    }
    return table;
  }

  async #programFor(batchSize: number): Promise<SizedProgram> {
    const known = this.#programs.get(batchSize);
    if (known) return known;
    const made = await compileStep(this.#plan, this.#target, this.#data.layout, batchSize);
    this.#programs.set(batchSize, made);
    return made;
  }

  /** Gives back everything but the parameters, which stay with the network. */
  release(): void {
    for (const { executable, keys } of this.#programs.values()) {
      executable.release();
      for (const key of keys) key.release();
    }
    for (const part of [this.#data, this.#order, this.state, this.#first, this.#stream, this.#table]) part.release();
  }
}

/** Steps whose scalars fit the table. */
function rowsOf(plan: Plan): number {
  return Math.min(mostSteps, plan.steps);
}

async function compileStep(plan: Plan, target: Target, layout: Layout, batchSize: number): Promise<SizedProgram> {
  const { network, loss, metrics, optimizer, seed } = plan;
  const spec = { network, loss, metrics, optimizer, layout, batchSize, rows: rowsOf(plan) };
  const { module, purposes } = traceStep(spec);
  const keys: TargetBuffer[] = [];
  for (const purpose of purposes) {
    const key = target.allocate(8);
    await target.write(key, Uint32Array.from(deriveKey(seed, purpose)));
    keys.push(key);
  }
  return { spec, executable: await target.compile(module), keys };
}
