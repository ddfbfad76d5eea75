// Proves every gradient rule: against central finite differences in float64 on the samples of the records, first and second order;
// and the choices a rule makes where there is no derivative.

import { describe, expect, test } from "vitest";
import type { Data, DType } from "../base/dtype.ts";
import { isFloat } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import { numberScalars } from "../kernel/numbers.ts";
import { interpret } from "../targets/reference/interpret.ts";
import { build } from "./build.ts";
import { gradient } from "./gradient.ts";
import { type Node, record } from "./node.ts";
import type { Operation, Sample, SampleInput } from "./operation.ts";
import { type OpName, ops } from "./ops/index.ts";
import { draw } from "./sample-values.ts";
import { verify } from "./verify.ts";

const k = numberScalars("fused");

/** Where an operation is smooth, if not around any normal number. */
const domains: Partial<Record<OpName, SampleInput["values"]>> = {
  log: "positive",
  sqrt: "positive",
  div: "positive",
  pow: "positive",
  mod: "positive",
};

const isSpecial = ({ values }: SampleInput): boolean =>
  typeof values === "object" && values.some((value) => !(Math.abs(value) < 1e3));

const asFloat64 = (dtype: DType): DType => (dtype === "float32" ? "float64" : dtype);

/** The sample in float64; null where it has no float or values that no difference can be taken at. */
function smooth(name: OpName, { inputs, attributes }: Sample): Sample | null {
  if (!inputs.some(({ dtype }) => isFloat(dtype)) || inputs.some((input) => isFloat(input.dtype) && isSpecial(input)))
    return null;
  const values = domains[name];
  return {
    inputs: inputs.map((input) => ({
      ...input,
      dtype: asFloat64(input.dtype),
      ...(values && isFloat(input.dtype) ? { values } : {}),
    })),
    attributes: Object.fromEntries(
      Object.entries(attributes as object).map(([key, value]) => [
        key,
        key === "dtype" ? asFloat64(value as DType) : value,
      ]),
    ),
  };
}

const evaluate = (root: Node, bound: ReadonlyMap<Node, Data>): Data => interpret([root], bound, k).get(root)!;

const total = (x: Node): Node =>
  build.reduceSum(
    x,
    x.shape.map((_, axis) => axis),
  );

/** Requires that the derivatives of a scalar along single coordinates and random directions are those of its gradient. */
function checkDerivatives(
  scalar: Node,
  wrt: readonly Node[],
  bound: ReadonlyMap<Node, Data>,
  stream: RandomStream,
): void {
  const gradients = gradient(scalar, build.constant(1, [], "float64"), wrt);
  const roots = gradients.filter((node) => node !== null);
  verify([scalar, ...roots]);
  const found = interpret(roots, bound, k);
  const at = (directions: ReadonlyMap<Node, Data>, step: number): number => {
    const moved = new Map(bound);
    for (const [node, direction] of directions) {
      moved.set(node, bound.get(node)!.map((x, i) => x + step * direction[i]!) as Data);
    }
    return evaluate(scalar, moved)[0]!;
  };
  const check = (directions: ReadonlyMap<Node, Data>): void => {
    const step = 1e-5;
    const measured = (at(directions, step) - at(directions, -step)) / (2 * step);
    let derived = 0;
    let scale = 1;
    gradients.forEach((g, which) => {
      directions.get(wrt[which]!)?.forEach((d, i) => {
        const term = g ? d * found.get(g)![i]! : 0;
        derived += term;
        scale += Math.abs(term);
      });
    });
    if (!(Math.abs(measured - derived) <= 1e-6 * scale)) expect(derived).toBeCloseTo(measured, 6);
  };
  gradients.forEach((g, which) => {
    if (g) expect(g.shape).toEqual(wrt[which]!.shape);
    const size = sizeOf(wrt[which]!.shape);
    for (let n = 0; n < Math.min(size, 12); n++) {
      const single = new Float64Array(size);
      single[size <= 12 ? n : Math.floor(stream.nextUniform() * size)] = 1;
      check(new Map([[wrt[which]!, single]]));
    }
  });
  for (let n = 0; n < 2; n++) {
    check(
      new Map(wrt.map((node) => [node, Float64Array.from({ length: sizeOf(node.shape) }, () => stream.nextNormal())])),
    );
  }
}

const differentiable = (Object.entries(ops) as [OpName, Operation][]).filter(
  ([name, op]) => op.gradient && name !== "stopGradient",
);

describe("finite differences", () => {
  test.for(differentiable)("%s", ([name, op]) => {
    let checked = 0;
    for (const [which, original] of op.samples.entries()) {
      const sample = smooth(name, original);
      // Chains longer than 1024 are a matter of rounding, not of gradients, and slow in float64.
      if (!sample || original.note === "several chains") continue;
      const stream = new RandomStream(which, `gradient of ${name}`);
      const nodes = sample.inputs.map(({ shape, dtype }, i) => build.input(`x${i}`, shape, dtype));
      const y = record(op, nodes, sample.attributes);
      if (y.dtype !== "float64") continue;
      const weights = build.input("weights", y.shape, "float64");
      const bound = new Map(nodes.map((node, i): [Node, Data] => [node, draw(sample.inputs[i]!, stream)]));
      const random = (node: Node): void => void bound.set(node, draw({ shape: node.shape, dtype: "float64" }, stream));
      random(weights);
      const floats = nodes.filter(({ dtype }) => dtype === "float64");
      const loss = total(build.mul(weights, y));
      checkDerivatives(loss, floats, bound, stream);
      checked++;

      // The gradient, weighted and summed, is a function like any other.
      const first = gradient(loss, build.constant(1, [], "float64"), floats);
      const weighted = first.flatMap((g) => {
        if (!g) return [];
        const v = build.input("v", g.shape, "float64");
        random(v);
        return [total(build.mul(v, g))];
      });
      if (weighted.length > 0) checkDerivatives(weighted.reduce(build.add), [...floats, weights], bound, stream);
    }
    expect(checked).toBeGreaterThan(0);
  });
});

/** The gradient of Σ f(x…) at given values, for each argument. */
function gradientAt(f: (...args: Node[]) => Node, ...values: readonly (readonly number[])[]): (number[] | null)[] {
  const nodes = values.map((list, i) => build.input(`x${i}`, [list.length], "float32"));
  const bound = new Map(nodes.map((node, i): [Node, Data] => [node, Float32Array.from(values[i]!)]));
  const y = f(...nodes);
  const gradients = gradient(y, build.constant(1, y.shape, "float32"), nodes);
  return gradients.map((g) => g && [...evaluate(g, bound)]);
}

describe("where there is no derivative", () => {
  test("relu and abs have slope 0 at both zeros", () => {
    expect(gradientAt(build.relu, [-1, -0, 0, 2, Number.NaN])).toEqual([[0, 0, 0, 1, 0]]);
    expect(gradientAt(build.abs, [-1, -0, 0, 2])).toEqual([[-1, 0, 0, 1]]);
  });

  test("a tie in max and min is split in halves, −0 and +0 tie, NaN takes nothing", () => {
    const a = [1, 2, 3, -0, Number.NaN];
    const b = [2, 2, 2, 0, 1];
    expect(gradientAt(build.max, a, b)).toEqual([
      [0, 0.5, 1, 0.5, 0],
      [1, 0.5, 0, 0.5, 0],
    ]);
    expect(gradientAt(build.min, a, b)).toEqual([
      [1, 0.5, 0, 0.5, 0],
      [0, 0.5, 1, 0.5, 0],
    ]);
  });

  test("the first extremum in row-major order takes the gradient of reduceMax and reduceMin", () => {
    const rows = (x: Node): Node => build.reshape(x, [2, 4]);
    const x = [1, 7, 7, 0, -3, -3, -5, -5];
    expect(gradientAt((node) => build.reduceMax(rows(node), [1]), x)).toEqual([[0, 1, 0, 0, 1, 0, 0, 0]]);
    expect(gradientAt((node) => build.reduceMin(rows(node), [1]), x)).toEqual([[0, 0, 0, 1, 0, 0, 1, 0]]);
    expect(gradientAt((node) => build.reduceMax(rows(node), [0]), [1, 5, 3, 4, 1, 6, 3, 2])).toEqual([
      [1, 0, 1, 1, 0, 1, 0, 0],
    ]);
    // Axes 0 and 2 together: their row-major order decides.
    const cube = [0, 9, 9, 1, 9, 0, 9, 9];
    expect(gradientAt((node) => build.reduceMax(build.reshape(node, [2, 2, 2]), [0, 2]), cube)).toEqual([
      [0, 1, 1, 0, 0, 0, 0, 0],
    ]);
    expect(gradientAt((node) => build.reduceMax(node, [0]), [1, Number.NaN, 9, Number.NaN])).toEqual([[0, 1, 0, 0]]);
  });

  test("what gather clamped adds up at the edge", () => {
    const indices = build.input("indices", [4], "int32");
    const table = build.input("table", [3], "float32");
    const [g] = gradient(build.gather(table, indices), build.constant(1, [4], "float32"), [table, indices]);
    const bound = new Map<Node, Data>([
      [indices, Int32Array.of(-5, 0, 1, 99)],
      [table, new Float32Array(3)],
    ]);
    expect([...evaluate(g!, bound)]).toEqual([2, 1, 1]);
  });

  test("what scatterAdd dropped gets no gradient", () => {
    const indices = build.input("indices", [5], "int32");
    const updates = build.input("updates", [5], "float32");
    const cotangent = build.input("cotangent", [3], "float32");
    const y = build.scatterAdd(indices, updates, 3);
    const [none, g] = gradient(y, cotangent, [indices, updates]);
    const bound = new Map<Node, Data>([
      [indices, Int32Array.of(-1, 0, 2, 3, 2)],
      [cotangent, Float32Array.of(10, 20, 30)],
    ]);
    expect(none).toBeNull();
    expect([...evaluate(g!, bound)]).toEqual([0, 10, 30, 0, 30]);
  });

  test("stopGradient, comparisons and floor let nothing through", () => {
    expect(gradientAt(build.stopGradient, [1, 2])).toEqual([null]);
    expect(gradientAt((x) => build.mul(x, build.stopGradient(x)), [3])).toEqual([[3]]);
    expect(gradientAt((x) => build.cast(build.less(x, build.constant(0, [2], "float32")), "float32"), [1, -2])).toEqual(
      [null],
    );
    expect(gradientAt(build.floor, [1.5])).toEqual([[0]]);
  });
});

describe("paths", () => {
  test("contributions add up, and other inputs get null", () => {
    const [x, y] = [build.input("x", [1], "float32"), build.input("y", [1], "float32")];
    const z = build.add(build.mul(x, x), x);
    const gradients = gradient(z, build.constant(1, [1], "float32"), [x, y, z]);
    expect(evaluate(gradients[0]!, new Map([[x, Float32Array.of(3)]]))).toEqual(Float32Array.of(7));
    expect(gradients[1]).toBeNull();
    expect(gradients[2]!.op.name).toBe("constant"); // the cotangent itself
  });

  test("a node inside the graph can be asked for, beside what it depends on", () => {
    const x = build.input("x", [1], "float32");
    const inner = build.mul(x, x);
    const [toInner, toX] = gradient(build.exp(inner), build.constant(1, [1], "float32"), [inner, x]);
    const bound = new Map([[x, Float32Array.of(0)]]);
    expect(evaluate(toInner!, bound)).toEqual(Float32Array.of(1));
    expect(evaluate(toX!, bound)).toEqual(Float32Array.of(0));
  });

  test("no rule is asked for a path that leads nowhere", () => {
    const [x, table] = [build.input("x", [2], "float32"), build.input("table", [2], "float32")];
    const y = build.add(build.exp(table), build.mul(x, x));
    const [g] = gradient(y, build.constant(1, [2], "float32"), [x]);
    const names = (node: Node): string[] => [node.op.name, ...node.inputs.flatMap(names)];
    expect(names(g!)).not.toContain("exp");
  });
});
