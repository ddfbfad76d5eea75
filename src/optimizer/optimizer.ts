/**
 * Step 3: pick the best function. An optimizer is a record: which state it keeps for a parameter, which numbers it needs at a step,
 * and how parameter and state follow from the gradient. It holds no numbers itself: training keeps the state and runs the update
 * inside the step's program.
 */

import { printCall } from "../base/call.ts";
import { TrainingError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import type { ParameterKind } from "../network/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface OptimizedParameter {
  readonly name: string;
  readonly shape: Shape;
  readonly kind: ParameterKind;
}

export interface UpdateInput {
  readonly parameter: Tensor;
  /** Same shape and dtype. */
  readonly gradient: Tensor;
  /** The parameter's slots, each of its shape and dtype. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** What {@link Optimizer.scalars} gave for this step, as scalars of the parameter's dtype. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  readonly kind: ParameterKind;
}

export interface UpdateOutput {
  readonly parameter: Tensor;
  /** The same slots. */
  readonly state: Readonly<Record<string, Tensor>>;
}

export interface Optimizer {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the slots that a parameter needs; they have its shape and begin at 0. */
  state(parameter: OptimizedParameter): readonly string[];
  /** Numbers that change from step to step, the same names at every step; `step` counts from 1. */
  scalars(step: number): Readonly<Record<string, number>>;
  /** Pure: the parameter and its slots after the step. */
  update(input: UpdateInput): UpdateOutput;
  print(): string;
}

/** A number, or a function of the step, which counts from 1: computed on the host from basic operations or base/math. */
export type LearningRate = number | ((step: number) => number);

/** The learning rate at a step; throws where a schedule gives no usable number. */
export function learningRateAt(optimizer: string, learningRate: LearningRate, step: number): number {
  if (typeof learningRate === "number") return learningRate;
  const value = learningRate(step);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new TrainingError(
    `${optimizer}: the learning rate must be a number from 0; its schedule gave ${value} at step ${step}.`,
    { operation: optimizer, step, actual: String(value) },
  );
}

/** `sgd(0.1, momentum=0.9)`; a schedule prints as its function's name. Options at their default are left out. */
export function printOptimizer(
  name: string,
  learningRate: LearningRate,
  options: Readonly<Record<string, number | boolean>>,
  defaults: Readonly<Record<string, number | boolean>>,
): string {
  const rate = typeof learningRate === "number" ? learningRate : learningRate.name || "schedule";
  const changed = Object.entries(options).filter(([key, value]) => value !== defaults[key]);
  return printCall(name, [rate], Object.fromEntries(changed));
}

/** What an option must be, in words and as a test. */
interface Range {
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

export const fromZero: Range = { words: "a finite number from 0", holds: (x) => x >= 0 && x < Infinity };
export const aboveZero: Range = { words: "a finite number above 0", holds: (x) => x > 0 && x < Infinity };
export const belowOne: Range = { words: "in [0, 1)", holds: (x) => x >= 0 && x < 1 };

/** Throws a sentence with the option's name where the value is out of range. */
export function checkOption(optimizer: string, option: string, value: unknown, range: Range): void {
  if (typeof value === "number" && range.holds(value)) return;
  throw new TrainingError(`${optimizer}: ${option} must be ${range.words}; got ${String(value)}.`, {
    operation: optimizer,
    option,
    expected: range.words,
    actual: String(value),
  });
}

/** Throws where JavaScript, which knows no types, passes something else than options. */
export function checkOptions(optimizer: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  const actual = showValue(options);
  throw new TrainingError(`${optimizer}: takes options; got ${actual}. Write ${optimizer}({ learningRate: 0.001 }).`, {
    operation: optimizer,
    actual,
  });
}

export function checkLearningRate(optimizer: string, learningRate: LearningRate): void {
  if (typeof learningRate !== "function") checkOption(optimizer, "learningRate", learningRate, fromZero);
}
