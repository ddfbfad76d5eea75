/**
 * Gradients of functions over tensors: the function is recorded, differentiated as a graph, and nothing is computed before
 * somebody reads. Results are tensors like others, so gradients have gradients.
 */

import { type DType, isFloat } from "../base/dtype.ts";
import { DTypeError, GradusError, ShapeError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { inTrace } from "./tracing.ts";

/** A tensor, or tensors in arrays and records. */
export type Tensors = Tree<Tensor>;

export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

export interface ValueAndGradient<X> {
  readonly value: Tensor<[]>;
  /** Nested as the first argument. */
  readonly gradient: X;
}

/**
 * The function that computes the gradient of `f` with respect to its first argument: `∂f/∂x`, nested as x.
 *
 * @param f  from tensors to a scalar tensor; other arguments and tensors it uses from outside count as constants
 * @throws {ShapeError} when called: f gives no scalar
 * @throws {DTypeError} when called: the first argument holds something else than floats
 * @example await grad((x: Tensor) => x.square().sum())(tensor([1, 2, 3])).array()  // [2, 4, 6]
 */
export function grad<Rest extends unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): <S extends Shape, D extends DType>(x: Tensor<S, D>, ...rest: Rest) => Tensor<S, D>;
export function grad<X extends Tensors, Rest extends unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => X;
export function grad(f: (x: never, ...rest: unknown[]) => Tensor): (x: never, ...rest: unknown[]) => Tensors {
  checkFunction("grad", f, "from tensors to a scalar");
  const both = valueAndGrad(f as (x: Tensors, ...rest: unknown[]) => Tensor);
  return (x, ...rest) => both(x, ...rest).gradient;
}

/**
 * Like {@link grad}, with the value of `f` beside the gradient: one pass computes both.
 *
 * @example const { value, gradient } = valueAndGrad(loss)(weights, x, y);
 */
export function valueAndGrad<Rest extends unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): <S extends Shape, D extends DType>(x: Tensor<S, D>, ...rest: Rest) => ValueAndGradient<Tensor<S, D>>;
export function valueAndGrad<X extends Tensors, Rest extends unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => ValueAndGradient<X>;
export function valueAndGrad(
  f: (x: never, ...rest: unknown[]) => Tensor,
): (x: never, ...rest: unknown[]) => ValueAndGradient<Tensors> {
  checkFunction("valueAndGrad", f, "from tensors to a scalar");
  return (x: Tensors, ...rest) => {
    checkTensors("grad", "the first argument", x);
    const nodes: Node[] = [];
    const { value, gradients } = inTrace(() => {
      // A node of its own for each argument: where f also uses the same tensor from outside, that one is a constant.
      const traced = mapTree(x, isTensor, (leaf) => {
        const node = nodeOf(leaf);
        checkFloat(node);
        nodes.push(build.reshape(node, node.shape));
        return tensorOf(nodes.at(-1)!);
      });
      const output = f(traced as never, ...rest);
      checkScalar(output);
      const node = nodeOf(output);
      return { value: node, gradients: gradient(node, build.constant(1, [], node.dtype), nodes) };
    }, false);
    let next = 0;
    const result = mapTree(x, isTensor, ({ shape, dtype }) =>
      tensorOf(gradients[next++] ?? build.constant(0, shape, dtype)),
    );
    return { value: tensorOf(value), gradient: result };
  };
}

function checkFloat({ dtype }: Node): void {
  if (isFloat(dtype)) return;
  throw new DTypeError(
    `grad: the first argument must hold float32 or float64; got ${dtype}. Pass it as a later argument, or cast it.`,
    { operation: "grad", expected: "float32 or float64", actual: dtype },
  );
}

function checkScalar(output: unknown): asserts output is Tensor {
  if (!isTensor(output)) {
    throw new GradusError(
      `grad: the function must return a tensor at once; got ${output instanceof Promise ? "a promise" : typeof output}. ` +
        "Return the scalar itself and read it afterwards.",
      { operation: "grad" },
    );
  }
  if (output.rank === 0 && isFloat(output.dtype)) return;
  throw new ShapeError(
    `grad: the function must return a float scalar; got ${output.dtype} ${showShape(output.shape)}. ` +
      "Reduce it with sum() or mean().",
    { operation: "grad", expected: "[]", actual: showShape(output.shape) },
  );
}

/** Throws where JavaScript, which knows no types, passes something else than a function. */
export function checkFunction(operation: string, f: unknown, kind: string): void {
  if (typeof f === "function") return;
  const actual = showValue(f);
  throw new GradusError(`${operation}: needs a function ${kind}; got ${actual}. Write ${operation}((x) => …).`, {
    operation,
    actual,
  });
}

/** Deeper nesting is taken for a record that holds itself. */
const deepest = 64;

/** Throws where something else than tensors stands in arrays and records. */
export function checkTensors(operation: string, what: string, value: unknown, depth: number = 0): void {
  if (isTensor(value)) return;
  const isNested = typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
  if (isNested && depth < deepest) {
    for (const part of Object.values(value)) checkTensors(operation, what, part, depth + 1);
    return;
  }
  const actual = showValue(value);
  throw new GradusError(
    `${operation}: ${what} must be a tensor, or tensors in arrays and records; got ${actual}. Make one with tensor(…).`,
    { operation, actual },
  );
}

/** The tensors of a tree, in order. */
export function tensorsOf(tree: Tensors): Tensor[] {
  return leavesOf(tree, isTensor);
}
