/**
 * Convolutions with the channels outermost, the gradients of kernels, in register tiles. Tiles are what threads share, and go through the
 * chains of 1024 terms one after the other; where there are few tiles, chains are shared, and a second kernel adds them.
 */

import { showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Index } from "../kernel/language.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";
import {
  type Correlation,
  type CorrelationPlan,
  correlationOf,
  flattened,
  planCorrelation,
  termsOf,
} from "./correlationPlan.ts";
import { CorrelationWriter } from "./correlationWriter.ts";
import { chain } from "./directPlan.ts";
import { addressOf, type Position } from "./evaluate.ts";
import { identityAccess, linearize } from "./expression.ts";
import { overPoints } from "./map.ts";
import { groupsApart, loadOf } from "./operand.ts";
import { coordinates } from "./sliding.ts";

/** Tiles enough for all threads: where there are fewer, chains are the parts, if those are more. */
const enoughTiles = 16;

/** The kernels of a convolution with the channels outermost; null where no tiles fit. */
export function lowerCorrelation(node: Node, around: Surroundings): NodeCall[] | null {
  if (node.op.kind !== "convolution") return null;
  const [x, w] = node.inputs as [Node, Node];
  const attributes = node.op.convolution(node);
  const [input, kernel] = [loadOf(x, around), loadOf(w, around)];
  const operands = {
    x: groupsApart(input.at, attributes.axes.length, w.shape[1]!),
    w: kernel.at,
    y: linearize(identityAccess(node.shape), node.shape, node.shape.length),
  };
  const correlation = flattened(correlationOf({ x: x.shape, w: w.shape, y: node.shape, attributes }, operands));
  const plan = planCorrelation(correlation, around.machine);
  if (!plan) return null;
  const chains = Math.max(1, Math.ceil(termsOf(correlation) / chain));
  const dimensions = dimensionsOf(correlation, plan, around.machine.lanes);
  const tiles = sizeOf(dimensions);
  const apart = tiles < enoughTiles && chains > tiles;
  const size = sizeOf(node.shape);
  const target = apart ? build.input("chains", [chains, size], node.dtype) : node;
  const table = new BufferTable();
  const buffers = { x: table.add(input.node), w: table.add(kernel.node), y: table.add(target, true) };
  const key = `correlation ${JSON.stringify(correlation)} ${JSON.stringify(buffers)} ${apart}`;
  const name = `conv ${showShape(x.shape)} ${showShape(w.shape)}`;
  const code = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, table.written);
    const writer = new CorrelationWriter(k, correlation, plan, buffers);
    const tile = (number: Index, part: Index): void =>
      writer.tile(coordinates(k, number, dimensions), part, apart ? size : null);
    if (apart) k.loop(k.begin, k.end, 1, (part) => k.loop(0, tiles, 1, (number) => tile(number, part)));
    else k.loop(0, chains, 1, (part) => k.loop(k.begin, k.end, 1, (number) => tile(number, part)));
    return k.finish(name, table.nodes.length, apart ? chains : tiles);
  });
  const call = { kernel: code, buffers: table.nodes };
  return apart ? [call, sumOfChains(target, node, around)] : [call];
}

/** `[chain, element]` → `[element]`, added from left to right. */
function sumOfChains(chains: Node, sum: Node, around: Surroundings): NodeCall {
  const [count, size] = chains.shape as [number, number];
  const key = `sum of chains ${count} ${size}`;
  const kernel = around.cached(key, () => {
    const k = new KernelBuilder(around.machine.lanes, [1]);
    const extent = overPoints(k, [size], count, (position: Position) => {
      const at = addressOf(0, "float32", { offset: 0, coefficients: [1] }, position);
      const { active } = position;
      const total = k.variable(k.load(at, "float32", 1, active));
      k.loop(1, count, 1, (part) => {
        const terms = [...at.terms, { index: part, scale: 4 * size }];
        const value = k.load({ ...at, terms }, "float32", 1, active);
        k.set(total, k.scalars.float32.add(k.get(total), value));
      });
      k.store({ ...at, buffer: 1 }, "float32", k.get(total), 1, active);
    });
    return k.finish(`sum of chains [${size}]`, 2, extent);
  });
  return { kernel, buffers: [chains, sum] };
}

/** Tiles by group, panel of outputs, place in the axes of which a tile has one element, and block of points. */
function dimensionsOf({ points, groups, outputs, axes }: Correlation, plan: CorrelationPlan, lanes: number): number[] {
  const across = plan.acrossGroups;
  const places = axes.map((axis) => axis.places).slice(0, axes.length - (plan.blocks ? (plan.rows ? 2 : 1) : 0));
  const panels = Math.ceil((across ? groups : outputs) / (plan.vectors * lanes));
  return [across ? 1 : groups, panels, ...places, Math.ceil(points / plan.points)];
}
