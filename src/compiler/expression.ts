/**
 * The body of a kernel before it is code: a tree over iteration axes, in which movement operations have dissolved into affine
 * addresses. Flattening a node follows its inputs until it meets a stored buffer; it refuses (gives null) where an address would
 * not be affine, and the fuser then stores the node in between.
 */

import type { DType } from "../base/dtype.ts";
import { type Shape, sameShape, sizeOf, stridesOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { ElementwiseOperation } from "../graph/operation.ts";

/** offset + Σ coefficients[axis]·iteration[axis], in elements. */
export interface Linear {
  readonly offset: number;
  readonly coefficients: readonly number[];
}

export type Expression =
  | { readonly kind: "load"; readonly node: Node; readonly at: Linear }
  /** `table[clamp(index)·stride + at]`. */
  | {
      readonly kind: "gather";
      readonly node: Node;
      readonly at: Linear;
      readonly index: Expression;
      readonly stride: number;
      readonly limit: number;
    }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  | { readonly kind: "iota"; readonly at: Linear; readonly dtype: DType }
  | {
      readonly kind: "apply";
      readonly node: Node;
      readonly op: ElementwiseOperation<unknown>;
      readonly args: readonly Expression[];
    };

/** Where a node is read: for each of its axes, a linear form over the iteration axes. */
export type Access = readonly Linear[];

/** The access of a node that is iterated over its own shape. */
export function identityAccess(shape: Shape): Access {
  return shape.map((_, axis) => ({ offset: 0, coefficients: shape.map((_, other) => (other === axis ? 1 : 0)) }));
}

export function isIdentity(access: Access): boolean {
  return access.every(
    ({ offset, coefficients }, axis) =>
      offset === 0 && coefficients.every((coefficient, other) => coefficient === (other === axis ? 1 : 0)),
  );
}

function scaled(linear: Linear, step: number, offset: number): Linear {
  return {
    offset: offset + step * linear.offset,
    coefficients: linear.coefficients.map((coefficient) => step * coefficient),
  };
}

function sum(a: Linear, b: Linear): Linear {
  return { offset: a.offset + b.offset, coefficients: a.coefficients.map((c, axis) => c + b.coefficients[axis]!) };
}

function nothing(rank: number): Linear {
  return { offset: 0, coefficients: new Array<number>(rank).fill(0) };
}

/** The position in row-major order of the element an access names. */
export function linearize(access: Access, shape: Shape, rank: number): Linear {
  const strides = stridesOf(shape);
  return access.reduce((at, axis, i) => sum(at, scaled(axis, strides[i]!, 0)), nothing(rank));
}

export interface Flattener {
  /** Whether the node has a buffer that the kernel reads (its elements in row-major order). */
  readonly stored: (node: Node) => boolean;
  /**
   * Called for each stored node that is met: `identity` when it is read at the very point of the iteration; `access` is null where
   * its axes have no positions of their own: by an index, or through a reshape that merges axes.
   */
  readonly onLoad?: (node: Node, identity: boolean, access: Access | null) => void;
  /** Called with the node that would have to be stored for the address to become affine. */
  readonly onBlocked?: (node: Node) => void;
}

/** The expression of `node` at `access`, or null where an address would not be affine. */
export function flatten(node: Node, access: Access, rank: number, rules: Flattener): Expression | null {
  const memo = new Map<Node, { access: Access; expression: Expression | null }[]>();

  const visit = (node: Node, access: Access): Expression | null => {
    const known = memo.get(node)?.find((entry) => sameAccess(entry.access, access));
    if (known) return known.expression;
    const expression = compute(node, access);
    const entries = memo.get(node) ?? [];
    entries.push({ access, expression });
    memo.set(node, entries);
    return expression;
  };

  const compute = (node: Node, access: Access): Expression | null => {
    if (rules.stored(node)) {
      rules.onLoad?.(node, access.length === rank && isIdentity(access), access);
      return { kind: "load", node, at: linearize(access, node.shape, rank) };
    }
    const { op } = node;
    switch (op.kind) {
      case "source":
        return source(node, access);
      case "elementwise": {
        const args = node.inputs.map((input) => visit(input, access));
        return args.includes(null) ? null : { kind: "apply", node, op, args: args as Expression[] };
      }
      case "movement": {
        const inner = op
          .view(node)
          .map(({ axis, offset, step }) =>
            axis < 0 ? { ...nothing(rank), offset } : scaled(access[axis]!, step, offset),
          );
        return visit(node.inputs[0]!, inner);
      }
      case "reshape":
        return reshape(node, access);
      case "gather":
        return gather(node, access);
      default:
        return blocked(node);
    }
  };

  const blocked = (node: Node): null => {
    rules.onBlocked?.(node);
    return null;
  };

  // A stored buffer is row-major, so any reshape of it is a load at the same linear position.
  const reshape = (node: Node, access: Access): Expression | null => {
    let base = node.inputs[0]!;
    while (base.op.kind === "reshape" && !rules.stored(base)) base = base.inputs[0]!;
    if (rules.stored(base)) {
      const same = sameShape(base.shape, node.shape);
      const inner = same ? access : throughReshape(access, node.shape, base.shape, rank);
      rules.onLoad?.(base, same && access.length === rank && isIdentity(access), inner);
      return { kind: "load", node: base, at: linearize(access, node.shape, rank) };
    }
    const inner = throughReshape(access, node.shape, base.shape, rank);
    return inner ? visit(base, inner) : blocked(base);
  };

  const gather = (node: Node, access: Access): Expression | null => {
    const [table, indices] = node.inputs as [Node, Node];
    if (!rules.stored(table)) return blocked(table);
    const index = visit(indices, access.slice(0, indices.shape.length));
    if (!index) return null;
    rules.onLoad?.(table, false, null);
    const rest = access.slice(indices.shape.length);
    const at = linearize(rest, table.shape.slice(1), rank);
    return { kind: "gather", node: table, at, index, stride: sizeOf(table.shape.slice(1)), limit: table.shape[0]! };
  };

  return visit(node, access);
}

function source(node: Node, access: Access): Expression | null {
  const { op } = node;
  if (op.kind !== "source" || !op.affine) return null;
  const { axis, offset, step } = op.affine(node);
  if (axis < 0 || step === 0) return { kind: "constant", value: offset, dtype: node.dtype };
  return { kind: "iota", at: scaled(access[axis]!, step, offset), dtype: node.dtype };
}

function sameAccess(a: Access, b: Access): boolean {
  return (
    a === b ||
    a.every((axis, i) => axis.offset === b[i]!.offset && axis.coefficients.every((c, j) => c === b[i]!.coefficients[j]))
  );
}

/**
 * The access of a reshape's input, if it is affine: groups of axes with equal products are matched; inside a group the output
 * may split one input axis into several, or keep it; merging input axes would need a division.
 */
function throughReshape(access: Access, output: Shape, input: Shape, rank: number): Access | null {
  const result: Linear[] = [];
  let next = 0;
  for (const dimension of input) {
    if (dimension === 1) {
      result.push(nothing(rank));
      continue;
    }
    let product = 1;
    let position = nothing(rank);
    while (product < dimension) {
      if (next >= output.length) return null;
      const part = output[next]!;
      position = sum(scaled(position, part, 0), access[next]!);
      product *= part;
      next++;
    }
    if (product !== dimension) return null;
    result.push(position);
  }
  return result;
}

/** Every linear form in an expression: what must agree before axes can be merged. */
export function linearsOf(expression: Expression): Linear[] {
  const found = new Set<Linear>();
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if ("at" in expression) found.add(expression.at);
    if (expression.kind === "gather") visit(expression.index);
    if (expression.kind === "apply") expression.args.forEach(visit);
  };
  visit(expression);
  return [...found];
}

/** The expression with every linear form rewritten; shared parts stay shared. */
export function mapLinears(expression: Expression, rewrite: (at: Linear) => Linear): Expression {
  const memo = new Map<Expression, Expression>();
  const visit = (expression: Expression): Expression => {
    const known = memo.get(expression);
    if (known) return known;
    let result = expression;
    if (expression.kind === "apply") result = { ...expression, args: expression.args.map(visit) };
    else if (expression.kind === "gather") {
      result = { ...expression, at: rewrite(expression.at), index: visit(expression.index) };
    } else if ("at" in expression) result = { ...expression, at: rewrite(expression.at) };
    memo.set(expression, result);
    return result;
  };
  return visit(expression);
}
