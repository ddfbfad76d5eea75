/**
 * Proves what changes values: noise is normal, cutout covers its square, mixup mixes examples and targets alike with shares of the beta
 * distribution. And that lists are read, printed and refused in sentences.
 */

import { describe, expect, test } from "vitest";
import { accuracy } from "../../loss/accuracy.ts";
import { crossEntropy } from "../../loss/cross-entropy.ts";
import { ones, tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refusal } from "../../tensor/testing.ts";
import { rotate, scale, shear, shift } from "./affine.ts";
import { augment, checkAugmentations } from "./augment.ts";
import type { Augmentation, Varied } from "./augmentation.ts";
import { cutout } from "./cutout.ts";
import { RandomDraws } from "./draws.ts";
import { elastic } from "./elastic.ts";
import { crop, flip } from "./grid.ts";
import { mixup, symmetricBeta } from "./mixup.ts";
import { noise } from "./noise.ts";
import { parseAugmentation, printAugmentations } from "./strings.ts";
import { counted, dictated, meanOf, randomAt, settingOf, varianceOf } from "./testing.ts";

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" }) as Tensor;

/** What one augmentation makes of a batch, with uniform numbers given or those of a seed. */
function changed(one: Augmentation, batch: Varied, numbers: readonly number[] | null = null): Varied {
  if (one.kind !== "change") throw new Error("no change");
  const count = batch.x.shape[0]!;
  const draws = numbers ? dictated(count, ...numbers) : new RandomDraws(randomAt(1), one.name, count, batch.x.dtype);
  return one.apply(batch, draws, settingOf(batch.x, { background: -1, outputShape: [3] }));
}

describe("noise", () => {
  test("adds normal numbers of its deviation to whatever shape", async () => {
    const x = ones([20, 1000]) as Tensor;
    const target = labels(...new Array<number>(20).fill(0));
    const varied = changed(noise(0.5), { x, target });
    const values = await varied.x.data();
    expect(varied.target).toBe(target);
    expect(meanOf(values)).toBeCloseTo(1, 1.7);
    expect(varianceOf(values)).toBeCloseTo(0.25, 1.7);
    const share = (deviations: number): number =>
      Array.from(values).filter((value) => Math.abs(value - 1) < 0.5 * deviations).length / values.length;
    expect(share(1)).toBeCloseTo(0.683, 1.7);
    expect(share(2)).toBeCloseTo(0.954, 1.7);
    expect(await changed(noise(0), { x, target }).x.data()).toEqual(await x.data());
  });
});

describe("cutout", () => {
  const covered = async (size: number, ...middle: number[]): Promise<number[][]> => {
    const x = counted(4, 5);
    const { x: result } = changed(cutout(size), { x, target: x }, middle);
    return ((await result.array()) as number[][][])[0]!;
  };

  test("covers a square with background", async () => {
    expect(await covered(2, 0.5, 0.5)).toEqual([
      [1, 2, 3, 4, 5],
      [6, -1, -1, 9, 10],
      [11, -1, -1, 14, 15],
      [16, 17, 18, 19, 20],
    ]);
    expect(await covered(3, 0, 0.99)).toEqual([
      [1, 2, 3, -1, -1],
      [6, 7, 8, -1, -1],
      [11, 12, 13, 14, 15],
      [16, 17, 18, 19, 20],
    ]);
  });

  test("whole inside, and cut off at the border, around any pixel; all channels", async () => {
    const x = ones([3000, 6, 6, 2]) as Tensor;
    const values = await changed(cutout(3), { x, target: x }).x.data();
    const areas = Array.from({ length: 3000 }, (_, i) => {
      const image = values.subarray(72 * i, 72 * (i + 1));
      const [first, second] = [0, 1].map((channel) => image.filter((value, j) => j % 2 === channel && value === -1));
      expect(first!.length).toBe(second!.length);
      return first!.length;
    });
    expect([Math.min(...areas), Math.max(...areas)]).toEqual([4, 9]);
    // Along an axis 3 pixels at 4 of 6 places, else 2.
    expect(meanOf(areas)).toBeCloseTo((16 / 6) * (16 / 6), 0.8);
  });
});

describe("mixup", () => {
  const x = tensor([[0], [8], [4], [1]]) as Tensor;

  test("mixes examples and their labels alike, first with last", async () => {
    const { x: mixed, target } = changed(mixup(1), { x, target: labels(0, 1, 2, 2) });
    const found = await mixed.data();
    const share = 1 - found[0]!;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    const expected = [1 - share, 8 * share + 4 * (1 - share), 4 * share + 8 * (1 - share), share];
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
    const rows = await target.data();
    const [a, b] = [share, 1 - share];
    [a, 0, b, 0, a, b, 0, b, a, b, 0, a].forEach((value, i) => expect(rows[i]).toBeCloseTo(value, 5));
  });

  test("mixes values, and nothing in a batch of one", async () => {
    const values = tensor([[1], [2], [3], [5]]) as Tensor;
    const both = changed(mixup(0.4), { x: values, target: values });
    expect(await both.target.data()).toEqual(await both.x.data());
    const one = changed(mixup(1), { x: tensor([[3]]) as Tensor, target: labels(1) });
    expect((await one.x.data())[0]).toBeCloseTo(3, 6);
    (await one.target.data()).forEach((value, i) => expect(value).toBeCloseTo(i === 1 ? 1 : 0, 6));
  });

  test("cross entropy takes the mixed labels; accuracy counts the label with the larger share", async () => {
    const target = tensor([[0.75, 0.25, 0]]) as Tensor;
    const logits = tensor([[2, 1, 0]]) as Tensor;
    const surprise = (i: number): number => Math.log(Math.exp(2) + Math.exp(1) + 1) - [2, 1, 0][i]!;
    const [loss] = await crossEntropy().perExample(logits, target).data();
    expect(loss).toBeCloseTo(0.75 * surprise(0) + 0.25 * surprise(1), 6);
    expect(await accuracy().perExample(logits, target).data()).toEqual(Float32Array.of(1));
  });

  test.each([0.05, 0.2, 0.5, 1, 4, 100])("its shares have the beta distribution, alpha %d", async (alpha) => {
    const count = 20_000;
    const draws = new RandomDraws(randomAt(5), "beta", 1, "float32");
    const shares = Array.from(await symmetricBeta(alpha, { uniform: () => draws.uniform([count]) }).data());
    const central = shares.map((share) => share - 0.5);
    const moment = (power: number): number => meanOf(central.map((value) => value ** power));
    const variance = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(moment(1))).toBeLessThan(0.015);
    expect(moment(2) / variance).toBeCloseTo(1, 1);
    expect(moment(4) / (variance * variance) / (3 - 6 / (2 * alpha + 3))).toBeCloseTo(1, 1);
    expect(Math.min(...shares)).toBeGreaterThan(1e-7);
    expect(Math.max(...shares)).toBeLessThan(1);
  });

  test("evenly for alpha 1", async () => {
    const draws = new RandomDraws(randomAt(6), "beta", 1, "float32");
    const shares = Array.from(await symmetricBeta(1, { uniform: () => draws.uniform([20_000]) }).data());
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = shares.filter((share) => share >= tenth / 10 && share < (tenth + 1) / 10).length;
      expect(inside / shares.length).toBeCloseTo(0.1, 1.7);
    }
  });
});

describe("a list", () => {
  const list = [noise(0.1), shift(1), cutout(2)];

  test("gives the same again for the same seed and step, and others otherwise", async () => {
    const x = counted(5, 5);
    const values = async (seed: number, step: number, augmentations = list): Promise<string> =>
      (await augment(augmentations, { x, target: x }, randomAt(seed, step), settingOf(x)).x.data()).join();
    const first = await values(1, 0);
    expect(await values(1, 0)).toBe(first);
    const others = [
      await values(2, 0),
      await values(1, 1),
      await values(1, 0, list.toReversed()),
      await values(1, 0, [shift(1), shift(1)]),
      await values(1, 0, [shift(1)]),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });

  test("empty, changes nothing", () => {
    const batch = { x: counted(2, 2), target: labels(1) };
    expect(augment([], batch, randomAt(1), settingOf(batch.x))).toBe(batch);
  });

  test("is read as it is printed", () => {
    const text =
      "shift(2) rotate(10) scale(0.1) shear(15) elastic(34, 4) flip flip(horizontal=false, vertical=true) crop(4) " +
      "noise(0.1) cutout(8) mixup(0.2)";
    expect(printAugmentations(parseAugmentation(text))).toBe(text);
    expect(printAugmentations(parseAugmentation("elastic(alpha=20) flip(vertical=false)"))).toBe("elastic(20, 4) flip");
    expect(parseAugmentation("")).toEqual([]);
  });

  test("is refused with a position", () => {
    expect(refusal(() => parseAugmentation("shift(2) rotat(10)"))).toMatchInlineSnapshot(
      `"GradusError: augment: unknown augmentation "rotat" at character 10 of "shift(2) rotat(10)". Did you mean rotate?"`,
    );
    expect(refusal(() => parseAugmentation("elastic"))).toMatchInlineSnapshot(
      `"GradusError: augment: elastic needs alpha at character 1 of "elastic". Write elastic(alpha, sigma=…)."`,
    );
    expect(refusal(() => parseAugmentation("dense(10)"))).toMatchInlineSnapshot(
      `"GradusError: augment: unknown augmentation "dense" at character 1 of "dense(10)". There are shift, rotate, scale, shear, elastic, flip, crop, noise, cutout, mixup."`,
    );
  });
});

describe("refusals", () => {
  test("of arguments out of range", () => {
    const calls = [
      () => shift(-1),
      () => rotate(181),
      () => scale(1),
      () => shear(90),
      () => elastic(Number.NaN),
      () => elastic(34, 0),
      () => crop(1.5),
      () => flip({ horizontal: false }),
      () => noise(Number.POSITIVE_INFINITY),
      () => cutout(0),
      () => mixup(0),
      () => rotate("10" as never),
    ];
    expect(calls.map(refusal)).toMatchInlineSnapshot(`
      [
        "GradusError: shift: pixels must be a finite number from 0; got -1. Write shift(2).",
        "GradusError: rotate: degrees must be in [0, 180]; got 181. Write rotate(10).",
        "GradusError: scale: range must be in [0, 1); got 1. Write scale(0.1).",
        "GradusError: shear: degrees must be in [0, 90); got 90. Write shear(15).",
        "GradusError: elastic: alpha must be a finite number from 0; got NaN. Write elastic(34, 4).",
        "GradusError: elastic: sigma must be above 0 and at most 100; got 0. Write elastic(34, 4).",
        "GradusError: crop: padding must be a positive integer; got 1.5. Write crop(4).",
        "GradusError: flip: horizontal or vertical must be true; got neither. Write flip() for left and right.",
        "GradusError: noise: deviation must be a finite number from 0; got Infinity. Write noise(0.1).",
        "GradusError: cutout: size must be a positive integer; got 0. Write cutout(8).",
        "GradusError: mixup: alpha must be a finite number above 0; got 0. Write mixup(0.2).",
        "GradusError: rotate: degrees must be in [0, 180]; got "10". Write rotate(10).",
      ]
    `);
  });

  test("of examples and networks that do not suit", () => {
    const check =
      (one: unknown, inputShape: readonly number[], outputShape: readonly number[] = [10]) =>
      () =>
        checkAugmentations([one as Augmentation], { ...settingOf(zeros([1]) as Tensor), inputShape, outputShape });
    const calls = [
      check(shift(2), [784]),
      check(cutout(2), [2, 2, 2, 2]),
      check(shift(28), [28, 30]),
      check(crop(4), [8, 4, 3]),
      check(cutout(9), [8, 12]),
      check(mixup(1), [784], [5, 5]),
      check("shift(2)", [28, 28]),
      () => checkAugmentations("shift(2)" as never, settingOf(counted(2, 2))),
    ];
    expect(calls.map(refusal)).toMatchInlineSnapshot(`
      [
        "ShapeError: augment: shift(2) needs images [rows, columns] or [rows, columns, channels]; got [784]. Keep the images' shape in the data and begin the network with flatten().",
        "ShapeError: augment: cutout(2) needs images [rows, columns] or [rows, columns, channels]; got [2, 2, 2, 2]. Keep the images' shape in the data and begin the network with flatten().",
        "ShapeError: augment: shift(28) must move by less than the image's sides; they are [28, 30]. Take fewer pixels.",
        "ShapeError: augment: crop(4) must move by less than the image's sides; they are [8, 4]. Take fewer pixels.",
        "ShapeError: augment: cutout(9) must not be larger than the image; its sides are [8, 12]. Take fewer pixels.",
        "ShapeError: augment: mixup(1) needs outputs [classes] where targets are labels; got [5, 5]. End the network with dense(classes).",
        "DataError: augment: needs a list of augmentations; got "shift(2)". Write augment: [shift(2), rotate(10)], or parseAugmentation(text).",
        "DataError: augment: needs a list of augmentations; got "shift(2)". Write augment: [shift(2), rotate(10)], or parseAugmentation(text).",
      ]
    `);
    for (const fine of [
      check(noise(1), [784]),
      check(mixup(1), [3]),
      check(shift(27), [28, 28]),
      check(cutout(8), [8, 8]),
    ]) {
      expect(fine).not.toThrow();
    }
  });
});
