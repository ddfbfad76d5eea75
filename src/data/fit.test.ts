/** Proves that pictures of any size, bright or dark, reach the network as the digits do that it learned from. */

import { expect, test } from "vitest";
import { fitImage } from "./fit.ts";
import type { Image } from "./image.ts";
import { ink } from "./ink.ts";
import { resample } from "./resample.ts";

/** A picture of paper with a block of ink at rows and columns from…to, both included. */
function block(size: number, from: number, to: number, paper = 1, stroke = 0): Image {
  const inside = (i: number): boolean => i >= from && i <= to;
  const pixels = Float32Array.from({ length: size * size }, (_, i) =>
    inside(Math.floor(i / size)) && inside(i % size) ? stroke : paper,
  );
  return { rows: size, columns: size, pixels };
}

test("resampling is the mean over the area, and nothing outside", () => {
  const image = { rows: 2, columns: 4, pixels: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7) };
  const grid = { top: 0, left: 0, height: 1, width: 2, rows: 2, columns: 2 };
  expect(resample(image, grid)).toEqual(Float32Array.of(0.5, 2.5, 4.5, 6.5));
  expect(resample(image, { ...grid, left: 0.5, columns: 1 })).toEqual(Float32Array.of(1, 5));
  expect(resample(image, { ...grid, height: 2, rows: 1, left: -2 })).toEqual(Float32Array.of(0, 2.5));
  expect(resample(image, { ...grid, width: 0.5, columns: 4, rows: 1 })).toEqual(Float32Array.of(0, 0, 1, 1));
});

test("a picture of the network's size is taken as it is; bright paper is inverted", () => {
  const bright = block(16, 3, 12);
  const dark = block(16, 3, 12, 0, 1);
  expect(fitImage(dark, [16, 16])).toEqual({ data: dark.pixels, shape: [16, 16] });
  expect(fitImage(bright, [16, 16, 1])).toEqual({ data: dark.pixels, shape: [16, 16, 1] });
});

test("the digits that networks learn from are not inverted", async () => {
  for (const size of [16, 28] as const) {
    const { test: digits } = await ink({ train: 1, test: 60, size });
    for (let i = 0; i < digits.length; i++) {
      const pixels = digits.input(i).data;
      const negative = pixels.map((value) => 1 - value);
      expect(fitImage({ rows: size, columns: size, pixels }, [size, size]).data).toEqual(pixels);
      expect(fitImage({ rows: size, columns: size, pixels: negative }, [size, size]).data[0]).toBeCloseTo(
        pixels[0]!,
        6,
      );
    }
  }
});

test("ink is found and fills the box", () => {
  const found = fitImage(block(100, 40, 69, 0.9, 0.2), [16, 16]).data;
  found.forEach((value) => expect(value).toBeCloseTo(1, 6));
});

test("at 28×28 the longer side takes 20 pixels, and the centre of mass is the centre", () => {
  const { data } = fitImage(block(100, 5, 44), [28, 28]);
  data.forEach((value, i) => {
    const [row, column] = [Math.floor(i / 28), i % 28];
    const inside = row >= 4 && row < 24 && column >= 4 && column < 24;
    expect(value).toBeCloseTo(inside ? 1 : 0, 6);
  });
  // A flag: most of its ink is at the top left, so that is moved to the middle.
  const flag: Image = { rows: 60, columns: 60, pixels: new Float32Array(3600) };
  for (let row = 10; row < 50; row++) {
    for (let column = 10; column < (row < 30 ? 50 : 14); column++) flag.pixels[row * 60 + column] = 1;
  }
  const moved = fitImage(flag, [28, 28]).data;
  const mass = (along: (i: number) => number): number =>
    moved.reduce((sum, value, i) => sum + value * along(i), 0) / moved.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(mass((i) => Math.floor(i / 28)) - 13.5)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(mass((i) => i % 28) - 13.5)).toBeLessThanOrEqual(0.5);
});

test("the model's normalization is applied", () => {
  const { data } = fitImage(block(16, 3, 12, 0, 1), [16, 16], { multiply: 2, add: -1 });
  expect([data[0], data[16 * 8 + 8]]).toEqual([-1, 1]);
});

test("an empty picture and a network for other inputs are refused", () => {
  expect(() => fitImage(block(50, 60, 61), [28, 28], null, "blank.pgm")).toThrow(
    "blank.pgm: nothing is drawn on it; all its pixels are nearly alike. Draw in black on white or white on black.",
  );
  expect(() => fitImage(block(50, 10, 20), [784])).toThrow(
    "picture: needs a network with inputs [rows, columns] or [rows, columns, 1]; got [784]. " +
      "Begin the network with such a shape and flatten().",
  );
});

test("sides beyond any picture's are refused before memory is taken", () => {
  const strip: Image = { rows: 1, columns: 40_000, pixels: new Float32Array(40_000) };
  expect(() => fitImage(strip, [16, 16], null, "strip.pgm")).toThrow(
    "strip.pgm: a picture may have 30000 pixels along a side; it has 1 rows of 40000. Make it smaller.",
  );
  expect(() => fitImage(block(8, 2, 5), [1, 5000])).toThrow(
    "picture: pictures are fitted to sides of at most 4096 pixels; the network takes [1, 5000]. " +
      "Give it an example made in a program.",
  );
});
