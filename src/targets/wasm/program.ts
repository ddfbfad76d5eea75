/**
 * A program as one WebAssembly module: its kernels, each once, and `run(table, steps, log) → steps done`, the loop over steps. The
 * table holds the base address of every slot, so the module knows no addresses and runs on any binding. Several threads run the same
 * `run` at the same time, with three more arguments: the program's state, their number, and how many they are.
 */

import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import type { Numerics } from "../target.ts";
import { emitKernel } from "./emitter.ts";
import { Code, encodeModule, type FunctionDefinition } from "./encoder.ts";
import { type Plan, planThreads, type Step } from "./plan.ts";
import { barrierFunction, countersAt, type Sharing, sharedKernel } from "./sharing.ts";

/** The program's kernels, each once. */
export function kernelsOf({ before, after }: Program): Kernel[] {
  return [...new Set([...before, ...after].map((call) => call.kernel))];
}

/**
 * The bytes of a module that exports the program's kernels one by one, by their numbers in {@link kernelsOf}.
 *
 * @param isShared  whether its memory is
 */
export function encodeKernels(program: Program, numerics: Numerics, isShared: boolean): Uint8Array<ArrayBuffer> {
  const functions = kernelsOf(program).map((kernel) => emitKernel(kernel, numerics));
  const exported = functions.map((one, number) => ({ ...one, name: String(number), exported: true }));
  return encodeModule(exported, isShared);
}

/** How a program runs on a memory that is not shared. */
const unshared: Sharing = { threads: 1, looks: 0 };

/**
 * The bytes of the module; it imports `env.memory` and exports `run`.
 *
 * @param sharing  on a shared memory
 * @param plan     how the threads share the program; one thread alone has none to share it with
 */
export function encodeProgram(
  program: Program,
  numerics: Numerics,
  sharing?: Sharing,
  plan: Plan = planThreads(program, sharing?.threads ?? 1),
): Uint8Array<ArrayBuffer> {
  const kernels = kernelsOf(program);
  const functions = kernels.map((kernel) => emitKernel(kernel, numerics));
  const writer = new RunWriter(program, plan, sharing ?? unshared);
  kernels.forEach((kernel, number) => writer.alone.set(kernel, number));
  if (plan.counters > 0) {
    const steps = [...plan.before, ...plan.after].filter(({ shared }) => shared !== null);
    for (const kernel of new Set(steps.map(({ call }) => call.kernel))) {
      const number = functions.push(sharedKernel(kernel, writer.alone.get(kernel)!, sharing!)) - 1;
      writer.shared.set(kernel, number);
    }
    writer.barrier = functions.push(barrierFunction(sharing!, plan.counters)) - 1;
  }
  return encodeModule([...functions, writer.write()], sharing !== undefined);
}

/** Parameters of `run`. */
const [table, steps, log, state, thread, threads] = [0, 1, 2, 3, 4, 5];

class RunWriter {
  /** The number of a kernel's function, and of the one that shares it. */
  readonly alone: Map<Kernel, number> = new Map();
  readonly shared: Map<Kernel, number> = new Map();
  /** The number of the barrier's function. */
  barrier = -1;
  readonly #program: Program;
  readonly #plan: Plan;
  readonly #threads: number;
  readonly #code = new Code(6);

  constructor(program: Program, plan: Plan, sharing: Sharing) {
    this.#program = program;
    this.#plan = plan;
    this.#threads = sharing.threads;
  }

  write(): FunctionDefinition {
    const code = this.#code;
    const { guard } = this.#program;
    const done = code.local("i32");
    code.open("block").get(steps).op("i32.eqz").branchIf(0).open("loop");
    this.#steps(this.#plan.before);
    if (this.#plan.barrier) this.#wait();
    this.#byThreadZero(() => this.#log());
    if (guard) {
      this.#base(guard.slot).memory("i32.load8_u", guard.offset).op("i32.eqz").open("if");
      this.#wait();
      code.branch(2).end();
    }
    this.#steps(this.#plan.after);
    this.#wait();
    code.get(done).constant(1).op("i32.add").tee(done).get(steps).op("i32.lt_s").branchIf(0);
    code.end().end().get(done);
    return { name: "run", parameters: 6, returns: true, code, exported: true };
  }

  /** Calls one after the other; those between which nothing is shared are thread 0's in one go. */
  #steps(list: readonly Step[]): void {
    const own: Call[] = [];
    const flush = (): void => {
      const calls = own.splice(0);
      if (calls.length > 0) this.#byThreadZero(() => calls.forEach((call) => this.#call(call)));
    };
    for (const { call, barrier, shared } of list) {
      if (barrier || shared !== null) flush();
      if (barrier) this.#wait();
      if (shared === null) own.push(call);
      else this.#share(call, shared);
    }
    flush();
  }

  #call({ kernel, places }: Call): void {
    for (const place of places) this.#address(place);
    this.#code.constant(0).constant(kernel.extent).constant(0).call(this.alone.get(kernel)!);
  }

  #share({ kernel, places }: Call, number: number): void {
    for (const place of places) this.#address(place);
    this.#code.get(state).constant(countersAt(this.#threads, number)).op("i32.add");
    this.#code.get(thread).call(this.shared.get(kernel)!);
  }

  /** All threads wait for each other, where there may be several. */
  #wait(): void {
    if (this.#plan.counters > 0) this.#code.get(state).get(threads).call(this.barrier);
  }

  #byThreadZero(write: () => void): void {
    if (this.#plan.counters === 0) return write();
    this.#code.get(thread).op("i32.eqz").open("if");
    write();
    this.#code.end();
  }

  #log(): void {
    const { length } = this.#program.log;
    this.#program.log.forEach(({ slot, offset }, i) => {
      this.#code.get(log);
      this.#base(slot)
        .memory("i32.load", offset)
        .memory("i32.store", 4 * i);
    });
    if (length === 0) return;
    this.#code
      .get(log)
      .constant(4 * length)
      .op("i32.add")
      .set(log);
  }

  /** Loaded where it is used: a function has room for fewer locals than a program may have slots. */
  #base(slot: number): Code {
    return this.#code.get(table).memory("i32.load", 4 * slot);
  }

  #address({ slot, offset }: Place): void {
    this.#base(slot);
    if (offset > 0) this.#code.constant(offset).op("i32.add");
  }
}
