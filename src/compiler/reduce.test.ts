// Proves that reductions of every length around lanes, partials and blocks, along any axes, equal the reference to the bit, also where
// what is reduced is computed on the way and what becomes of the result is fused behind it.

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";

const lengths = [0, 1, 3, 5, 7, 13, 16, 17, 31, 33, 63, 65, 127, 129, 255, 256, 257, 1023, 1024, 1025, 1030, 2049];
const reductions = [build.reduceSum, build.reduceMax, build.reduceMin];

const values = (...nodes: Node[]) => ({ inputs: nodes.map((node, i) => valuesFor(node, `operand ${i}`)) });

describe.for(modes)("numerics %s", (numerics) => {
  test.for(lengths)("axes of %i: inner, outer, middle, alone", async (n, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const shapes: [Shape, number[]][] = [
      [[n], [0]],
      [[3, n], [1]],
      [[n, 3], [0]],
      [[n, 1], [0]],
      [[n, 18], [0]],
      [[2, n, 5], [1]],
      [[2, n, 1], [1]],
      [[n, 5], [1]],
      [[5, n], [0]],
    ];
    for (const [shape, axes] of shapes) {
      const x = build.input("x", shape, "float32");
      await requireAgreement(
        targets,
        moduleOf({ inputs: [x], outputs: reductions.map((reduce) => reduce(x, axes)) }),
        values(x),
      );
    }
  });

  test("several axes, next to each other and apart", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [3, 7, 1, 5, 17], "float32");
    const axes = [[], [0, 1], [3, 4], [0, 4], [0, 3], [1, 3], [0, 2, 4], [1, 2, 3], [0, 1, 2, 3, 4], [2]];
    const outputs = axes.flatMap((list) => reductions.map((reduce) => reduce(x, list)));
    await requireAgreement(targets, moduleOf({ inputs: [x], outputs }), values(x));
    const long = build.input("long", [40, 3, 41], "float32");
    await requireAgreement(
      targets,
      moduleOf({ inputs: [long], outputs: [build.reduceSum(long, [0, 2]), build.reduceSum(long, [0])] }),
      values(long),
    );
  });

  test("of views and of values computed on the way", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [9, 35], "float32");
    const row = build.input("row", [35], "float32");
    const inputs = [
      build.transpose(x, [1, 0]),
      build.slice(x, [8, 34], [9, 35], [-1, -1]),
      build.slice(x, [0, 1], [3, 17], [3, 2]),
      build.broadcast(row, [9, 35], [1]),
      build.mul(x, build.broadcast(row, [9, 35], [1])),
      build.exp(build.transpose(x, [1, 0])),
      build.reshape(x, [7, 5, 9]),
      build.reshape(build.transpose(x, [1, 0]), [9, 35]),
      build.constant(0.1, [9, 35], "float32"),
      build.iota([9, 35], 1, "float32"),
      build.concat([x, x], 1),
    ];
    const outputs = inputs.flatMap((node) => [
      build.reduceSum(node, [0]),
      build.reduceSum(node, [node.shape.length - 1]),
    ]);
    await requireAgreement(targets, moduleOf({ inputs: [x, row], outputs }), values(x, row));
  });

  test("followed by an epilogue, and read again before it", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    for (const [shape, axis] of [
      [[13, 37], 1],
      [[37, 13], 0],
      [[1, 5], 1],
      [[5, 1], 0],
    ] as [Shape, number][]) {
      const x = build.input("x", shape, "float32");
      const kept = shape[1 - axis]!;
      const spread = (node: Node): Node => build.broadcast(node, shape, [1 - axis]);
      const largest = build.reduceMax(x, [axis]);
      const powers = build.exp(build.sub(x, spread(largest)));
      const sum = build.reduceSum(powers, [axis]);
      const outputs = [
        build.div(powers, spread(sum)),
        build.add(build.log(sum), largest),
        build.mul(sum, build.constant(1 / kept, [kept], "float32")),
      ];
      await requireAgreement(targets, moduleOf({ inputs: [x], outputs }), values(x));
    }
  });

  test("few results of many blocks, which threads share", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const cases: [Shape, number[]][] = [
      [[17 * 1024], [0]],
      [[17 * 1024 + 1], [0]],
      [[3, 20_000], [1]],
      [
        [2, 3, 130, 140],
        [2, 3],
      ],
      [[20_000, 3], [0]],
      [[17 * 256, 70], [0]],
      [[5000, 1], [0]],
      [[2, 4500, 65], [1]],
      [
        [3, 130, 5, 140],
        [1, 3],
      ],
    ];
    for (const [shape, axes] of cases) {
      const x = build.input("x", shape, "float32");
      const kept = shape.filter((_, axis) => !axes.includes(axis));
      const scale = build.input("scale", kept, "float32");
      const root = build.sqrt(build.abs(x));
      const outputs = [
        build.mul(build.reduceSum(root, axes), scale),
        build.reduceMax(x, axes),
        build.reduceSum(x, axes),
      ];
      await requireAgreement(targets, moduleOf({ inputs: [x, scale], outputs }), values(x, scale));
    }
    const i = build.input("i", [40_001], "int32");
    await requireAgreement(
      targets,
      moduleOf({ inputs: [i], outputs: [build.reduceSum(i, [0]), build.reduceMin(i, [0])] }),
      values(i),
    );
  });

  test("NaN wins, −0 lies below +0, and integers wrap", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [4, 5], "float32");
    const data = Float32Array.of(
      0,
      -0,
      0,
      -0,
      0,
      1,
      2,
      Number.NaN,
      3,
      4,
      -0,
      -0,
      -0,
      -0,
      -0,
      Number.NEGATIVE_INFINITY,
      1,
      2,
      3,
      Number.POSITIVE_INFINITY,
    );
    const outputs = reductions.flatMap((reduce) => [reduce(x, [0]), reduce(x, [1])]);
    const result = await requireAgreement(targets, moduleOf({ inputs: [x], outputs }), { inputs: [data] });
    expect([...result.outputs[3]!]).toEqual([0, Number.NaN, -0, Number.POSITIVE_INFINITY]); // reduceMax along rows
    for (const dtype of ["int32", "uint32"] as const) {
      const i = build.input("i", [7, 129], dtype);
      const sums = reductions.flatMap((reduce) => [reduce(i, [0]), reduce(i, [1]), reduce(i, [0, 1])]);
      await requireAgreement(targets, moduleOf({ inputs: [i], outputs: sums }), values(i));
    }
  });
});
