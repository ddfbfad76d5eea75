/**
 * Step 3: pick the best function. An optimizer is a record: which state it keeps for a parameter, which numbers it needs at a step,
 * and how parameter and state follow from the gradient. It holds no numbers itself: training keeps the state and runs the update
 * inside the step's program.
 */

import { printCall } from "../base/call.ts";
import { TrainingError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { ParameterKind } from "../network/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type LearningRate, printRate, rateAt } from "./schedules/schedule.ts";

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
  /** Numbers that change from step to step, the same names at every step; `step` counts from 1, and the run has `total` steps. */
  scalars(step: number, total: number): Readonly<Record<string, number>>;
  /** Pure: the parameter and its slots after the step. */
  update(input: UpdateInput): UpdateOutput;
  print(): string;
}

/** The learning rate at a step of `total`; throws where a schedule gives no usable number. */
export function learningRateAt(optimizer: string, learningRate: LearningRate, step: number, total: number): number {
  const value = rateAt(learningRate, step, total);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new TrainingError(
    `${optimizer}: the learning rate must be a number from 0; its schedule gave ${value} at step ${step}.`,
    { operation: optimizer, step, actual: String(value) },
  );
}

/** `sgd(0.1, momentum=0.9)`; a function prints as its name. Options at their default are left out. */
export function printOptimizer(
  name: string,
  learningRate: LearningRate,
  options: Readonly<Record<string, number | boolean>>,
  defaults: Readonly<Record<string, number | boolean>>,
): string {
  const changed = Object.entries(options).filter(([key, value]) => value !== defaults[key]);
  return printCall(name, [printRate(learningRate)], Object.fromEntries(changed));
}

/** The learning rate that an optimizer has at a step of `total`, where its options name one. */
export function rateOf({ name, options }: Optimizer, step: number, total: number): number | null {
  const { learningRate } = options;
  return learningRate === undefined ? null : learningRateAt(name, learningRate as LearningRate, step, total);
}
