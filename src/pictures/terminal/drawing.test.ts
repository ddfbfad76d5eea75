/**
 * Proves that every drawing says what its numbers say, keeps to its width, and is free of escape codes in the plain style.
 */

import { describe, expect, test } from "vitest";
import { bar, drawConfidences, track } from "./bars.ts";
import { drawConfusion } from "./confusion.ts";
import { averages, drawCurve } from "./curve.ts";
import { drawableSize, drawImage, frame, imageSize } from "./image.ts";
import { count, duration, percent, rate, significant, thousands } from "./numbers.ts";
import { beside, coloured, padEnd, padStart, plain, styleFor, visible } from "./style.ts";

describe("numbers", () => {
  test("are grouped, rounded and never rounded to a perfection they lack", () => {
    expect(thousands(648010)).toBe("648,010");
    expect(thousands(999)).toBe("999");
    expect(percent(0.976)).toBe("97.6 %");
    expect(percent(0.9999)).toBe("99.9 %");
    expect(percent(1)).toBe("100.0 %");
    expect(percent(0.0001)).toBe("0.1 %");
    expect(percent(Number.NaN)).toBe("–");
    expect(significant(Math.LN10)).toBe("2.303");
    expect(significant(0.000_000_123)).toBe("1.2e-7");
    expect(significant(0)).toBe("0");
    expect(duration(0.5)).toBe("0.50 s");
    expect(duration(9.97)).toBe("10 s");
    expect(duration(59.6)).toBe("1 min 00 s");
    expect(duration(125)).toBe("2 min 05 s");
    expect(duration(3840)).toBe("1 h 04 min");
    expect(rate(15_342)).toBe("15,300");
    expect(rate(1_234_567)).toBe("1.23 M");
    expect(rate(999_900)).toBe("1.00 M");
    expect(count(1, "mistake")).toBe("1 mistake");
    expect(count(1200, "mistake")).toBe("1,200 mistakes");
  });
});

describe("style", () => {
  test("follows the stream, NO_COLOR, FORCE_COLOR and TERM", () => {
    expect(styleFor({ isTTY: true }, {})).toBe(coloured);
    expect(styleFor({ isTTY: false }, {})).toBe(plain);
    expect(styleFor({ isTTY: true }, { NO_COLOR: "1" })).toBe(plain);
    expect(styleFor({ isTTY: true }, { NO_COLOR: "" })).toBe(coloured);
    expect(styleFor({ isTTY: false }, { FORCE_COLOR: "1" })).toBe(coloured);
    expect(styleFor({ isTTY: true }, { TERM: "dumb" })).toBe(plain);
  });

  test("pads by what is seen", () => {
    expect(visible(coloured.bold(coloured.red("ab")))).toBe("ab");
    expect(visible(padEnd(coloured.green("ab"), 4))).toBe("ab  ");
    expect(visible(padStart(coloured.green("ab"), 4))).toBe("  ab");
    expect(beside(1, ["a", "bb"], ["c"])).toEqual(["a  c", "bb"]);
  });
});

describe("image", () => {
  const pixels = [1, 0, 0, 1, 1, 1];

  test("puts two pixel rows in a line; a missing last row is paper", () => {
    expect(drawImage(pixels, 3, 2, plain)).toEqual(["▀▄", "▀▀"]);
    expect(drawImage(pixels, 2, 3, plain)).toEqual(["█▄▄"]);
  });

  test("keeps every grey where there are colours", () => {
    const [line] = drawImage([0, 1], 2, 1, coloured);
    expect(line).toBe("\u001b[38;5;232m\u001b[48;5;255m▀\u001b[39;49m");
  });

  test("is drawn where it fits", () => {
    expect(drawableSize([16, 76], 80)).toEqual({ rows: 16, columns: 76 });
    expect([drawableSize([16, 77], 80), drawableSize([129, 16], 80), drawableSize([784], 80)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test("is framed, and known by its shape", () => {
    expect(frame(["ab"], 2, plain)).toEqual(["╭──╮", "│ab│", "╰──╯"]);
    expect(imageSize([16, 16])).toEqual({ rows: 16, columns: 16 });
    expect(imageSize([28, 28, 1])).toEqual({ rows: 28, columns: 28 });
    expect(imageSize([32, 32, 3])).toBeNull();
    expect(imageSize([784])).toBeNull();
  });
});

describe("bars", () => {
  test("have eighths", () => {
    expect(bar(0.5, 4)).toBe("██");
    expect(bar(1 / 32, 4)).toBe("▏");
    expect(bar(2, 4)).toBe("████");
    expect(bar(Number.NaN, 4)).toBe("");
    expect(track(0.5, 4, plain)).toBe("━━──");
  });

  test("name every class and its share", () => {
    expect(drawConfidences(["a", "bb"], [0.25, 0.75], 4, plain)).toEqual([" a █ 25.0 %", "bb ███ 75.0 %"]);
  });
});

describe("curve", () => {
  test("averages the values of a column and leaves out what is not finite", () => {
    expect([...averages([1, 3, Number.NaN, 5], 2)]).toEqual([2, 5]);
  });

  test("falls from the top left to the bottom right", () => {
    const lines = drawCurve([4, 3, 2, 1, 0], { width: 20, height: 6, from: "1", to: "5" }, plain);
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => line.length <= 20)).toBe(true);
    expect(lines[0]).toMatch(/4\.00 ┤⠤|4\.00 ┤[⠀-⣿]/u);
    const first = lines[0]!.slice(9);
    const last = lines[3]!.slice(9);
    expect(first.trimEnd().length).toBeLessThan(last.length);
    expect(lines[5]!.trim()).toMatch(/^1 +5$/);
  });

  test("marks points, and draws nothing from nothing", () => {
    const options = { width: 30, height: 5, from: "", to: "", marks: [{ at: 1, value: 1 }] };
    expect(drawCurve([1, 1, 1], options, plain).join("")).toContain("●");
    expect(drawCurve([Number.NaN], { width: 30, height: 5, from: "", to: "" }, plain)).toEqual([]);
  });
});

describe("confusion matrix", () => {
  const counts = [
    [9, 1],
    [0, 0],
  ];

  test("has a row per truth with its share of right answers", () => {
    expect(drawConfusion(counts, ["cat", "dog"], plain)).toEqual([
      "true  answered",
      "     cat dog    right",
      "cat    9   1   90.0 %",
      "dog    ·   ·        –",
    ]);
  });

  test("ten digits fit 80 columns", () => {
    const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
    const lines = drawConfusion(
      digits.map(() => digits.map(() => 1000)),
      digits,
      coloured,
    );
    expect(Math.max(...lines.map((line) => visible(line).length))).toBeLessThanOrEqual(80);
  });
});
