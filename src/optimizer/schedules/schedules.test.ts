/**
 * Proves the schedules: PyTorch's rates step by step, how they are written and read inside of optimizers, and every sentence for a
 * schedule that does not fit the run.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { adam } from "../adam.ts";
import { rateOf } from "../optimizer.ts";
import { sgd } from "../sgd.ts";
import { parseOptimizer } from "../strings.ts";
import { cosine } from "./cosine.ts";
import { oneCycle } from "./one-cycle.ts";
import type { Schedule } from "./schedule.ts";
import { stepDecay } from "./step-decay.ts";
import { warmup } from "./warmup.ts";

interface Golden {
  readonly steps: number;
  readonly cases: Readonly<Record<string, number[]>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/schedules.json", import.meta.url), "utf8")) as Golden;

describe("as PyTorch", () => {
  test.each(Object.entries(golden.cases))("%s", (text, rates) => {
    const optimizer = parseOptimizer(`sgd(${text})`);
    expect(optimizer.print()).toBe(`sgd(${text})`);
    rates.forEach((rate, done) => {
      const found = optimizer.scalars(done + 1, golden.steps).learningRate!;
      expect(Math.abs(found - rate), `step ${done + 1}`).toBeLessThanOrEqual(1e-14);
    });
  });
});

const ratesOf = (schedule: Schedule, total: number): number[] =>
  Array.from({ length: total }, (_, done) => schedule.at(done + 1, total));

describe("over a run", () => {
  test("one written once fits every length", () => {
    expect(ratesOf(cosine(0.1), 1)).toEqual([0.1]);
    expect(ratesOf(cosine(1), 2)).toEqual([1, 0.5]);
    for (const total of [1, 2, 3, 10, 1000]) {
      const rates = ratesOf(oneCycle(0.5), total);
      expect(rates.every((rate) => rate > 0 && rate <= 0.5)).toBe(true);
      expect(rates.at(-1)).toBeCloseTo(0.5 / 25 / 10000, 15);
    }
    expect(oneCycle(0.5).at(30, 100)).toBe(0.5);
  });

  test("a warm-up rises in equal steps, and hands over to a schedule that has the steps that are left", () => {
    expect(ratesOf(warmup(1, { steps: 4 }), 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    expect(ratesOf(warmup(cosine(1), { steps: 2 }), 4)).toEqual([0.5, 1, 1, 0.5]);
    const inverse = (step: number, total: number): number => total / step;
    expect(ratesOf(warmup(inverse, { steps: 1 }), 4)).toEqual([3, 3, 1.5, 1]);
  });

  test("a drop comes after the step that is named", () => {
    expect(ratesOf(stepDecay(8, { every: 2, factor: 0.5 }), 5)).toEqual([8, 8, 4, 4, 2]);
    expect(ratesOf(stepDecay(8, { at: [3, 1], factor: 0.5 }), 4)).toEqual([8, 4, 4, 2]);
  });

  test("an optimizer tells the rate that it has at a step", () => {
    expect(rateOf(adam({ learningRate: cosine(1) }), 2, 2)).toBeCloseTo(0.5, 15);
    expect(rateOf(sgd({ learningRate: (step, total) => step / total }), 1, 4)).toBe(0.25);
    expect(rateOf({ ...sgd(), options: {} }, 1, 4)).toBeNull();
  });
});

describe("in optimizer strings", () => {
  test.each([
    "adam(warmup(cosine(0.001, end=0.00001), 500))",
    "sgd(oneCycle(0.1, pctStart=0.2, steps=900), momentum=0.9)",
    "sgd(warmup(stepDecay(0.1, at=[32000, 48000]), 400), momentum=0.9, weightDecay=0.0001)",
    "adamw(warmup(0.003, 100))",
  ])("%s is printed as it is read", (text) => {
    expect(parseOptimizer(text).print()).toBe(text);
  });

  test("options beside the text change its learning rate", () => {
    expect(parseOptimizer("adam", { schedule: "cosine" }).print()).toBe("adam(cosine(0.001))");
    expect(parseOptimizer("adam", { schedule: "constant" }).print()).toBe("adam(0.001)");
    expect(parseOptimizer("adam(0.1)", { schedule: "cosine(end=0.01)" }).print()).toBe("adam(cosine(0.1, end=0.01))");
    expect(parseOptimizer("adam(0.1)", { schedule: "cosine(0.2)" }).print()).toBe("adam(cosine(0.2))");
    const all = { schedule: "stepDecay(every=9)", learningRate: 0.5, warmupSteps: 3 };
    expect(parseOptimizer("sgd(momentum=0.9)", all).print()).toBe(
      "sgd(warmup(stepDecay(0.5, every=9), 3), momentum=0.9)",
    );
    expect(parseOptimizer("sgd(cosine(0.1))", { learningRate: 0.5 }).print()).toBe("sgd(cosine(0.5))");
    expect(parseOptimizer("adam(cosine(0.1))", { warmupSteps: 5 }).print()).toBe("adam(warmup(cosine(0.1), 5))");
  });

  test("refusals", () => {
    expect(() => parseOptimizer("adam(cosin(0.1))")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: unknown schedule "cosin" at character 6 of "adam(cosin(0.1))". Did you mean cosine?]`,
    );
    expect(() => parseOptimizer("adam(cosine)")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: cosine needs rate at character 6 of "adam(cosine)". Write cosine(rate, end=…, steps=…).]`,
    );
    expect(() => parseOptimizer("adam([1, 2])")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: adam: learningRate must be a number or a name at character 6 of "adam([1, 2])". Write adam(learningRate=…, beta1=…, beta2=…, epsilon=…, weightDecay=…).]`,
    );
    expect(() => parseOptimizer("adam(cosine(0.1))", { schedule: "oneCycle" })).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: schedule: the optimizer's learning rate has a schedule already; got another at character 1 of "oneCycle". Give one of them.]`,
    );
    expect(() => parseOptimizer("adam", { schedule: "step" })).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: schedule: unknown schedule "step" at character 1 of "step". There are constant, cosine, oneCycle, stepDecay, warmup.]`,
    );
  });
});

test("lengths that do not fit the run", () => {
  expect(() => cosine(0.1, { steps: 1000 }).at(1, 2000)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: cosine: steps must be as many as the run has for it, 2000; got 1000. Leave steps out: it then takes as many as there are.]`,
  );
  expect(() => oneCycle(0.1, { steps: 1000 }).at(1, 500)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: oneCycle: steps must be as many as the run has for it, 500; got 1000. Leave steps out: it then takes as many as there are.]`,
  );
  expect(() => warmup(0.1, { steps: 500 }).at(1, 500)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: warmup: must be shorter than the run; got a warm-up of 500 steps in 500. Warm up for fewer, or train longer.]`,
  );
  expect(() => warmup(cosine(0.1, { steps: 500 }), { steps: 100 }).at(1, 500)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: cosine: steps must be as many as the run has for it, 400; got 500. Leave steps out: it then takes as many as there are.]`,
  );
  expect(() => stepDecay(0.1, { every: 500 }).at(1, 500)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: every drop must come before the last of the 500 steps that the run has for it; got a drop after step 500. Drop earlier, or train longer.]`,
  );
  expect(() => stepDecay(0.1, { at: [100, 800] }).at(1, 500)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: every drop must come before the last of the 500 steps that the run has for it; got a drop after step 800. Drop earlier, or train longer.]`,
  );
});

test("options out of range", () => {
  expect(() => cosine(-1)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: cosine: rate must be a finite number from 0; got -1.]`,
  );
  expect(() => cosine(0.1, { end: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: cosine: end must be a finite number from 0; got NaN.]`,
  );
  expect(() => cosine(0.1, { steps: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: cosine: steps must be a positive integer; got 0.5.]`,
  );
  expect(() => oneCycle(0.1, { pctStart: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: oneCycle: pctStart must be in [0, 1); got 1.]`,
  );
  expect(() => oneCycle(0.1, { divFactor: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: oneCycle: divFactor must be a finite number above 0; got 0.]`,
  );
  expect(() => stepDecay(0.1, {})).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: needs every or at; got neither. Write stepDecay(0.1, { every: 1000 }).]`,
  );
  expect(() => stepDecay(0.1, { every: 2, at: [2] })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: needs every or at; got both. Write stepDecay(0.1, { every: 1000 }).]`,
  );
  expect(() => stepDecay(0.1, { at: [] })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: at must be a list of steps, and not empty. Write at: [32000, 48000].]`,
  );
  expect(() => stepDecay(0.1, { at: [1, -2] })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: each step in at must be a positive integer; got -2.]`,
  );
  expect(() => stepDecay(0.1, 100 as never)).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: stepDecay: takes options; got 100. Write stepDecay(0.1, { every: 1000 }).]`,
  );
  expect(() => warmup(0.1, { steps: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: warmup: steps must be a positive integer; got 0.]`,
  );
  expect(() => warmup({ peak: 1 } as never, { steps: 5 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: warmup: rate must be a number, a schedule or a function of the step; got an object. Write cosine(0.1), for example.]`,
  );
  expect(() => warmup("fast" as never, { steps: 5 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: warmup: rate must be a finite number from 0; got fast.]`,
  );
});
