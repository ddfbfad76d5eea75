// Proves that gradients of kernels equal the reference to the bit: chains that end between and inside rows, added in memory and apart,
// points and outputs around tiles, borders, strides and gaps, groups, other layouts; and which elements tiles hold.

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import type { ConvAttributes } from "../graph/ops/conv.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";

type Axis = ConvAttributes["axes"][number];

const axis = (low: number, high = low, more: Partial<Axis> = {}): Axis => ({
  ...{ stride: 1, dilation: 1, base: 1, low, high },
  ...more,
});
const one = axis(1);
const none = axis(0);
const two = axis(1, 1, { stride: 2 });

const input = (shape: Shape): Node => build.input(`${shape}`, shape, "float32");

interface Case {
  readonly x: Shape;
  readonly w: Shape;
  readonly axes: readonly Axis[];
  readonly groups?: number;
}

/** The gradient of a convolution's kernel, and what it is made of. */
function kernelGradient({ x: xShape, w: wShape, axes, groups = 1 }: Case): { inputs: Node[]; output: Node } {
  const [x, w] = [input(xShape), input(wShape)];
  const y = build.conv(x, w, { axes, groups, channelsFirst: false });
  const g = input(y.shape);
  return { inputs: [x, g], output: gradient(y, g, [w])[0]! };
}

const cases: Record<string, Case> = {
  "one chain": { x: [2, 9, 10, 5], w: [7, 5, 3, 3], axes: [one, one] },
  "chains of whole rows": { x: [5, 16, 16, 5], w: [18, 5, 3, 3], axes: [one, one] },
  "chains that end inside rows": { x: [3, 19, 21, 5], w: [9, 5, 3, 3], axes: [one, one] },
  "one point, many outputs": { x: [3, 19, 21, 1], w: [70, 1, 3, 3], axes: [one, one] },
  "several blocks of points": { x: [1, 6, 7, 33], w: [40, 33, 3, 3], axes: [one, one] },
  "1×1": { x: [5, 14, 16, 20], w: [33, 20, 1, 1], axes: [none, none] },
  "1×1, strided": { x: [3, 9, 12, 6], w: [10, 6, 1, 1], axes: [axis(0, 0, { stride: 2 }), axis(0, 0, { stride: 2 })] },
  "1×1, padded": { x: [2, 5, 6, 3], w: [4, 3, 1, 1], axes: [one, axis(0, 2)] },
  "3×3, strided": { x: [6, 30, 31, 4], w: [17, 4, 3, 3], axes: [two, two] },
  "7×7, strided": { x: [1, 21, 22, 3], w: [16, 3, 7, 7], axes: [axis(3, 3, { stride: 2 }), axis(3, 2, { stride: 2 })] },
  dilated: { x: [2, 11, 45, 6], w: [20, 6, 3, 3], axes: [axis(2, 2, { dilation: 2 }), axis(3, 1, { dilation: 3 })] },
  "strides beside dilations": {
    x: [2, 14, 20, 2],
    w: [5, 2, 3, 4],
    axes: [axis(1, 2, { stride: 3, dilation: 2 }), axis(2, 3, { stride: 2, dilation: 3 })],
  },
  "gaps in the input": {
    x: [2, 6, 20, 4],
    w: [18, 4, 3, 3],
    axes: [axis(1, 2, { base: 2 }), axis(2, 1, { base: 3, stride: 2 })],
  },
  "gaps, and chains that end inside rows": {
    x: [5, 8, 8, 2],
    w: [3, 2, 3, 3],
    axes: [axis(1, 2, { base: 2 }), axis(2, 1, { base: 2 })],
  },
  "gaps that nothing meets": { x: [2, 3, 3, 2], w: [3, 2, 1, 2], axes: [none, axis(1, 1, { base: 4, stride: 4 })] },
  "padding beyond the image": { x: [1, 3, 2, 4], w: [8, 4, 3, 3], axes: [axis(4), axis(4)] },
  "negative padding": { x: [1, 7, 40, 4], w: [8, 4, 3, 3], axes: [axis(-1), axis(-2, -1)] },
  "a kernel as large as the image": { x: [3, 5, 6, 4], w: [9, 4, 5, 6], axes: [none, none] },
  "groups of several vectors": { x: [2, 6, 9, 6], w: [80, 3, 3, 3], axes: [one, one], groups: 2 },
  "groups of two": { x: [2, 6, 9, 12], w: [12, 2, 3, 3], axes: [one, one], groups: 6 },
  depthwise: { x: [3, 20, 20, 21], w: [21, 1, 3, 3], axes: [one, two], groups: 21 },
  "several channels for one output": { x: [2, 6, 7, 40], w: [20, 2, 3, 3], axes: [one, one], groups: 20 },
  "several outputs for one channel": { x: [2, 6, 7, 20], w: [40, 1, 3, 3], axes: [one, one], groups: 20 },
  "one axis": { x: [2, 100, 3], w: [33, 3, 5], axes: [axis(2)] },
  "three axes": { x: [2, 3, 4, 15, 3], w: [18, 3, 2, 3, 3], axes: [one, one, one] },
  "a wide kernel": { x: [1, 2, 90, 2], w: [9, 2, 1, 40], axes: [none, axis(20)] },
  "no axes": { x: [1100, 3], w: [5, 3], axes: [] },
  "no examples": { x: [0, 4, 4, 2], w: [3, 2, 3, 3], axes: [one, one] },
};

describe.for(modes)("numerics %s", (numerics) => {
  test.for(Object.keys(cases))("%s", async (name, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const { inputs, output } = kernelGradient(cases[name]!);
    const values = inputs.map((node, i) => valuesFor(node, `operand ${i}`));
    await requireAgreement(targets, moduleOf({ inputs, outputs: [output] }), { inputs: values });
  });

  test("images and gradients in other layouts", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [x, g] = [input([5, 12, 18, 7]), input([7, 9, 12, 18])];
    const outputs = [3, 1].map((size) => {
      const w = input([9, 5, size, size]);
      const padding = axis((size - 1) / 2);
      const y = build.conv(build.transpose(x, [3, 1, 2, 0]), w, {
        axes: [padding, padding],
        groups: 1,
        channelsFirst: false,
      });
      return gradient(y, build.transpose(g, [0, 2, 3, 1]), [w])[0]!;
    });
    const values = [x, g].map((node, i) => valuesFor(node, `operand ${i}`));
    await requireAgreement(targets, moduleOf({ inputs: [x, g], outputs }), { inputs: values });
  });

  test("gradients of gradients", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [x, w] = [input([2, 9, 8, 3]), input([5, 3, 3, 3])];
    const y = build.conv(x, w, { axes: [two, one], groups: 1, channelsFirst: false });
    const [dx, dw] = gradient(y, build.mul(y, y), [x, w]);
    const outputs = [dx!, dw!].flatMap((node) => gradient(node, node, [x, w]) as Node[]);
    const values = [x, w].map((node, i) => valuesFor(node, `operand ${i}`));
    await requireAgreement(targets, moduleOf({ inputs: [x, w], outputs }), { inputs: values });
  });
});

test("chains are parts where there are few tiles, and a second kernel adds them", () => {
  const names = (each: Case): string[] => {
    const { inputs, output } = kernelGradient(each);
    const machine = { lanes: 16, vectorRegisters: 32, workers: 1 };
    return compileModule(moduleOf({ inputs, outputs: [output] }), machine).before.map(
      ({ kernel }) => `${kernel.name.split(" ")[0]} ${kernel.extent}`,
    );
  };
  expect(names({ x: [64, 28, 28, 1], w: [32, 1, 3, 3], axes: [one, one] }).slice(0, 2)).toEqual(["conv 49", "sum 5"]);
  expect(names({ x: [64, 14, 14, 32], w: [64, 32, 3, 3], axes: [one, one] })[0]).toBe("conv 48");
});
