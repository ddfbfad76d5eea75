/** Runs the conformance list on a target beside the reference in the same numerics, and counts, family by family, what differs. */

import { bytesOf, type Data } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { Kind } from "../graph/operation.ts";
import { referenceTarget } from "../targets/reference/target.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import { type ConformanceCase, conformanceCases } from "./cases.ts";

export interface Failure {
  readonly case: string;
  /** What differs and where, or the error that ended the case. */
  readonly problem: string;
}

/** One line of the table. */
export interface FamilyReport {
  readonly family: Kind;
  readonly cases: number;
  /** Cases that the target does not speak: float64 outside of the reference. */
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** Compiling and running on the target, all cases together. */
  readonly milliseconds: number;
}

/**
 * The conformance list on one target.
 *
 * @returns a report for each family of operations, in the order of the records
 * @example const reports = await runConformance(await target("wasm"));
 */
export async function runConformance(target: Target): Promise<FamilyReport[]> {
  const reference = referenceTarget(target.numerics);
  const reports = new Map<Kind, { cases: number; skipped: number; failures: Failure[]; milliseconds: number }>();
  for (const one of conformanceCases()) {
    const report = reports.get(one.family) ?? { cases: 0, skipped: 0, failures: [], milliseconds: 0 };
    reports.set(one.family, report);
    if (one.float64 && target.name !== "reference") {
      report.skipped++;
      continue;
    }
    report.cases++;
    const from = performance.now();
    const actual = await attempt(target, one);
    report.milliseconds += performance.now() - from;
    const problem = compare(actual, await attempt(reference, one));
    if (problem !== null) report.failures.push({ case: one.name, problem });
  }
  return Array.from(reports, ([family, report]) => ({ family, ...report }));
}

/** The outputs of a case, or the message of the error that ended it. */
async function attempt(target: Target, one: ConformanceCase): Promise<Data[] | string> {
  try {
    return await outputsOn(target, one);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function outputsOn(target: Target, { module, inputs: values }: ConformanceCase): Promise<Data[]> {
  const executable = await target.compile(module);
  const memory = (nodes: readonly Node[]): TargetBuffer[] =>
    nodes.map(({ shape, dtype }) => target.allocate(sizeOf(shape) * bytesOf(dtype)));
  const [inputs, outputs] = [memory(module.inputs), memory(module.outputs)];
  for (const [i, buffer] of inputs.entries()) await target.write(buffer, values[i]!);
  await executable.run({ inputs, states: [], outputs }, 1);
  const results: Data[] = [];
  for (const [i, { dtype, shape }] of module.outputs.entries()) {
    results.push(await target.read(outputs[i]!, dtype, sizeOf(shape)));
  }
  executable.release();
  for (const buffer of [...inputs, ...outputs]) buffer.release();
  return results;
}

/** What differs: all NaNs are equal, −0 is not +0. Null where nothing does. */
function compare(actual: Data[] | string, expected: Data[] | string): string | null {
  if (typeof expected === "string") return `the reference failed: ${expected}`;
  if (typeof actual === "string") return actual;
  for (const [which, data] of expected.entries()) {
    const at = data.findIndex((value, i) => !Object.is(value, actual[which]![i]));
    if (at >= 0) return `element ${at} of ${data.length} is ${actual[which]![at]} instead of ${data[at]}`;
  }
  return null;
}
