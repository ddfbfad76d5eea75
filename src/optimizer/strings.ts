/** Optimizers as the command line and run logs write them: `sgd(0.1, momentum=0.9)`. A new optimizer is one line in the table. */

import { type Argument, type Call, parseCall, type Reader, readCall } from "../base/call.ts";
import { adamReader, adamwReader } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgdReader } from "./sgd.ts";

const readers: readonly Reader<Optimizer>[] = [sgdReader, adamReader, adamwReader];

/**
 * The optimizer of a text.
 *
 * @param text          such as `adam`, `adam(0.001)` or `sgd(0.1, momentum=0.9)`
 * @param learningRate  takes the place of the text's, as the flag `--learning-rate` does
 * @example parseOptimizer("sgd(0.1, momentum=0.9)").print()  // "sgd(0.1, momentum=0.9)"
 * @throws {GradusError} an unknown optimizer or an argument that does not fit, with its position; a value out of range
 */
export function parseOptimizer(text: string, learningRate?: number): Optimizer {
  const call = parseCall("optimizer", text);
  return readCall("optimizer", learningRate === undefined ? call : withLearningRate(call, learningRate), readers);
}

/** The learning rate is every optimizer's first argument. */
function withLearningRate(call: Call, value: number): Call {
  const others = call.arguments.filter(({ key }, index) => key !== "learningRate" && !(key === null && index === 0));
  const first: Argument = { key: null, value, place: call.place };
  return { ...call, arguments: [first, ...others] };
}
