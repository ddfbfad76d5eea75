/**
 * Proves that moves put every pixel where they say: exactly where they keep to the grid, as PyTorch samples elsewhere; several of
 * them as one sampling, in the order of the list; with random amounts that are distributed as documented.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { rotate, scale, shear, shift } from "./affine.ts";
import { augment } from "./augment.ts";
import type { Augmentation } from "./augmentation.ts";
import { RandomDraws } from "./draws.ts";
import { elastic } from "./elastic.ts";
import { crop, flip } from "./grid.ts";
import { ownPlaces, sample } from "./places.ts";
import { counted, dictated, meanOf, movedBy, randomAt, settingOf, varianceOf } from "./testing.ts";

const small = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe("sampling", () => {
  test("gives the image itself at its own places, to the bit", async () => {
    for (const shape of [
      [2, 4, 5],
      [2, 5, 4, 3],
      [2, 4, 3, 1],
    ]) {
      const x: Tensor = tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
        { shape },
      ) as Tensor;
      for (const onGrid of [false, true]) {
        expect(await sample({ x, background: 9 }, ownPlaces(x), onGrid).data()).toEqual(await x.data());
      }
    }
  });

  test("is PyTorch's, in and out of images, with and without channels", async () => {
    const golden = JSON.parse(readFileSync(new URL("golden/sample.json", import.meta.url), "utf8")) as {
      images: number[][][][];
      rows: number[][][];
      columns: number[][][];
      sampled: number[][][][];
    };
    const wide = (values: number[][][]): Tensor => tensor(values, { dtype: "float64" });
    const places = { rows: wide(golden.rows), columns: wide(golden.columns) };
    const x: Tensor = tensor(golden.images, { dtype: "float64" });
    const found = await sample({ x, background: 0 }, places, false).data();
    golden.sampled.flat(3).forEach((value, i) => expect(found[i]).toBeCloseTo(value, 12));
    const grey = await sample(
      { x: x.slice([0, 0, 0, 0], [2, 5, 7, 1]).squeeze(3) as Tensor, background: 0 },
      places,
      false,
    ).data();
    golden.sampled.flat(2).forEach(([value], i) => expect(grey[i]).toBeCloseTo(value!, 12));
  });
});

describe("shift", () => {
  test("by whole pixels moves them exactly, and background comes in", async () => {
    expect(await movedBy(counted(3, 3), [[shift(1), 0, 0.5]], 7)).toEqual([
      [7, 7, 7],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await movedBy(counted(3, 3), [[shift(2), 0.5, 0.75]])).toEqual([
      [2, 3, 0],
      [5, 6, 0],
      [8, 9, 0],
    ]);
  });

  test("by half a pixel blends neighbours", async () => {
    expect(await movedBy(counted(2, 3), [[shift(1), 0.5, 0.75]], 5)).toEqual([
      [1.5, 2.5, 4],
      [4.5, 5.5, 5.5],
    ]);
  });
});

describe("rotate", () => {
  test("by a quarter turn, by half a turn", async () => {
    const quarter = await movedBy(counted(3, 3), [[rotate(90), 0]]);
    const expected = [
      [7, 4, 1],
      [8, 5, 2],
      [9, 6, 3],
    ];
    quarter.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i]!, 4));
    const half = await movedBy(counted(4, 2), [[rotate(180), 0]]);
    [8, 7, 6, 5, 4, 3, 2, 1].forEach((value, i) => expect(half.flat()[i]).toBeCloseTo(value, 4));
  });

  test("by nothing changes nothing", async () => {
    expect(await movedBy(counted(3, 3), [[rotate(90), 0.5]])).toEqual(small);
  });
});

describe("scale and shear", () => {
  /** In every pixel the number of its column. */
  const ramp = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8].map(() => [0, 1, 2, 3, 4, 5, 6, 7, 8])).expand(0) as Tensor;

  test("scale enlarges from the middle, or makes smaller", async () => {
    const smaller = await movedBy(ramp, [[scale(0.5), 0]]);
    expect(smaller[4]).toEqual([0, 0, 0, 2, 4, 6, 8, 0, 0]);
    expect(smaller[0]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const larger = await movedBy(ramp, [[scale(0.5), 1]]);
    larger[4]!.forEach((value, column) => expect(value).toBeCloseTo(4 + (column - 4) / 1.5, 5));
  });

  test("shear slides rows sideways, the middle one not at all", async () => {
    const slanted = await movedBy(ramp, [[shear(45), 0]]);
    expect(slanted[4]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    [0, 1, 2].forEach((column) => expect(slanted[5]![column + 1]).toBeCloseTo(column, 5));
    [0, 1, 2].forEach((column) => expect(slanted[3]![column]).toBeCloseTo(column + 1, 5));
  });
});

describe("flip and crop", () => {
  test("flip mirrors every second image", async () => {
    const mirrored = [
      [3, 2, 1],
      [6, 5, 4],
      [9, 8, 7],
    ];
    expect(await movedBy(counted(3, 3), [[flip(), 0.49]])).toEqual(mirrored);
    expect(await movedBy(counted(3, 3), [[flip(), 0.5]])).toEqual(small);
    const vertical = flip({ horizontal: false, vertical: true });
    expect(await movedBy(counted(3, 3), [[vertical, 0.2]])).toEqual(small.toReversed());
    const both = flip({ vertical: true });
    expect(await movedBy(counted(3, 3), [[both, 0.2, 0.7]])).toEqual(small.toReversed());
    expect(await movedBy(counted(3, 3), [[both, 0.7, 0.2]])).toEqual(mirrored);
  });

  test("crop moves by whole pixels, -padding to padding", async () => {
    expect(await movedBy(counted(3, 3), [[crop(1), 0, 0.999]], 5)).toEqual([
      [5, 5, 5],
      [2, 3, 5],
      [5, 6, 5],
    ]);
    expect(await movedBy(counted(3, 3), [[crop(2), 0.5, 0.5]])).toEqual(small);
  });

  test("all channels of a pixel go together", async () => {
    const x = tensor([1, 10, 2, 20, 3, 30, 4, 40], { shape: [1, 2, 2, 2] }) as Tensor;
    expect(await movedBy(x, [[flip(), 0]])).toEqual([
      [
        [2, 20],
        [1, 10],
      ],
      [
        [4, 40],
        [3, 30],
      ],
    ]);
    expect(await movedBy(x, [[shift(1), 0.5, 0.75]])).toEqual([
      [
        [1.5, 15],
        [1, 10],
      ],
      [
        [3.5, 35],
        [2, 20],
      ],
    ]);
  });
});

describe("several moves", () => {
  test("are one sampling: there and back is where it was", async () => {
    const thereAndBack = [
      [shift(1), 0.25, 0.75],
      [shift(1), 0.75, 0.25],
    ] as const;
    expect(await movedBy(counted(3, 3), thereAndBack)).toEqual(small);
  });

  test("in the order of the list", async () => {
    const right = [shift(1), 0.5, 0] as const;
    const mirror = [flip(), 0] as const;
    expect(await movedBy(counted(1, 3), [right, mirror])).toEqual([[2, 1, 0]]);
    expect(await movedBy(counted(1, 3), [mirror, right])).toEqual([[0, 3, 2]]);
  });
});

/** The places that a move gives for `count` examples of 9×9 pixels. */
async function placesOf(move: Augmentation, count: number, seed = 1) {
  if (move.kind !== "move") throw new Error("no move");
  const x = tensor(new Float32Array(81 * count), { shape: [count, 9, 9] }) as Tensor;
  const places = move.from(ownPlaces(x), new RandomDraws(randomAt(seed), "test", count, "float32"));
  const all = async (at: Tensor): Promise<number[][][]> =>
    (await at.broadcastTo([count, 9, 9]).array()) as number[][][];
  return { rows: await all(places.rows), columns: await all(places.columns) };
}

describe("random amounts", () => {
  const count = 2000;

  test("shift: evenly within its range, along both axes independently", async () => {
    const { rows, columns } = await placesOf(shift(3), count);
    const down = rows.map((image) => image[4]![4]!);
    const across = columns.map((image) => image[4]![4]!);
    for (const amounts of [down, across]) {
      expect(Math.abs(meanOf(amounts))).toBeLessThan(0.12);
      expect(varianceOf(amounts)).toBeCloseTo(3, 0);
      expect(Math.max(...amounts.map(Math.abs))).toBeLessThanOrEqual(3);
    }
    expect(Math.abs(meanOf(down.map((value, i) => value * across[i]!)))).toBeLessThan(0.2);
  });

  test("rotate: angles evenly within their range, distances kept", async () => {
    const { rows, columns } = await placesOf(rotate(30), count);
    const angles = rows.map((image, i) => Math.atan2(image[4]![8]!, columns[i]![4]![8]!) * (180 / Math.PI));
    expect(Math.abs(meanOf(angles))).toBeLessThan(1.2);
    expect(varianceOf(angles) / 300).toBeCloseTo(1, 1);
    rows.slice(0, 20).forEach((image, i) => expect(Math.hypot(image[4]![8]!, columns[i]![4]![8]!)).toBeCloseTo(4, 5));
  });

  test("scale: factors evenly within their range, both axes alike", async () => {
    const { rows, columns } = await placesOf(scale(0.2), count);
    const factors = rows.map((image) => 4 / image[8]![0]!);
    expect(meanOf(factors)).toBeCloseTo(1, 2);
    expect(varianceOf(factors)).toBeCloseTo(0.04 / 3, 3);
    expect(columns.map((image) => 4 / image[0]![8]!)).toEqual(factors);
  });

  test("crop and flip: all offsets alike, half of the images", async () => {
    const { rows } = await placesOf(crop(2), count);
    const offsets = [-2, -1, 0, 1, 2].map((offset) => rows.filter((image) => image[4]![4] === offset).length);
    expect(offsets.reduce((a, b) => a + b)).toBe(count);
    for (const number of offsets) expect(number / count).toBeCloseTo(0.2, 1);
    const { columns } = await placesOf(flip(), count);
    expect(columns.filter((image) => image[0]![0] === 4).length / count).toBeCloseTo(0.5, 1);
  });
});

describe("elastic", () => {
  test("is the blurred noise that its formula says", async () => {
    const [height, width, sigma, alpha] = [6, 5, 1.5, 3];
    const words = Uint32Array.from({ length: height * width }, (_, i) => Math.imul(i + 1, 2654435761));
    const draws = { ...dictated(1), bits: () => tensor(words, { shape: [1, height, width] }) as never };
    const move = elastic(alpha, sigma);
    if (move.kind !== "move") throw new Error("no move");
    const own = ownPlaces(counted(height, width));
    const { rows, columns } = move.from(own, draws);
    const weight = (d: number): number => (Math.abs(d) > 4 * sigma ? 0 : Math.exp((-d * d) / (2 * sigma * sigma)));
    const sum = Array.from({ length: 13 }, (_, i) => weight(i - 6)).reduce((a, b) => a + b);
    for (const [found, half, before] of [
      [rows, (word: number) => word & 0xffff, (row: number, _: number) => row - 2.5],
      [columns, (word: number) => word >>> 16, (_: number, column: number) => column - 2],
    ] as const) {
      const values = ((await found.array()) as number[][][])[0]!;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          let expected = before(row, column);
          words.forEach((word, i) => {
            const [r, c] = [Math.floor(i / width), i % width];
            const noise = (half(word) + 0.5) / 0x8000 - 1;
            expected += (alpha * weight(r - row) * weight(c - column) * noise) / (sum * sum);
          });
          expect(values[row]![column]).toBeCloseTo(expected, 5);
        }
      }
    }
  });

  test("moves as far as documented, around 0, smoothly, and every example in its own way", async () => {
    const [alpha, sigma] = [20, 2];
    const { rows, columns } = await placesOf(elastic(alpha, sigma), 500);
    for (const axis of [
      rows.map((image) => image.map((line, r) => line.map((at) => at - (r - 4)))),
      columns.map((image) => image.map((line) => line.map((at, c) => at - (c - 4)))),
    ]) {
      const middles = axis.map((image) => image[4]![4]!);
      expect(Math.abs(meanOf(middles))).toBeLessThan(0.25);
      expect(Math.abs(Math.sqrt(varianceOf(middles)) / ((0.163 * alpha) / sigma) - 1)).toBeLessThan(0.1);
      const steps = axis.map((image) => image[4]![5]! - image[4]![4]!);
      expect(varianceOf(steps) / varianceOf(middles)).toBeLessThan(0.15);
      expect(new Set(middles).size).toBeGreaterThan(490);
    }
  });

  test("of alpha 0 changes nothing, also beside other moves", async () => {
    const x = counted(3, 3);
    const list = [elastic(0), flip({ horizontal: false, vertical: true })];
    const { x: result } = augment(list, { x, target: x }, randomAt(3), settingOf(x));
    expect([small, small.toReversed()]).toContainEqual(((await result.array()) as number[][][])[0]);
  });
});
