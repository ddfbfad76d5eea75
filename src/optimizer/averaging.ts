/**
 * Averages of the parameters along a run, which often are a better function than the last step's. An averaging turns an optimizer into
 * one that keeps the average of each parameter as a slot beside its own, so that it is updated inside of the step's program.
 */

import { type Call, parseCall, printCall, type Reader, readCall, reader } from "../base/call.ts";
import { TrainingError } from "../base/errors.ts";
import { pow } from "../base/math.ts";
import { showValue } from "../base/show.ts";
import { belowOne, checkOption, checkOptions } from "./checks.ts";
import type { Optimizer } from "./optimizer.ts";
import { flushSubnormals } from "./steady.ts";

export interface Averaging {
  readonly name: string;
  /** How much of the average of before is kept at a step, which counts from 1; 0 at the first. */
  kept(step: number): number;
  print(): string;
}

export interface EmaOptions {
  /** How much of the average is kept per step, in [0, 1). Default 0.999. */
  readonly decay?: number;
  /** Whether the first steps weigh what all others do; else the average begins with the first step's parameters. Default true. */
  readonly debias?: boolean;
}

/**
 * Exponential moving average of the parameters: `a_t = (1 − d) Σ_i d^(t−i) θ_i / (1 − dᵗ)` over the steps i = 1 … t, about the mean
 * of the last 1 / (1 − d) of them.
 *
 * @param options  `decay`: d (default 0.999); with `debias: false` it is PyTorch's, `a_1 = θ_1`, `a_t = d a_{t−1} + (1 − d) θ_t`
 * @throws {TrainingError} decay outside [0, 1)
 * @example await train(net, data, { loss: crossEntropy(), optimizer: adam(), averaging: ema({ decay: 0.99 }), epochs: 5 })
 * @see Polyak, Juditsky, Acceleration of stochastic approximation by averaging (1992)
 */
export function ema(options: EmaOptions = {}): Averaging {
  checkOptions("ema", options, "ema({ decay: 0.999 })");
  const { decay = 0.999, debias = true } = options;
  checkOption("ema", "decay", decay, belowOne);
  const plain = (step: number): number => (step === 1 ? 0 : decay);
  const unbiased = (step: number): number => (decay * (1 - pow(decay, step - 1))) / (1 - pow(decay, step));
  return {
    name: "ema",
    kept: debias ? unbiased : plain,
    print: () => printCall("ema", [decay], { debias: debias ? undefined : false }),
  };
}

/** Throws where JavaScript, which knows no types, passes something else than an averaging. */
export function checkAveraging(averaging: unknown): asserts averaging is Averaging {
  const { kept, print } = (averaging ?? {}) as Partial<Averaging>;
  if (typeof kept === "function" && typeof print === "function") return;
  const actual = showValue(averaging);
  throw new TrainingError(`train: averaging must be one that ema() makes; got ${actual}. Write averaging: ema().`, {
    operation: "train",
    option: "averaging",
    actual,
  });
}

/** The slot that holds a parameter's average. */
export const averageSlot = "movingAverage";

/** The optimizer, which also averages what it makes of the parameters. */
export function withAveraging(optimizer: Optimizer, averaging: Averaging): Optimizer {
  return {
    name: optimizer.name,
    options: optimizer.options,
    print: () => optimizer.print(),
    state: (parameter) => [...optimizer.state(parameter), averageSlot],
    scalars: (step, total) => {
      const kept = averaging.kept(step);
      return { ...optimizer.scalars(step, total), averageKept: kept, averageTaken: 1 - kept };
    },
    update: (input) => {
      const { parameter, state } = optimizer.update(input);
      const old = flushSubnormals(input.state[averageSlot]!.mul(input.scalars.averageKept!));
      const taken = flushSubnormals(parameter.mul(input.scalars.averageTaken!));
      return { parameter, state: { ...state, [averageSlot]: flushSubnormals(old.add(taken)) } };
    },
  };
}

const emaReader: Reader<Averaging> = reader({
  name: "ema",
  needs: {},
  takes: { decay: "number", debias: "flag" },
  make: ema,
});

/**
 * The averaging of a text.
 *
 * @param text  such as `ema` or `ema(0.99)`
 * @throws {GradusError} an unknown name or an argument that does not fit, with its position; a value out of range
 * @example parseAveraging("ema(0.99)").print()  // "ema(0.99)"
 */
export function parseAveraging(text: string): Averaging {
  const call: Call = parseCall("averaging", text);
  return readCall("averaging", call, [emaReader]);
}
