// Proves that a product equals the reference to the bit for every size around tiles, lanes and chains, for operands in any
// orientation, and with an epilogue: neither blocking nor packing may change an order of addition.

import { describe, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { DotAttributes } from "../graph/operation.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";

/** rows, columns, inner: each takes every awkward value, and the largest meet small ones. */
const sizes: readonly (readonly [number, number, number])[] = [
  ...[0, 1, 3, 5, 7, 13, 16, 17, 31, 33].flatMap((n): [number, number, number][] => [
    [n, 7, 5],
    [5, n, 7],
    [7, 5, n],
    [n, n, n],
  ]),
  [63, 65, 33],
  [65, 63, 129],
  [129, 3, 127],
  [1, 129, 65],
  [2, 3, 1023],
  [3, 5, 1024],
  [7, 2, 1025],
  [1, 9, 2049],
  [24, 9, 1030],
  [1030, 1, 3],
  [1, 1030, 3],
];

/** a as [rows, inner] or transposed, b as [inner, columns] or transposed. */
const orientations = [
  { name: "a·b", a: false, b: false },
  { name: "a·bᵀ", a: false, b: true },
  { name: "aᵀ·b", a: true, b: false },
  { name: "aᵀ·bᵀ", a: true, b: true },
];

function operands(
  batch: Shape,
  rows: number,
  columns: number,
  inner: number,
  transposed: { a: boolean; b: boolean },
): [Node, Node, DotAttributes] {
  const rank = batch.length;
  const axes = batch.map((_, axis) => axis);
  const a = build.input("a", [...batch, ...(transposed.a ? [inner, rows] : [rows, inner])], "float32");
  const b = build.input("b", [...batch, ...(transposed.b ? [columns, inner] : [inner, columns])], "float32");
  const contract: DotAttributes["contract"] = [[transposed.a ? rank : rank + 1], [transposed.b ? rank + 1 : rank]];
  return [a, b, { batch: [axes, axes], contract }];
}

const values = (...nodes: Node[]) => ({ inputs: nodes.map((node, i) => valuesFor(node, `operand ${i}`)) });

describe.for(modes)("numerics %s", (numerics) => {
  test.for(orientations)("$name of all sizes", async (transposed, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    for (const [rows, columns, inner] of sizes) {
      const [a, b, attributes] = operands([], rows, columns, inner, transposed);
      const module = moduleOf({ inputs: [a, b], outputs: [build.dot(a, b, attributes)] });
      await requireAgreement(targets, module, values(a, b));
    }
  });

  test.for(orientations)("$name in batches, with bias, activation and accumulation", async (transposed, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    for (const batch of [[], [1], [3], [2, 3]]) {
      for (const [rows, columns, inner] of [
        [1, 1, 1],
        [7, 9, 5],
        [13, 17, 3],
        [30, 3, 40],
        [3, 30, 1025],
      ] as const) {
        const [a, b, attributes] = operands(batch, rows, columns, inner, transposed);
        const product = build.dot(a, b, attributes);
        const bias = build.input("bias", [columns], "float32");
        const sum = build.input("sum", product.shape, "float32");
        const shifted = build.add(product, build.broadcast(bias, product.shape, [batch.length + 1]));
        const outputs = [build.relu(shifted), build.add(sum, build.tanh(shifted))];
        await requireAgreement(targets, moduleOf({ inputs: [a, b, bias, sum], outputs }), values(a, b, bias, sum));
      }
    }
  });

  test("several contracted, free and batch axes in any order", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const cases: [Shape, Shape, DotAttributes][] = [
      [
        [3, 4, 5],
        [5, 4, 6],
        {
          batch: [[], []],
          contract: [
            [2, 1],
            [0, 1],
          ],
        },
      ],
      [
        [3, 4, 5],
        [4, 6, 5],
        {
          batch: [[], []],
          contract: [
            [1, 2],
            [0, 2],
          ],
        },
      ],
      [
        [3, 2, 5, 4],
        [4, 3, 2, 7],
        {
          batch: [
            [0, 1],
            [1, 2],
          ],
          contract: [[3], [0]],
        },
      ],
      [
        [3, 2, 5, 4],
        [2, 7, 3, 4],
        {
          batch: [
            [1, 0],
            [0, 2],
          ],
          contract: [[3], [3]],
        },
      ],
      [[5, 3, 2], [4, 3, 7], { batch: [[1], [1]], contract: [[], []] }],
      [
        [2, 3, 4],
        [2, 3, 4],
        {
          batch: [[], []],
          contract: [
            [0, 1, 2],
            [0, 1, 2],
          ],
        },
      ],
      [[4, 1, 5], [1, 5, 3], { batch: [[1], [0]], contract: [[2], [1]] }],
      [[17], [13], { batch: [[], []], contract: [[], []] }],
      [[], [5], { batch: [[], []], contract: [[], []] }],
      [[], [], { batch: [[], []], contract: [[], []] }],
      [[0, 5], [5, 3], { batch: [[], []], contract: [[1], [0]] }],
      [[4, 0], [0, 3], { batch: [[], []], contract: [[1], [0]] }],
    ];
    for (const [left, right, attributes] of cases) {
      const [a, b] = [build.input("a", left, "float32"), build.input("b", right, "float32")];
      await requireAgreement(
        targets,
        moduleOf({ inputs: [a, b], outputs: [build.dot(a, b, attributes)] }),
        values(a, b),
      );
    }
  });

  test("operands that are views: flipped, strided, broadcast, transposed, reshaped, the same twice", async ({
    skip,
  }) => {
    const targets = await targetsIn(numerics, skip);
    const x = build.input("x", [12, 10], "float32");
    const row = build.input("row", [10], "float32");
    const plain: DotAttributes = { batch: [[], []], contract: [[1], [0]] };
    const across: DotAttributes = { batch: [[], []], contract: [[1], [1]] };
    const flipped = build.slice(x, [11, 9], [12, 10], [-1, -1]);
    const strided = build.slice(x, [1, 0], [6, 5], [2, 2]);
    const spread = build.broadcast(row, [12, 10], [1]);
    const column = build.broadcast(row, [10, 12], [0]);
    const split = build.reshape(x, [3, 4, 10]);
    const outputs = [
      build.dot(x, x, across),
      build.dot(flipped, x, across),
      build.dot(x, flipped, across),
      build.dot(strided, strided, across),
      build.dot(spread, x, across),
      build.dot(x, column, plain),
      build.dot(column, spread, plain),
      build.dot(build.transpose(x, [1, 0]), x, plain),
      build.dot(build.transpose(split, [1, 0, 2]), x, { batch: [[], []], contract: [[2], [1]] }),
      build.dot(build.reshape(build.transpose(x, [1, 0]), [12, 10]), x, across),
      build.dot(build.constant(0.1, [3, 10], "float32"), x, across),
      build.dot(build.iota([3, 10], 1, "float32"), x, across),
      build.dot(build.exp(x), build.concat([x, x], 0), across),
    ];
    await requireAgreement(targets, moduleOf({ inputs: [x, row], outputs }), values(x, row));
  });
});
