/**
 * Functions of single elements. Their float32 is the project's own sequences of scalar instructions; float64, which the reference alone
 * speaks, takes the engine's.
 */

import { erf as erfOf } from "../../base/erf.ts";
import { erf as erfSequence } from "../../kernel/erf.ts";
import {
  exp as expSequence,
  log as logSequence,
  sigmoid as sigmoidSequence,
  tanh as tanhSequence,
} from "../../kernel/math.ts";
import { pow as powSequence } from "../../kernel/pow.ts";
import { cos as cosSequence, sin as sinSequence } from "../../kernel/trigonometry.ts";
import type { Node } from "../node.ts";
import type { ElementwiseOperation } from "../operation.ts";
import { binary, float, type None, unary } from "./define.ts";
import { floats } from "./rules.ts";

export const exp: ElementwiseOperation<None> = unary("exp", {
  dtypes: floats,
  lower: (k, [x]) => expSequence(k, x!),
  float64: Math.exp,
  gradient: (b, g, y) => [b.mul(g, y)],
});

export const log: ElementwiseOperation<None> = unary("log", {
  dtypes: floats,
  lower: (k, [x]) => logSequence(k, x!),
  float64: Math.log,
  gradient: (b, g, { inputs: [x] }) => [b.div(g, x!)],
});

export const sqrt: ElementwiseOperation<None> = unary("sqrt", {
  dtypes: floats,
  lower: (k, [x], type) => float(k, type).sqrt(x!),
  gradient: (b, g, y) => [b.div(g, b.mul(b.constant(2, y.shape, y.dtype), y))],
});

export const tanh: ElementwiseOperation<None> = unary("tanh", {
  dtypes: floats,
  lower: (k, [x]) => tanhSequence(k, x!),
  float64: Math.tanh,
  gradient: (b, g, y) => [b.mul(g, b.sub(b.constant(1, y.shape, y.dtype), b.mul(y, y)))],
});

/** `1 / (1 + exp(−x))`. */
export const sigmoid: ElementwiseOperation<None> = unary("sigmoid", {
  dtypes: floats,
  lower: (k, [x]) => sigmoidSequence(k, x!),
  float64: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  gradient: (b, g, y) => [b.mul(g, b.mul(y, b.sub(b.constant(1, y.shape, y.dtype), y)))],
});

/** The sine; NaN beyond |x| = 2²⁰. */
export const sin: ElementwiseOperation<None> = unary("sin", {
  dtypes: floats,
  lower: (k, [x]) => sinSequence(k, x!),
  float64: Math.sin,
  gradient: (b, g, { inputs: [x] }) => [b.mul(g, b.cos(x!))],
});

/** The cosine; NaN beyond |x| = 2²⁰. */
export const cos: ElementwiseOperation<None> = unary("cos", {
  dtypes: floats,
  lower: (k, [x]) => cosSequence(k, x!),
  float64: Math.cos,
  gradient: (b, g, { inputs: [x] }) => [b.neg(b.mul(g, b.sin(x!)))],
});

/** `2/√π · ∫₀ˣ exp(−t²) dt`. */
export const erf: ElementwiseOperation<None> = unary("erf", {
  dtypes: floats,
  lower: (k, [x]) => erfSequence(k, x!),
  float64: erfOf,
  gradient: (b, g, { inputs: [x] }) => {
    const slope = b.constant(1.1283791670955126, x!.shape, x!.dtype); // 2 / √π
    return [b.mul(g, b.mul(slope, b.exp(b.neg(b.mul(x!, x!)))))];
  },
});

/** `xʸ`, with IEEE 754's special values; NaN for x < 0 unless y is an integer. */
export const pow: ElementwiseOperation<None> = binary("pow", {
  dtypes: floats,
  lower: (k, [x, y]) => powSequence(k, x!, y!),
  float64: Math.pow,
  gradient: (b, g, node) => {
    const [x, y] = node.inputs as [Node, Node];
    const constant = (value: number): Node => b.constant(value, g.shape, g.dtype);
    const [zero, one] = [constant(0), constant(1)];
    // y · x^(y−1), which is 0 for y = 0 whatever x is; and xʸ · ln x, which is 0 at x = 0 unless y < 0. What is masked is made harmless
    // inside too: its own gradient would be 0 · ∞.
    const isConstant = b.equal(y, zero);
    const towardsBase = b.select(isConstant, zero, b.mul(y, b.pow(x, b.sub(b.select(isConstant, one, y), one))));
    const isFlat = b.and(b.equal(x, zero), b.lessEqual(zero, y));
    const towardsExponent = b.select(isFlat, zero, b.mul(node, b.log(b.select(isFlat, one, x))));
    return [b.mul(g, towardsBase), b.mul(g, towardsExponent)];
  },
});
