/** Optimizers as the command line and run logs write them: `sgd(0.1, momentum=0.9)`. A new optimizer is one line in the table. */

import { type Argument, type Call, misread, parseCall, type Reader, readCall } from "../base/call.ts";
import { adagradReader } from "./adagrad.ts";
import { adamReader, adamwReader } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { rmspropReader } from "./rmsprop.ts";
import { sgdReader } from "./sgd.ts";

const readers: readonly Reader<Optimizer>[] = [sgdReader, adamReader, adamwReader, rmspropReader, adagradReader];

/** What the flags of the same names say about the learning rate, beside the optimizer's text. */
export interface RateOptions {
  /** Takes the place of the text's rate, also inside of a schedule. */
  readonly learningRate?: number | undefined;
  /** A schedule, such as `cosine` or `stepDecay(every=1000)`: it begins with the learning rate where it names no other. */
  readonly schedule?: string | undefined;
  /** Steps of a linear warm-up before. */
  readonly warmupSteps?: number | undefined;
}

/**
 * The optimizer of a text.
 *
 * @param text     such as `adam`, `sgd(0.1, momentum=0.9)` or `adam(warmup(cosine(0.001), 500))`
 * @param options  learningRate, schedule and warmupSteps change the text's learning rate
 * @example parseOptimizer("sgd(0.1, momentum=0.9)").print()  // "sgd(0.1, momentum=0.9)"
 * @throws {GradusError} an unknown optimizer or schedule or an argument that does not fit, with its position; a value out of range
 */
export function parseOptimizer(text: string, options: RateOptions = {}): Optimizer {
  const call = parseCall("optimizer", text);
  const plain = readCall("optimizer", call, readers);
  const written = firstOf(call, "learningRate") ?? (plain.options.learningRate as number);
  return readCall("optimizer", withFirst(call, "learningRate", rateOf(call, written, options)), readers);
}

type Value = Argument["value"];

/** The learning rate that text and options make together. */
function rateOf({ place }: Call, written: Value, { learningRate, schedule, warmupSteps }: RateOptions): Value {
  const scheduled = schedule === undefined ? written : withSchedule(parseCall("schedule", schedule), written);
  const rate = learningRate === undefined ? scheduled : withNumber(scheduled, learningRate);
  if (warmupSteps === undefined) return rate;
  const values: Value[] = [rate, warmupSteps];
  return { name: "warmup", place, arguments: values.map((value) => ({ key: null, value, place })) };
}

/** A schedule that begins with its own rate, else with the one that was written for the optimizer. */
function withSchedule(schedule: Call, written: Value): Call {
  if (typeof written === "number") {
    return firstOf(schedule, "rate") === undefined ? withFirst(schedule, "rate", written) : schedule;
  }
  const problem = "the optimizer's learning rate has a schedule already; got another";
  throw misread(schedule.place, problem, "Give one of them.");
}

/** The rate with another number, be it inside of schedules. */
function withNumber(rate: Value, value: number): Value {
  if (typeof rate !== "object" || !("name" in rate)) return value;
  return withFirst(rate, "rate", withNumber(firstOf(rate, "rate")!, value));
}

const isFirst = (name: string, { key }: Argument, index: number): boolean =>
  key === name || (key === null && index === 0);

/** The value of a call's first argument, be it given by position or by name. */
function firstOf(call: Call, name: string): Value | undefined {
  return call.arguments.find((argument, index) => isFirst(name, argument, index))?.value;
}

/** The call with another first argument. */
function withFirst(call: Call, name: string, value: Value): Call {
  const others = call.arguments.filter((argument, index) => !isFirst(name, argument, index));
  return { ...call, arguments: [{ key: null, value, place: call.place }, ...others] };
}
