/**
 * A run's machinery in a target's memory: data, state, order and programs, made once, so that a chunk of steps is one call. What a
 * chunk needs from outside (where it begins, the optimizer's numbers) is written into buffers that stay. Knows nothing of
 * events, files or time.
 */

import { allocate } from "../base/dtype.ts";
import { deriveKey } from "../base/rng.ts";
import type { Hold } from "../network/hold.ts";
import type { Bindings, Executable, KernelTime, Target, TargetBuffer } from "../targets/target.ts";
import { autopsy } from "./autopsy.ts";
import { type Holdings, withHoldings } from "./holdings.ts";
import { placeData, type Resident } from "./layout.ts";
import type { Plan } from "./options.ts";
import { Shuffle } from "./shuffle.ts";
import { RunState } from "./state.ts";
import { type StepSpec, specOf, traceStep } from "./step.ts";

/** Steps that one call can take at most. */
export const mostSteps = 4096;

/** The program for batches of one size. */
interface SizedProgram {
  readonly spec: StepSpec;
  readonly executable: Executable;
  /** What the program's inputs after those of the session are bound to: key words of random purposes, captured tensors. */
  readonly own: readonly TargetBuffer[];
}

/** A program of a session, with everything it runs on. */
interface BoundProgram extends SizedProgram {
  readonly bindings: Bindings;
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
  /** Why the step after them was not taken: what was not finite, or what the schedule threw. The state is that before it. */
  readonly failure: { readonly error: unknown } | null;
  /** What each kernel took, where that was asked for. */
  readonly kernels: readonly KernelTime[];
  /** Whether something underflowed to zero, where the target can tell. */
  readonly underflow: boolean | undefined;
}

export class Session {
  readonly state: RunState;
  readonly #plan: Plan;
  readonly #holdings: Holdings;
  readonly #target: Target;
  readonly #data: Resident;
  readonly #order: Shuffle;
  readonly #first: TargetBuffer;
  readonly #stream: TargetBuffer;
  readonly #table: TargetBuffer;
  /** What a chunk writes there: made once, for thousands of chunks would leave as much behind. */
  readonly #rows: Float32Array | Float64Array;
  readonly #start: Int32Array = new Int32Array(1);
  readonly #steps: Uint32Array = new Uint32Array(1);
  readonly #zero: Int32Array = new Int32Array(1);
  readonly #scalars: readonly string[];
  readonly #programs: Map<number, BoundProgram> = new Map();

  private constructor(
    plan: Plan,
    holdings: Holdings,
    data: Resident,
    order: Shuffle,
    state: RunState,
    program: SizedProgram,
  ) {
    this.#plan = plan;
    this.#holdings = holdings;
    this.#target = holdings.target;
    this.#data = data;
    this.#order = order;
    this.state = state;
    this.#scalars = program.spec.scalars;
    this.#rows = allocate(plan.network.dtype as "float32" | "float64", rowsOf(plan) * this.#scalars.length);
    this.#first = holdings.allocate(4);
    this.#stream = holdings.allocate(4);
    this.#table = holdings.allocate(this.#rows.byteLength);
    this.#add(plan.batchSize, program);
  }

  /**
   * Places everything, and gives the network its first values if it has none. The program for whole batches is compiled before:
   * where loss and data do not fit, the network stays what it was. So it does where a layer refuses a last batch of one example.
   */
  static begin(plan: Plan, target: Target, hold: Hold): Promise<Session> {
    const { network, seed, optimizer } = plan;
    return withHoldings(target, async (holdings) => {
      const program = await compileStep(plan, holdings, plan.batchSize);
      const whole = Math.floor(plan.data.length / plan.batchSize);
      if (plan.data.length % plan.batchSize === 1 && plan.steps > whole) traceStep(specOf(plan, 1, rowsOf(plan)));
      const data = await placeData(plan.data, holdings);
      const order = await Shuffle.prepare(holdings, plan.data.length, seed, plan.shuffle);
      if (!network.initialized) hold.change(() => network.initialize({ seed }));
      const state = await RunState.begin(network, optimizer, holdings, hold);
      return new Session(plan, holdings, data, order, state, program);
    });
  }

  /** The order of the examples in an epoch, counted from 1. */
  arrange(epoch: number): Promise<void> {
    return this.#order.arrange(epoch);
  }

  /**
   * Takes steps, up to the first whose loss or gradient is not finite, or for which the optimizer has no numbers; fewer, where a signal
   * comes in between.
   */
  async take(
    { epoch, done, first, steps, batchSize }: Chunk,
    { signal, profiled = false }: { readonly signal?: AbortSignal | undefined; readonly profiled?: boolean } = {},
  ): Promise<Taken> {
    const { executable, bindings, spec } = this.#programs.get(batchSize) ?? (await this.#compile(batchSize));
    const { rows, failure } = this.#fillTable(done, steps);
    if (rows === 0) return { steps: 0, log: new Float32Array(), failure, kernels: [], underflow: undefined };
    this.#start[0] = first;
    this.#steps[0] = done;
    await this.#target.write(this.#first, this.#start);
    await this.#target.write(this.#stream, this.#steps);
    await this.#target.write(this.#table, this.#rows.subarray(0, rows * this.#scalars.length));
    await this.#target.write(this.state.cursor, this.#zero);
    const timed = profiled ? await executable.profile?.(bindings, rows) : undefined;
    const report = timed ?? (await executable.run(bindings, rows, signal));
    const kernels = timed?.kernels ?? [];
    const { underflow } = report;
    if (report.steps === rows) return { steps: rows, log: report.log, failure, kernels, underflow };
    if (report.interrupted) return { steps: report.steps, log: report.log, failure: null, kernels, underflow };
    const error = await autopsy(spec, this.#target, bindings, done + report.steps + 1, epoch);
    const width = report.log.length / (report.steps + 1);
    const log = report.log.subarray(0, width * report.steps);
    return { steps: report.steps, log, failure: { error }, kernels, underflow };
  }

  /** The optimizer's numbers for the steps that follow `done`, a row each, up to the first for which it throws. */
  #fillTable(done: number, steps: number): { rows: number; failure: Taken["failure"] } {
    const { optimizer, steps: total } = this.#plan;
    let rows = 0;
    try {
      for (; rows < steps; rows++) {
        const scalars = optimizer.scalars(done + rows + 1, total);
        const from = rows * this.#scalars.length;
        for (let i = 0; i < this.#scalars.length; i++) this.#rows[from + i] = scalars[this.#scalars[i]!]!;
      }
      return { rows, failure: null };
    } catch (error) {
      return { rows, failure: { error } };
    }
  }

  async #compile(batchSize: number): Promise<BoundProgram> {
    return this.#add(batchSize, await compileStep(this.#plan, this.#holdings, batchSize));
  }

  #add(batchSize: number, program: SizedProgram): BoundProgram {
    const resident = [this.#data.inputs, this.#data.targets, this.#order.permutation];
    const inputs = [...resident, this.#first, this.#stream, this.#table, ...program.own];
    const bound = { ...program, bindings: { inputs, states: this.state.buffers, outputs: [] } };
    this.#programs.set(batchSize, bound);
    return bound;
  }

  /** Gives back everything but the parameters, which stay with the network. */
  release(): void {
    this.#holdings.release();
  }
}

/** Steps whose scalars fit the table. */
function rowsOf(plan: Plan): number {
  return Math.min(mostSteps, plan.steps);
}

async function compileStep(plan: Plan, holdings: Holdings, batchSize: number): Promise<SizedProgram> {
  const spec = specOf(plan, batchSize, rowsOf(plan));
  const { module, purposes, captured } = traceStep(spec);
  const executable = await holdings.compile(module);
  const own: TargetBuffer[] = [];
  for (const purpose of purposes) own.push(await holdings.place(Uint32Array.from(deriveKey(plan.seed, purpose))));
  own.push(...(await captured.on(holdings.target)));
  return { spec, executable, own };
}
