/**
 * Proves that flags are read in every spelling and that each slip gets one sentence with the way out.
 */

import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../base/nearest.ts";
import {
  describeFlags,
  type Flag,
  parseArguments,
  positiveInteger,
  positiveNumber,
  UsageError,
  wholeNumber,
} from "./arguments.ts";

const flags: readonly Flag[] = [
  { name: "learning-rate", aliases: ["lr"], value: "RATE", help: "How far one step goes." },
  { name: "epochs", aliases: ["e"], value: "N", help: "Passes over the data." },
  { name: "json", help: "One JSON object per line." },
];

function parse(...argv: string[]): ReturnType<typeof parseArguments> {
  return parseArguments("train", argv, flags);
}

describe("parseArguments", () => {
  test("reads long, short, =, and switches in any order", () => {
    const args = parse("mnist", "--lr", "0.1", "-e", "3", "--json");
    expect(args.positionals).toEqual(["mnist"]);
    expect(args.number("learning-rate", positiveNumber)).toBe(0.1);
    expect(args.number("epochs", positiveInteger)).toBe(3);
    expect(args.has("json")).toBe(true);
    expect(parse("--learning-rate=1e-3").number("learning-rate", positiveNumber)).toBe(0.001);
    expect(parse("--epochs", "1", "--epochs", "2").number("epochs", wholeNumber)).toBe(2);
    expect(parse("--", "--odd-file").positionals).toEqual(["--odd-file"]);
    expect(parse("-").positionals).toEqual(["-"]);
    expect(parse().number("epochs", positiveInteger)).toBeUndefined();
  });

  test.each([
    [["--leraning-rate", "1"], "gradus train: unknown flag --leraning-rate. Did you mean --learning-rate?"],
    [["--zzz"], "gradus train: unknown flag --zzz. See gradus train --help."],
    [["--epochs"], "--epochs: needs a value, --epochs N."],
    [["--json=yes"], '--json: is a switch and takes no value; got "yes".'],
  ])("%j is refused", (argv, sentence) => {
    expect(() => parse(...argv)).toThrow(new UsageError(sentence));
  });

  test("values are checked when they are asked for", () => {
    expect(() => parse("--epochs", "1.5").number("epochs", positiveInteger)).toThrow(
      '--epochs: needs a positive integer; got "1.5".',
    );
    expect(() => parse("--lr", "fast").number("learning-rate", positiveNumber)).toThrow(
      '--learning-rate: needs a positive number; got "fast".',
    );
    expect(() => parse("--lr", "").number("learning-rate", positiveNumber)).toThrow("needs a positive number");
    expect(() => parse("--epochs", "x").oneOf("epochs", ["a", "b"])).toThrow("needs one of a, b");
    expect(() => parse("a", "b").checkPositionals("train", 1, "One data set at a time.")).toThrow(
      'gradus train: did not expect "b". One data set at a time.',
    );
  });

  test("the help lists every flag within 80 columns", () => {
    const text = describeFlags(flags);
    expect(text).toContain("--learning-rate, --lr RATE");
    expect(text).toContain("--epochs, -e N");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("nearest", () => {
  test("counts insertions, deletions, substitutions and swaps", () => {
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("train", "trian")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });

  test("finds a slip, not a different word", () => {
    const names = ["train", "evaluate", "predict", "summary"];
    expect(nearest("trian", names)).toBe("train");
    expect(nearest("Sumary", names)).toBe("summary");
    expect(nearest("dance", names)).toBeNull();
  });
});
