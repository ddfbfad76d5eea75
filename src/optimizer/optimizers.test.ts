/**
 * Proves the optimizers: PyTorch's twenty steps to 1e-12 in float64, weight decay that spares biases, slots without subnormals, and
 * how they are written, read and refused.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ParameterKind } from "../network/layer.ts";
import { tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamw } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";
import { parseOptimizer } from "./strings.ts";

interface Golden {
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: Readonly<Record<string, number[][]>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/optimizers.json", import.meta.url), "utf8")) as Golden;

type Float = "float32" | "float64";

/** The parameter after each step, and the slots at the end. */
async function descend(
  optimizer: Optimizer,
  start: number[],
  gradients: readonly number[][],
  { kind = "weight", dtype = "float64" }: { kind?: ParameterKind; dtype?: Float } = {},
): Promise<{ rows: number[][]; state: Record<string, Tensor> }> {
  let parameter: Tensor = tensor(start, { dtype });
  const names = optimizer.state({ name: "0.weight", shape: parameter.shape, kind });
  let state: Record<string, Tensor> = Object.fromEntries(
    names.map((name) => [name, zeros(parameter.shape, { dtype })]),
  );
  const rows: number[][] = [];
  for (const [i, g] of gradients.entries()) {
    const scalars = Object.entries(optimizer.scalars(i + 1, gradients.length)).map(([name, value]) => [
      name,
      tensor(value, { dtype }),
    ]);
    const gradient = tensor(g, { dtype });
    const stepped = optimizer.update({ parameter, gradient, state, scalars: Object.fromEntries(scalars), kind });
    ({ parameter, state } = stepped as { parameter: Tensor; state: Record<string, Tensor> });
    rows.push([...(await parameter.data())]);
  }
  return { rows, state };
}

function inverse(step: number): number {
  return 0.1 / step;
}

/** The optimizer of a case's name; schedules are code. */
const optimizerOf = (name: string): Optimizer =>
  name.includes("inverse") ? sgd({ learningRate: inverse, momentum: 0.9 }) : parseOptimizer(name);

describe("as PyTorch", () => {
  test.each(Object.entries(golden.cases))("%s", async (name, expected) => {
    const optimizer = optimizerOf(name);
    expect(optimizer.print()).toBe(name);
    const { rows } = await descend(optimizer, golden.start, golden.gradients);
    expected.forEach((row, step) =>
      row.forEach((value, i) => {
        expect(Math.abs(rows[step]![i]! - value), `step ${step + 1}, parameter ${i}`).toBeLessThanOrEqual(
          1e-12 * Math.abs(value),
        );
      }),
    );
  });
});

describe("weight decay", () => {
  const gradients = [[0.5], [-0.25]];
  const rows = async (optimizer: Optimizer, kind: string): Promise<number[][]> =>
    (await descend(optimizer, [2], gradients, { kind: kind as ParameterKind })).rows;

  test.each([
    [sgd({ weightDecay: 0.1 }), sgd()],
    [sgd({ momentum: 0.9, weightDecay: 0.1 }), sgd({ momentum: 0.9 })],
    [adam({ weightDecay: 0.1 }), adam()],
    [adamw({ weightDecay: 0.1 }), adam()],
    [rmsprop({ weightDecay: 0.1 }), rmsprop()],
    [adagrad({ weightDecay: 0.1 }), adagrad()],
  ])("spares biases, and every kind but weights", async (decaying, plain) => {
    for (const kind of ["bias", "another"]) expect(await rows(decaying, kind)).toEqual(await rows(plain, kind));
    expect(await rows(decaying, "weight")).not.toEqual(await rows(plain, "weight"));
  });

  test("of adamw shrinks a resting weight by 1 − ηλ", async () => {
    const { rows } = await descend(adamw({ learningRate: 0.5, weightDecay: 0.1 }), [2], [[0], [0]]);
    expect(rows).toEqual([[1.9], [expect.closeTo(1.805, 12)]]);
  });
});

test("the lecture's momentum: v ← λv − ηg, θ ← θ + v", async () => {
  let [v, theta] = [0, 1];
  const gradients = [[1], [0.5], [-2], [0]];
  const { rows } = await descend(sgd({ learningRate: 0.1, momentum: 0.5 }), [1], gradients);
  gradients.forEach(([g], step) => {
    v = 0.5 * v - 0.1 * g!;
    theta += v;
    expect(rows[step]![0]).toBeCloseTo(theta, 14);
  });
});

test("the first step of adam has the learning rate's size, whatever the gradient's", async () => {
  const { rows } = await descend(adam({ learningRate: 0.01 }), [0, 0, 0], [[1e-6, -5, 1e6]], { dtype: "float32" });
  expect(rows[0]!.map((x) => Number(x.toPrecision(1)))).toEqual([-0.01, 0.01, -0.01]);
});

test("slots decay to zero, never to subnormals", async () => {
  const rest = [[1e-18, 1e-37], ...new Array(20).fill([0, 0])] as number[][];
  for (const optimizer of [
    sgd({ momentum: 0.5 }),
    adam({ beta1: 0.5, beta2: 0.5 }),
    rmsprop({ alpha: 0.5, momentum: 0.5 }),
  ]) {
    const { state } = await descend(optimizer, [1, 1], rest, { dtype: "float32" });
    for (const slot of Object.values(state)) {
      for (const value of await slot.data()) expect(value === 0 || Math.abs(value) >= 2 ** -126).toBe(true);
    }
  }
});

describe("schedules", () => {
  test("count steps from 1", () => {
    const steps: number[] = [];
    const optimizer = sgd({ learningRate: (step) => steps.push(step) });
    expect([1, 2, 3].map((step) => optimizer.scalars(step, 3).learningRate)).toEqual([1, 2, 3]);
    expect(steps).toEqual([1, 2, 3]);
  });

  test("that give no usable number are refused with the step", () => {
    for (const value of [Number.NaN, -1, Infinity]) {
      expect(() => adam({ learningRate: () => value }).scalars(7, 9)).toThrow(
        `adam: the learning rate must be a number from 0; its schedule gave ${value} at step 7.`,
      );
    }
  });

  test("print as their function's name", () => {
    expect(sgd({ learningRate: inverse }).print()).toBe("sgd(inverse)");
    expect(
      adam({
        learningRate: (
          () => (step: number) =>
            1 / step
        )(),
      }).print(),
    ).toBe("adam(schedule)");
  });
});

describe("strings", () => {
  test.each([
    "sgd(0.1)",
    "sgd(0.01, momentum=0.9, nesterov=true, weightDecay=0.0005)",
    "adam(0.001)",
    "adamw(0.003, weightDecay=0.1)",
  ])("%s is printed as it is read", (text) => {
    expect(parseOptimizer(text).print()).toBe(text);
  });

  test("defaults, and a learning rate from outside", () => {
    expect(parseOptimizer("adam").print()).toBe("adam(0.001)");
    expect(parseOptimizer("adamw").options).toMatchObject({ weightDecay: 0.01, beta2: 0.999 });
    expect(parseOptimizer("sgd", { learningRate: 0.5 }).print()).toBe("sgd(0.5)");
    expect(parseOptimizer("sgd(0.1, momentum=0.9)", { learningRate: 0.5 }).print()).toBe("sgd(0.5, momentum=0.9)");
    expect(parseOptimizer("sgd(momentum=0.9, learningRate=0.1)", { learningRate: 0.5 }).print()).toBe(
      "sgd(0.5, momentum=0.9)",
    );
  });

  test("refusals", () => {
    expect(() => parseOptimizer("adm(0.1)")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: unknown optimizer "adm" at character 1 of "adm(0.1)". Did you mean adam?]`,
    );
    expect(() => parseOptimizer("sgd(0.1, momentom=0.9)")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: sgd has no argument "momentom" at character 10 of "sgd(0.1, momentom=0.9)". Did you mean momentum?]`,
    );
    expect(() => parseOptimizer("")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: needs a name; the text ends at character 1 of "".]`,
    );
    expect(() => parseOptimizer("sgd adam")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: needs one name; got "adam" too at character 5 of "sgd adam".]`,
    );
    expect(() => parseOptimizer("sgd(true)")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: optimizer: sgd: learningRate must be a number or a name at character 5 of "sgd(true)". Write sgd(learningRate=…, momentum=…, nesterov=…, weightDecay=…).]`,
    );
  });
});

test("options out of range", () => {
  expect(() => sgd({ learningRate: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: sgd: learningRate must be a finite number from 0; got -1.]`,
  );
  expect(() => sgd({ learningRate: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: sgd: learningRate must be a finite number from 0; got NaN.]`,
  );
  expect(() => sgd({ momentum: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: sgd: momentum must be in [0, 1); got 1.]`,
  );
  expect(() => sgd({ nesterov: true })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: sgd: nesterov needs momentum; got 0. Give momentum: 0.9, for example.]`,
  );
  expect(() => adam({ beta1: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adam: beta1 must be in [0, 1); got 1.]`,
  );
  expect(() => adam({ beta2: -0.1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adam: beta2 must be in [0, 1); got -0.1.]`,
  );
  expect(() => adam({ epsilon: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adam: epsilon must be a finite number above 0; got 0.]`,
  );
  expect(() => adamw({ weightDecay: Infinity })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adamw: weightDecay must be a finite number from 0; got Infinity.]`,
  );
  expect(() => rmsprop({ alpha: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: rmsprop: alpha must be in [0, 1); got 1.]`,
  );
  expect(() => adagrad({ epsilon: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adagrad: epsilon must be a finite number above 0; got 0.]`,
  );
  expect(() => adam({ learningRate: "0.1" as never })).toThrowErrorMatchingInlineSnapshot(
    `[TrainingError: adam: learningRate must be a finite number from 0; got 0.1.]`,
  );
});
