/**
 * First values for parameters. A network learns only if the numbers that pass through it neither vanish nor explode, forward and
 * backward: Glorot and He choose the spread of the weights from the number of inputs and outputs so that they keep their size.
 */

import { printCall } from "../base/call.ts";
import { GradusError } from "../base/errors.ts";
import type { RandomStream } from "../base/rng.ts";
import type { Shape } from "../base/shape.ts";
import { fans, type Initializer } from "./initializer.ts";

export type { Initializer } from "./initializer.ts";

/**
 * Every value 0.
 *
 * @example dense(10, { initializer: zeros() })
 */
export function zeros(): Initializer {
  return initializer("zeros", [], () => every(0));
}

/**
 * Every value 1.
 *
 * @example dense(10, { initializer: ones() })
 */
export function ones(): Initializer {
  return initializer("ones", [], () => every(1));
}

/**
 * Every value the same.
 *
 * @example dense(10, { initializer: constant(0.1) })
 */
export function constant(value: number): Initializer {
  checkFinite("constant", "value", value);
  return initializer("constant", [value], () => every(value));
}

/**
 * Evenly distributed in [low, high).
 *
 * @example dense(10, { initializer: uniform(-0.1, 0.1) })
 */
export function uniform(low = -0.05, high = 0.05): Initializer {
  checkFinite("uniform", "low", low);
  checkFinite("uniform", "high", high);
  if (!(low <= high)) {
    throw new GradusError(`uniform: low must not exceed high; got ${low} and ${high}. Swap them.`, {
      operation: "uniform",
      actual: `${low}, ${high}`,
    });
  }
  return initializer("uniform", [low, high], () => between(low, high));
}

/**
 * Normally distributed around 0 with a given standard deviation.
 *
 * @example dense(10, { initializer: normal(0.01) })
 */
export function normal(deviation = 0.05): Initializer {
  checkFinite("normal", "deviation", deviation);
  if (deviation < 0) {
    throw new GradusError(`normal: deviation must not be negative; got ${deviation}.`, {
      operation: "normal",
      actual: String(deviation),
    });
  }
  return initializer("normal", [deviation], () => spread(deviation));
}

/**
 * Uniform in ±√(6 / (fanIn + fanOut)): variance 2 / (fanIn + fanOut), which keeps activations forward and gradients backward at
 * one size through layers that are nearly linear, as sigmoid and tanh are around 0. The default of {@link dense}, as in Keras.
 *
 * @see Glorot, Bengio, Understanding the difficulty of training deep feedforward neural networks (2010), eq. 16
 */
export function glorotUniform(): Initializer {
  return initializer("glorotUniform", [], (shape) => symmetric(2 / sumOfFans(shape)));
}

/** Normal with variance 2 / (fanIn + fanOut): {@link glorotUniform} with another distribution. */
export function glorotNormal(): Initializer {
  return initializer("glorotNormal", [], (shape) => spread(Math.sqrt(2 / sumOfFans(shape))));
}

/**
 * Uniform in ±√(6 / fanIn): variance 2 / fanIn, twice what a linear layer needs, since relu lets half of its inputs through.
 *
 * @see He, Zhang, Ren, Sun, Delving deep into rectifiers (2015), eq. 10
 */
export function heUniform(): Initializer {
  return initializer("heUniform", [], (shape) => symmetric(2 / fans(shape).fanIn));
}

/** Normal with variance 2 / fanIn: {@link heUniform} with another distribution. */
export function heNormal(): Initializer {
  return initializer("heNormal", [], (shape) => spread(Math.sqrt(2 / fans(shape).fanIn)));
}

/** Fills an array with values from one place on. */
type Fill = (into: Float64Array, first: number, random: RandomStream) => void;

function initializer(name: string, parameters: readonly number[], fillOf: (shape: Shape) => Fill): Initializer {
  return {
    print: () => printCall(name, parameters),
    fill: (into, first, shape, random) => fillOf(shape)(into, first, random),
  };
}

function sumOfFans(shape: Shape): number {
  const { fanIn, fanOut } = fans(shape);
  return fanIn + fanOut;
}

function every(value: number): Fill {
  return (into) => into.fill(value);
}

function between(low: number, high: number): Fill {
  return (into, first, random) => {
    random.uniforms(into, first);
    for (let i = 0; i < into.length; i++) into[i] = low + (high - low) * into[i]!;
  };
}

/** Uniform around 0 with a given variance: ±a has variance a² / 3. */
function symmetric(variance: number): Fill {
  const limit = Math.sqrt(3 * variance);
  return between(-limit, limit);
}

function spread(deviation: number): Fill {
  return (into, first, random) => {
    for (let i = 0; i < into.length; i++) into[i] = deviation * random.normal(first + i);
  };
}

function checkFinite(operation: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new GradusError(`${operation}: ${name} must be a finite number; got ${value}.`, {
    operation,
    actual: String(value),
  });
}
