// Proves that windows of every kind equal the reference to the bit: strides, paddings and gaps, few and many channels, up to three axes, the
// way back of a maximum and of a sum, epilogues; and that what reads the same windows is one kernel.

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import type { Node } from "../graph/node.ts";
import { type Sliding, still } from "../graph/ops/spatial.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Machine } from "./machine.ts";

const pool = (size: number, stride = size, low = 0, high = low, dilation = 1): Sliding => ({
  ...{ size, stride, low, high, dilation, base: 1 },
});

const values = (...nodes: Node[]) => ({ inputs: nodes.map((node, i) => valuesFor(node, `operand ${i}`)) });

/** Everything that windows can be asked for, with both ways back; gradients of relu before and of a product behind. */
function everything(x: Node, axes: readonly Sliding[]): Node[] {
  const before = build.relu(x);
  const largest = build.windowMax(before, axes);
  const sum = build.windowSum(x, axes);
  const scaled = build.mul(sum, build.constant(0.25, sum.shape, "float32"));
  const scalar = [build.mul(largest, largest), build.mul(scaled, scaled)].map((node) =>
    build.reduceSum(
      node,
      node.shape.map((_, axis) => axis),
    ),
  );
  const gradients = scalar.map((node) => gradient(node, build.constant(1, [], "float32"), [x])[0]!);
  return [largest, build.windowArgMax(before, axes), sum, scaled, ...gradients];
}

const kinds: readonly [name: string, shape: Shape, axes: readonly Sliding[]][] = [
  ["2×2", [2, 6, 8, 32], [still, pool(2), pool(2), still]],
  ["2×2 of what is left over", [3, 7, 9, 16], [still, pool(2), pool(2), still]],
  ["3×3, stride 2, padded", [2, 9, 8, 20], [still, pool(3, 2, 1), pool(3, 2, 1), still]],
  ["3×3, stride 2, odd padding", [1, 8, 8, 35], [still, pool(3, 2, 0, 1), pool(3, 2, 0, 1), still]],
  ["3×3, stride 1, padded", [1, 5, 21, 3], [still, pool(3, 1, 1), pool(3, 1, 1), still]],
  ["3×3 of one channel", [2, 9, 40, 1], [still, pool(3, 1, 1), pool(3, 1, 1), still]],
  ["2×2 of one channel", [2, 8, 38, 1], [still, pool(2), pool(2), still]],
  ["whole pictures", [2, 7, 7, 70], [still, pool(7), pool(7), still]],
  ["whole large pictures", [2, 18, 17, 5], [still, pool(18), pool(17), still]],
  ["stride 5 with gaps between", [2, 12, 23, 9], [still, pool(2, 5), pool(2, 5), still]],
  ["7×7 side by side", [1, 15, 21, 4], [still, pool(7), pool(7), still]],
  ["dilated", [1, 11, 12, 6], [still, pool(3, 1, 2, 2, 2), pool(2, 3, 1, 1, 3), still]],
  ["one axis of three", [20, 50, 4], [still, pool(4, 2, 1), still]],
  ["one long row", [1, 300, 4], [still, pool(3, 2, 1), still]],
  ["three axes", [2, 4, 6, 5, 17], [still, pool(2), pool(3, 2, 1), pool(2, 1), still]],
  ["rows alone", [2, 9, 5, 33], [still, pool(3, 2, 1), still, still]],
  ["the last axis", [3, 75], [still, pool(5, 1, 2)]],
  ["the last axis, with a stride", [3, 75], [still, pool(5, 2, 2)]],
  ["channels too", [2, 6, 9], [still, pool(2), pool(3, 3)]],
  ["nothing", [4, 9], [still, still]],
  ["a large window", [1, 40, 3], [still, pool(20, 3, 5), still]],
];

describe.for(modes)("numerics %s", (numerics) => {
  test.for(kinds)("%s: largest, place, sum, and back", async ([, shape, axes], { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", shape, "float32");
    await requireAgreement(targets, moduleOf({ inputs: [x], outputs: everything(x, axes) }), values(x));
  });

  test("ties, zeros of both signs, NaN and infinities", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [2, 6, 6, 19], "float32");
    const some = [0, -0, 1, 1, Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -0, 0];
    const data = Float32Array.from({ length: 2 * 6 * 6 * 19 }, (_, i) => some[(i * 7 + (i >> 4)) % some.length]!);
    for (const axes of [
      [still, pool(2), pool(2), still],
      [still, pool(3, 2, 1), pool(3, 2, 1), still],
    ]) {
      const g = build.input("g", build.windowMax(x, axes).shape, "float32");
      const outputs = [build.windowMax(x, axes), build.windowArgMax(x, axes), build.windowSum(x, axes)];
      const back = build.windowScatter(g, build.windowArgMax(x, axes), x.shape, axes);
      const bound = { inputs: [data, valuesFor(g, "g")] };
      await requireAgreement(targets, moduleOf({ inputs: [x, g], outputs: [...outputs, back] }), bound);
    }
  });

  test("integers, and places that do not exist", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const axes = [still, pool(3, 2, 1), pool(2), still];
    const x = build.input("x", [2, 7, 8, 18], "int32");
    const places = build.input("places", [2, 4, 4, 18], "int32");
    const g = build.input("g", places.shape, "float32");
    const chosen = Int32Array.from({ length: 2 * 4 * 4 * 18 }, (_, i) => ((i * 5) % 9) - 1);
    const outputs = [
      build.windowMax(x, axes),
      build.windowArgMax(x, axes),
      build.windowScatter(g, places, x.shape, axes),
    ];
    const inputs = [valuesFor(x, "x"), chosen, valuesFor(g, "g")];
    await requireAgreement(targets, moduleOf({ inputs: [x, places, g], outputs }), { inputs });
  });
});

const machine: Machine = { lanes: 16, vectorRegisters: 32, workers: 1 };

function kernelNames(inputs: readonly Node[], outputs: readonly Node[]): string[] {
  const { before, after } = compileModule(simplifyModule(moduleOf({ inputs, outputs })), machine);
  return [...before, ...after].map(({ kernel }) => kernel.name);
}

test("a maximum and its place are one kernel, and the gradient of a relu before them is one with theirs", () => {
  const x = build.input("x", [8, 16, 16, 32], "float32");
  const g = build.input("g", [8, 8, 8, 32], "float32");
  const y = build.windowMax(build.relu(x), [still, pool(2), pool(2), still]);
  const [gx] = gradient(y, g, [x]) as [Node];
  expect(kernelNames([x, g], [y, gx])).toEqual([
    "map relu [8, 16, 16, 32]",
    "windowMax·windowArgMax [8, 16, 16, 32]",
    "windowScatter·select [8, 8, 8, 32]",
  ]);
});

test("the mean of windows divides where it adds", () => {
  const x = build.input("x", [8, 16, 16, 32], "float32");
  const sum = build.windowSum(x, [still, pool(2), pool(2), still]);
  expect(kernelNames([x], [build.div(sum, build.constant(4, sum.shape, "float32"))])).toEqual([
    "windowSum·div [8, 16, 16, 32]",
  ]);
});
