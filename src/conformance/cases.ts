/**
 * The list that every target passes: each primitive on its samples, as plain data. A case is a module with one operation and the values of
 * its inputs; what is right is what the reference computes. Needs nothing but the records, so it runs wherever Gradus does.
 */

import type { Data } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import { record } from "../graph/node.ts";
import type { Kind, Operation } from "../graph/operation.ts";
import { ops } from "../graph/ops/index.ts";
import { draw } from "../graph/sample-values.ts";

export interface ConformanceCase {
  /** The operation's name, its operands, and why the sample is there. */
  readonly name: string;
  readonly family: Kind;
  readonly module: Module;
  readonly inputs: readonly Data[];
  /** Whether float64 takes part: only targets that speak it run the case. */
  readonly float64: boolean;
}

/** All cases, in the order of the records. */
export function conformanceCases(): ConformanceCase[] {
  return (Object.values(ops) as Operation[]).flatMap((op) => op.samples.map((_, which) => caseOf(op, which)));
}

function caseOf(op: Operation, which: number): ConformanceCase {
  const { inputs: specs, attributes, note } = op.samples[which]!;
  const stream = new RandomStream(which, op.name);
  const nodes = specs.map(({ shape, dtype }, i) => build.input(`x${i}`, shape, dtype));
  const result = record(op, nodes, attributes);
  const operands = nodes.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ");
  return {
    name: `${op.name}(${operands}) ${note ?? ""}`.trimEnd(),
    family: op.kind,
    module: { inputs: nodes, states: [], outputs: [result], guard: null, log: [] },
    inputs: specs.map((spec) => draw(spec, stream)),
    float64: [result, ...nodes].some(({ dtype }) => dtype === "float64"),
  };
}
