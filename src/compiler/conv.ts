/**
 * Convolution in the contract's order, for any strides, paddings, dilations and groups: lanes run along the output channels, and for
 * each output point one chain of multiply-adds per 1024 terms runs over kernel and channels. Register tiles compute most of them
 * (direct.ts); the rest goes point by point.
 */

import { invariant } from "../base/errors.ts";
import { type Shape, showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Vector } from "../kernel/language.ts";
import {
  BufferTable,
  describeMembers,
  membersOf,
  type NodeCall,
  nameOfMembers,
  type Surroundings,
  storeMembers,
} from "./body.ts";
import { lowerCorrelation } from "./correlation.ts";
import { DirectWriter, type Operand } from "./direct.ts";
import { type Convolution, planDirect, usesOf } from "./directPlan.ts";
import type { Position } from "./evaluate.ts";
import { identityAccess, linearize } from "./expression.ts";
import { mapKernel } from "./map.ts";
import { groupsApart, type Load, loadOf } from "./operand.ts";
import { coordinates, whereRead } from "./sliding.ts";

/** One chain of the contract's rule. */
const part = 1024;

export function lowerConv(nodes: readonly Node[], around: Surroundings): NodeCall[] {
  const node = nodes[0]!;
  invariant(node.op.kind === "convolution", "a convolution group is led by a convolution");
  const [x, w] = node.inputs as [Node, Node];
  const attributes = node.op.convolution(node);
  const convolution = { x: x.shape, w: w.shape, y: node.shape, attributes };
  const correlation = attributes.channelsFirst && lowerCorrelation(node, around);
  if (correlation) return correlation;
  const plan = planDirect(convolution, around.machine);
  const [input, kernel] = [loadOf(x, around), loadOf(w, around)];
  const inLanes = plan?.acrossGroups ? 1 : attributes.groups;
  const apart = kernel.at.coefficients[0] !== 1 && w.shape[0]! > inLanes && sizeOf(w.shape) > 0;
  const lined = plan && apart && usesOf(convolution, plan) > 1 ? copyWeights(w.shape, kernel, around) : null;
  const weights = lined?.weights ?? kernel;
  const members = membersOf(nodes, node, around);
  const table = new BufferTable();
  const operands = {
    x: { buffer: table.add(input.node), at: groupsApart(input.at, attributes.axes.length, w.shape[1]!) },
    w: { buffer: table.add(weights.node), at: weights.at },
  };
  table.addMembers(members);
  const sizes = `${x.shape} ${w.shape} ${JSON.stringify(attributes)} ${JSON.stringify(operands)}`;
  const code = around.cached(`conv ${sizes}\n${describeMembers(members, table)}`, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const store = (position: Position, value: Vector): void => {
      storeMembers(k, members, table, position, value);
    };
    const writer = plan
      ? new DirectWriter(k, convolution, plan, operands, store)
      : new ConvWriter(k, convolution, operands, store);
    const name = `conv ${nameOfMembers(members)} ${showShape(x.shape)} ${showShape(w.shape)}`;
    return k.finish(name, table.nodes.length, writer.write());
  });
  return [...(lined ? [lined.call] : []), { kernel: code, buffers: table.nodes }];
}

/** A copy of the weights, `[…kernel, in, out]`: vectors of output channels in lines, in the order in which they are read. */
function copyWeights(shape: Shape, { node, at }: Load, around: Surroundings): { call: NodeCall; weights: Load } {
  const axes = [...shape.keys()].slice(2).concat(1, 0);
  const sizes = axes.map((axis) => shape[axis]!);
  const copy = build.input("weights in lines", sizes, node.dtype);
  const from = { ...at, coefficients: axes.map((axis) => at.coefficients[axis]!) };
  const output = linearize(identityAccess(sizes), sizes, sizes.length);
  const member = { node: copy, expression: { kind: "load", node, at: from } as const, output };
  const coefficients = [...shape.keys()].map((axis) => output.coefficients[axes.indexOf(axis)]!);
  return {
    call: mapKernel([member], sizes, around),
    weights: { kind: "load", node: copy, at: { offset: 0, coefficients } },
  };
}

class ConvWriter {
  readonly #k: KernelBuilder;
  readonly #convolution: Convolution;
  readonly #operands: Readonly<Record<"x" | "w", Operand>>;
  readonly #store: (position: Position, value: Vector) => void;

  constructor(
    k: KernelBuilder,
    convolution: Convolution,
    operands: Readonly<Record<"x" | "w", Operand>>,
    store: (position: Position, value: Vector) => void,
  ) {
    this.#k = k;
    this.#convolution = convolution;
    this.#operands = operands;
    this.#store = store;
  }

  /** Parts are the examples' points: all axes of the output but the channels. */
  write(): number {
    const k = this.#k;
    const points = this.#convolution.y.slice(0, -1);
    const { groups } = this.#convolution.attributes;
    const columns = this.#convolution.y.at(-1)! / groups;
    const whole = columns - (columns % k.lanes);
    k.loop(k.begin, k.end, 1, (point) => {
      const at = coordinates(k, point, points);
      k.loop(0, groups, 1, (group) => {
        if (whole > 0) k.loop(0, whole, k.lanes, (column) => this.#vector(at, group, column, k.lanes));
        if (whole < columns) this.#vector(at, group, k.index(whole), columns - whole);
      });
    });
    return sizeOf(points);
  }

  /** Neighbouring output channels at one point. */
  #vector(at: readonly Index[], group: Index, column: Index, active: number): void {
    const k = this.#k;
    const columns = this.#convolution.y.at(-1)! / this.#convolution.attributes.groups;
    const channel = k.compute("add", k.compute("mul", group, columns), column);
    const total = this.#terms();
    const parts = Math.ceil(total / part);
    let result = this.#chain(at, group, channel, active, k.index(0));
    if (parts > 1) {
      const sum = k.variable(result);
      k.loop(part, total, part, (begin) => {
        k.set(sum, k.scalars.float32.add(k.get(sum), this.#chain(at, group, channel, active, begin)));
      });
      result = k.get(sum);
    }
    const axes = [...at, channel].map((index) => ({ index, offset: 0 }));
    this.#store({ axes, vectorAxis: axes.length - 1, active }, result);
  }

  /** How many products an output element has. */
  #terms(): number {
    return sizeOf(this.#convolution.w.slice(1));
  }

  /** One chain: the terms from `begin` on, at most 1024. */
  #chain(at: readonly Index[], group: Index, channel: Index, active: number, begin: Index): Vector {
    const k = this.#k;
    const { channelsFirst } = this.#convolution.attributes;
    const box = this.#convolution.w.slice(2);
    const [channels, elements] = [this.#convolution.w[1]!, sizeOf(box)];
    const [outer, inner] = channelsFirst ? [channels, elements] : [elements, channels];
    const end = k.compute("add", begin, part);
    const sum = k.variable(k.constant("float32", 0));
    // The terms [begin, end) of an outer × inner box, row by row.
    const rowsEnd = k.compute("div", k.compute("add", end, inner - 1), inner);
    const rows = [k.compute("div", begin, inner), k.compute("min", rowsEnd, k.index(outer))] as const;
    const range = (row: Index): readonly [Index, Index] => {
      const start = k.compute("mul", row, inner);
      const from = k.compute("max", k.compute("sub", begin, start), k.index(0));
      return [from, k.compute("min", k.compute("sub", end, start), k.index(inner))];
    };
    const add = (c: Index, element: readonly Index[], positions: readonly Index[]): void => {
      const { x, w } = this.#operands;
      const value = k.load(this.#address(x, [at[0]!, ...positions, group, c]), "float32", 0);
      const stride = w.at.coefficients[0]!;
      const weight = k.load(this.#address(w, [channel, c, ...element]), "float32", stride, active);
      k.set(sum, k.scalars.float32.fma(value, weight, k.get(sum)));
    };
    k.loop(rows[0], rows[1], 1, (row) => {
      const [from, to] = range(row);
      if (channelsFirst) {
        k.loop(from, to, 1, (position) => {
          const element = coordinates(k, position, box);
          this.#where(at, element, (positions) => add(row, element, positions));
        });
      } else {
        const element = coordinates(k, row, box);
        this.#where(at, element, (positions) => k.loop(from, to, 1, (c) => add(c, element, positions)));
      }
    });
    return k.get(sum);
  }

  #where(at: readonly Index[], element: readonly Index[], body: (positions: readonly Index[]) => void): void {
    const slidings = this.#convolution.attributes.axes.map((axis, i) => ({
      ...axis,
      size: this.#convolution.w[2 + i]!,
    }));
    whereRead(this.#k, slidings, this.#convolution.x.slice(1, 1 + slidings.length), at.slice(1), element, body);
  }

  #address({ buffer, at: { offset, coefficients } }: Operand, indices: readonly Index[]): Address {
    const terms = indices.map((index, axis) => ({ index, scale: coefficients[axis]! * 4 }));
    return { buffer, offset: offset * 4, terms };
  }
}
