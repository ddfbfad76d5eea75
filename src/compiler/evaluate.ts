/**
 * An expression at one position of the iteration space becomes vector instructions. One axis may run along the lanes; all others
 * are uniform. The builder shares and hoists; nothing is decided here.
 */

import { bytesOf, type DType } from "../base/dtype.ts";
import type { Node } from "../graph/node.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Vector } from "../kernel/language.ts";
import { scalarOf } from "../kernel/scalars.ts";
import type { Expression, Linear } from "./expression.ts";

/** A point of the iteration space, or `active` neighbouring points along one axis. */
export interface Position {
  /** Per axis: a loop counter (or null for 0) plus a constant. */
  readonly axes: readonly { readonly index: Index | null; readonly offset: number }[];
  /** The axis along the lanes; −1: every lane is the same point. */
  readonly vectorAxis: number;
  readonly active: number;
}

/** The buffer number of each stored node in the kernel being built. */
export type Buffers = ReadonlyMap<Node, number>;

/** Address of the element a linear form names, at a position. */
export function addressOf(buffer: number, dtype: DType, at: Linear, position: Position): Address {
  const bytes = bytesOf(dtype);
  let offset = at.offset;
  const terms: { index: Index; scale: number }[] = [];
  position.axes.forEach((axis, i) => {
    const coefficient = at.coefficients[i]!;
    offset += coefficient * axis.offset;
    if (axis.index && coefficient !== 0) terms.push({ index: axis.index, scale: coefficient * bytes });
  });
  return { buffer, offset: offset * bytes, terms };
}

/** How far neighbouring lanes are apart, in elements. */
export function laneStride(at: Linear, position: Position): number {
  return position.vectorAxis < 0 ? 0 : at.coefficients[position.vectorAxis]!;
}

/** Evaluates expressions at one position. */
export class Evaluator {
  readonly #k: KernelBuilder;
  readonly #buffers: Buffers;
  readonly #position: Position;
  readonly #memo = new Map<Expression, Vector>();
  readonly #given = new Map<Node, Vector>();
  readonly #known: ReadonlyMap<Node, Vector>;

  /** @param known  values in registers that many positions share; more may come */
  constructor(k: KernelBuilder, buffers: Buffers, position: Position, known: ReadonlyMap<Node, Vector> = new Map()) {
    this.#k = k;
    this.#buffers = buffers;
    this.#position = position;
    this.#known = known;
  }

  /** The node's value at this position is in a register already: later loads of it take that. */
  give(node: Node, value: Vector): void {
    this.#given.set(node, value);
  }

  /** The expression's value at this position is in a register already. */
  hold(expression: Expression, value: Vector): void {
    this.#memo.set(expression, value);
  }

  value(expression: Expression): Vector {
    const known = this.#memo.get(expression);
    if (known) return known;
    const value = this.#compute(expression);
    this.#memo.set(expression, value);
    return value;
  }

  #compute(expression: Expression): Vector {
    const k = this.#k;
    switch (expression.kind) {
      case "constant":
        return k.constant(scalarOf(expression.dtype), expression.value);
      case "load": {
        const { node, at } = expression;
        const given = this.#given.get(node) ?? this.#known.get(node);
        if (given) return given;
        const address = addressOf(this.#buffer(node), node.dtype, at, this.#position);
        const stride = laneStride(at, this.#position);
        return k.load(address, node.dtype, stride, stride === 0 ? k.lanes : this.#position.active);
      }
      case "iota":
        return this.#iota(expression.at, expression.dtype);
      case "gather":
        return this.#gather(expression);
      case "apply": {
        const args = expression.args.map((arg) => this.value(arg));
        const types = expression.node.inputs.map((input) => scalarOf(input.dtype));
        return expression.op.lower(k.scalars, args, types, expression.node.attributes);
      }
    }
  }

  #buffer(node: Node): number {
    return this.#buffers.get(node)!;
  }

  #iota(at: Linear, dtype: DType): Vector {
    const k = this.#k;
    const { int32 } = k.scalars;
    let start = k.index(0);
    let offset = at.offset;
    this.#position.axes.forEach((axis, i) => {
      const coefficient = at.coefficients[i]!;
      offset += coefficient * axis.offset;
      if (axis.index && coefficient !== 0) start = k.compute("add", start, k.compute("mul", axis.index, coefficient));
    });
    let value = k.splat(k.compute("add", start, offset));
    const stride = laneStride(at, this.#position);
    if (stride !== 0) value = int32.add(value, int32.mul(k.laneNumbers(), int32.constant(stride)));
    const type = scalarOf(dtype);
    if (type === "float32") return int32.toFloat32(value);
    return type === "uint32" ? int32.toUint32(value) : value;
  }

  #gather(expression: Expression & { kind: "gather" }): Vector {
    const k = this.#k;
    const { int32 } = k.scalars;
    const { node, at, stride, limit } = expression;
    const raw = this.value(expression.index);
    const row = int32.min(int32.max(raw, int32.constant(0)), int32.constant(limit - 1));
    const address = addressOf(this.#buffer(node), node.dtype, at, this.#position);
    const along = laneStride(at, this.#position);
    const { active } = this.#position;
    if (!this.#variesAlongLanes(expression.index)) {
      const scale = stride * bytesOf(node.dtype);
      const terms = [...address.terms, { index: k.lane(row, 0), scale }];
      return k.load({ ...address, terms }, node.dtype, along, along === 0 ? k.lanes : active);
    }
    const element = int32.mul(row, int32.constant(stride));
    const lanes = along === 0 ? element : int32.add(element, int32.mul(k.laneNumbers(), int32.constant(along)));
    return k.gather(address, node.dtype, lanes, 1, active);
  }

  #variesAlongLanes(expression: Expression): boolean {
    if ("at" in expression && laneStride(expression.at, this.#position) !== 0) return true;
    if (expression.kind === "gather") return this.#variesAlongLanes(expression.index);
    return expression.kind === "apply" && expression.args.some((arg) => this.#variesAlongLanes(arg));
  }
}
