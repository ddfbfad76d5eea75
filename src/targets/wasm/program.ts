/**
 * A program as one WebAssembly module: its kernels, each once, and `run(table, steps, log) → steps done`, the loop over steps. The
 * table holds the base address of every slot, so the module knows no addresses and runs on any binding.
 */

import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import type { Numerics } from "../target.ts";
import { emitKernel } from "./emitter.ts";
import { Code, encodeModule, type FunctionDefinition } from "./encoder.ts";

/** The program's kernels, each once. */
export function kernelsOf({ before, after }: Program): Kernel[] {
  return [...new Set([...before, ...after].map((call) => call.kernel))];
}

/** The bytes of a module that exports the program's kernels one by one, by their numbers in {@link kernelsOf}. */
export function encodeKernels(program: Program, numerics: Numerics): Uint8Array<ArrayBuffer> {
  const functions = kernelsOf(program).map((kernel) => emitKernel(kernel, numerics));
  return encodeModule(functions.map((one, number) => ({ ...one, name: String(number), exported: true })));
}

/** The bytes of the module; it imports `env.memory` and exports `run`. */
export function encodeProgram(program: Program, numerics: Numerics): Uint8Array<ArrayBuffer> {
  const kernels = kernelsOf(program);
  const functions = kernels.map((kernel) => emitKernel(kernel, numerics));
  const numbers = new Map(kernels.map((kernel, index) => [kernel, index]));
  return encodeModule([...functions, runFunction(program, numbers)]);
}

function runFunction(program: Program, numbers: ReadonlyMap<Kernel, number>): FunctionDefinition {
  const [table, steps, log] = [0, 1, 2];
  const code = new Code(3);
  const done = code.local("i32");
  // Loaded where it is used: a function has room for fewer locals than a program may have slots.
  const base = (slot: number): Code => code.get(table).memory("i32.load", 4 * slot);
  const address = ({ slot, offset }: Place): void => {
    base(slot);
    if (offset > 0) code.constant(offset).op("i32.add");
  };
  const call = ({ kernel, places }: Call): void => {
    for (const place of places) address(place);
    code.constant(0).constant(kernel.extent).constant(0).call(numbers.get(kernel)!);
  };

  code.open("block").get(steps).op("i32.eqz").branchIf(0).open("loop");
  program.before.forEach(call);
  program.log.forEach(({ slot, offset }, i) => {
    code.get(log);
    base(slot)
      .memory("i32.load", offset)
      .memory("i32.store", 4 * i);
  });
  if (program.log.length > 0)
    code
      .get(log)
      .constant(4 * program.log.length)
      .op("i32.add")
      .set(log);
  if (program.guard) {
    base(program.guard.slot).memory("i32.load8_u", program.guard.offset).op("i32.eqz").branchIf(1);
  }
  program.after.forEach(call);
  code.get(done).constant(1).op("i32.add").tee(done).get(steps).op("i32.lt_s").branchIf(0);
  code.end().end().get(done);
  return { name: "run", parameters: 3, returns: true, code, exported: true };
}
