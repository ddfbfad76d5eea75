/**
 * Functions as programs: recorded once per structure of their arguments, compiled, then run without recording again. JavaScript
 * numbers inside become constants of the program; what shall change is an argument.
 */

import { GradusError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import { describeTree, mapTree } from "../base/tree.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import type { Executable, Target } from "../targets/target.ts";
import { checkFunction, checkTensors, isTensor, type Tensors, tensorsOf } from "./grad.ts";
import { Recent, runModule } from "./programs.ts";
import { inputsOf, targetOf } from "./realize.ts";
import { leaf, type Storage, storageOf } from "./storage.ts";
import { nodeOf, realize, type Tensor, tensorOf } from "./tensor.ts";
import { inTrace, isTracing } from "./tracing.ts";

interface Compiled {
  readonly module: Module;
  readonly target: Target;
  readonly executable: Promise<Executable>;
  /** Values of tensors that the function uses from outside, as they were when it was recorded. */
  readonly captured: readonly Storage[];
  /** The result's nesting, with the place of each output. */
  readonly result: Tensors;
  readonly places: ReadonlyMap<Tensor, number>;
}

/**
 * A function as a program. The first call with arguments of new shapes records and compiles it; all others only run.
 *
 * @param f  from tensors, in arrays and records too, to tensors; without waiting and without effects, for it is not called again
 * @returns  the same function, whose results are computed when its promise resolves
 * @throws {GradusError} when called: f returns something else than tensors
 * @example
 * const step = compile((w: Tensor, x: Tensor) => w.sub(x.mul(0.1)));
 * await step(tensor([1, 2]), tensor([10, 10]))  // [0, 1]
 */
export function compile<Args extends Tensors[], R extends Tensors>(
  f: (...args: Args) => R,
): (...args: Args) => Promise<R> {
  checkFunction("compile", f, "from tensors to tensors");
  const programs = new Recent<Promise<Compiled>>();
  const run = async (...args: Args): Promise<R> => {
    for (const arg of args) checkTensors("compile", "every argument", arg);
    const given = tensorsOf(args);
    const key = describeTree(args as Tensors, isTensor, ({ dtype, shape }) => `${dtype} ${showShape(shape)}`);
    const program = programs.get(key, () => {
      const made = record((...traced) => f(...(traced as Args)), args);
      made.catch(() => programs.delete(key));
      return made;
    });
    const { module, target, executable, captured, result, places } = await program;
    await realize(...given);
    const values = [...given.map((tensor) => storageOf(nodeOf(tensor))!), ...captured];
    const storages = await runModule(target, module, executable, values);
    const outputs = storages.map((storage, i) => tensorOf(leaf(storage, module.outputs[i]!.shape)));
    return mapTree(result, isTensor, (tensor) => outputs[places.get(tensor)!]!) as R;
  };
  return (...args) => {
    // Thrown at once: a promise made while another function is recorded would be dropped with its error.
    if (isTracing()) {
      throw new GradusError(
        "compile: a compiled function runs; it cannot be recorded by grad or by another compile. Call the plain function there.",
        { operation: "compile" },
      );
    }
    return run(...args);
  };
}

async function record(f: (...args: Tensors[]) => Tensors, args: readonly Tensors[]): Promise<Compiled> {
  const inputs: Node[] = [];
  const result = inTrace(() => {
    const traced = mapTree(args as Tensors, isTensor, ({ shape, dtype }) => {
      inputs.push(build.input("argument", shape, dtype));
      return tensorOf(inputs.at(-1)!);
    });
    return f(...(traced as Tensors[]));
  });
  checkResult(result);
  const tensors = tensorsOf(result);
  const outputs = [...new Set(tensors.map(nodeOf))];
  const bound = new Set(inputs);
  const outside = inputsOf(outputs, "compile", bound);
  const module: Module = { inputs: [...inputs, ...outside], states: [], outputs, guard: null, log: [] };
  const target = await targetOf(module);
  return {
    module,
    target,
    executable: target.compile(module),
    captured: outside.map((node) => storageOf(node)!),
    result,
    places: new Map(tensors.map((tensor) => [tensor, outputs.indexOf(nodeOf(tensor))])),
  };
}

function checkResult(result: unknown): void {
  const isTree = (value: unknown): boolean =>
    isTensor(value) ||
    (typeof value === "object" && value !== null && !(value instanceof Promise) && Object.values(value).every(isTree));
  if (isTree(result)) return;
  throw new GradusError(
    "compile: the function must return tensors at once, in arrays and records if there are several; got " +
      `${result instanceof Promise ? "a promise" : typeof result}. Read values outside of it.`,
    { operation: "compile" },
  );
}
