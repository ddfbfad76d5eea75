/** A random program with the values of its inputs, from the numbers that fast-check draws and shrinks. For tests alone. */

import fc from "fast-check";
import { type Data, isFloat } from "../../base/dtype.ts";
import { RandomStream } from "../../base/rng.ts";
import { sameShape } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import type { Module } from "../../graph/module.ts";
import type { Node } from "../../graph/node.ts";
import { draw } from "../../graph/sample-values.ts";
import { moduleOf } from "../testing.ts";
import { families, smoothFamilies } from "./families.ts";
import { Generator } from "./generator.ts";

/** The numbers that a program is made of. */
export interface Tapes {
  /** Shapes of the first inputs. */
  readonly head: readonly number[];
  /** A tape per operation. */
  readonly steps: readonly (readonly number[])[];
  /** Which nodes are read back, and which inputs are states. */
  readonly tail: readonly number[];
  /** Decides the inputs' values. */
  readonly seed: number;
}

/** Full tapes: shrinking makes their numbers smaller, and 0 is what an exhausted tape says. */
const tape = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(0xffff), { minLength: length, maxLength: length });

export const tapes: fc.Arbitrary<Tapes> = fc.record({
  head: tape(16),
  steps: fc.array(tape(20), { minLength: 1, maxLength: 28, size: "max" }),
  tail: tape(24),
  seed: fc.nat(0xffffff),
});

export interface Program {
  readonly module: Module;
  readonly values: { readonly inputs: Data[]; readonly states: Data[] };
}

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1, -1, 0.5];

export function writeProgram({ head, steps, tail, seed }: Tapes): Program {
  const g = new Generator();
  g.feed(head);
  for (const dtype of ["float32", "int32", "bool", "float32"] as const) g.pool.push(g.input(g.shape(), dtype));
  for (const step of steps) g.step(families, step);
  g.feed(tail);
  const computed = g.pool.filter(({ op }) => op.kind !== "source").reverse();
  const read = (): Node => g.pick(computed.length > 0 && g.below(9) < 8 ? computed : g.pool);
  const outputs = Array.from({ length: 1 + g.below(5) }, read);
  // Some inputs are states; the next value is any node of the same type.
  const states = g.inputs.flatMap((current) => {
    const candidates = g.pool.filter(({ dtype, shape }) => dtype === current.dtype && sameShape(shape, current.shape));
    return candidates.length > 0 && g.below(3) === 2 ? [{ current, next: g.pick(candidates) }] : [];
  });
  const inputs = g.inputs.filter((node) => !states.some(({ current }) => current === node));
  const values = valuesOf(seed);
  const currents = states.map(({ current }) => current);
  return {
    module: moduleOf({ inputs, states, outputs }),
    values: { inputs: inputs.map(values), states: currents.map(values) },
  };
}

/** Values for the inputs: normal numbers, in one program of three with special ones among them. */
function valuesOf(seed: number): (node: Node) => Data {
  const choices = new RandomStream(seed, "choices");
  const below = (n: number): number => Math.floor(choices.nextUniform() * n);
  const wild = below(3) === 0;
  return (node) => {
    const data = draw(
      { shape: node.shape, dtype: node.dtype },
      new RandomStream(seed, `values of ${node.attributes.name}`),
    );
    if (!isFloat(node.dtype)) return node.dtype === "bool" || below(2) ? data : data.map((x) => x % 9);
    return data.map((x) => (wild && below(5) === 0 ? special[below(special.length)]! : below(4) ? x : Math.round(x)));
  };
}

/** A program of operations with derivatives, in float64: its scalar, and what it depends on. */
export function writeSmoothProgram(
  { head, steps, seed }: Tapes,
  around: (write: () => void) => void = (write) => write(),
): { scalar: Node; bound: Map<Node, Data> } {
  const g = new Generator("float64");
  g.feed(head);
  for (const dtype of ["float64", "int32", "float64"] as const) g.pool.push(g.input(g.shape(), dtype));
  for (let i = 0; i < 12; i += 3)
    around(() => steps.slice(i, i + 3).forEach((step) => void g.step(smoothFamilies, step)));
  const last = g.pool.filter(({ dtype }) => dtype === "float64").at(-1)!;
  const axes = last.shape.map((_, axis) => axis);
  const values = valuesOf(2 * seed);
  const bound = new Map(g.inputs.map((node) => [node, values(node).map((x) => (Number.isFinite(x) ? x : 0.5))]));
  return { scalar: build.reduceSum(build.tanh(last), axes), bound: bound as Map<Node, Data> };
}
