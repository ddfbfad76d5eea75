// Proves that convolutions equal the reference to the bit: images narrower and wider than tiles, channels around lanes and vectors,
// borders on all sides, strides and gaps, several chains, groups, and weights in any layout; and that tiles are used where they can be.

import { describe, expect, test } from "vitest";
import type { Shape } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { State } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import type { ConvAttributes } from "../graph/ops/conv.ts";
import { modes, moduleOf, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import { type DirectPlan, planDirect } from "./directPlan.ts";
import type { Machine } from "./machine.ts";

type Axis = ConvAttributes["axes"][number];

const axis = (low: number, high = low, more: Partial<Axis> = {}): Axis => ({
  ...{ stride: 1, dilation: 1, base: 1, low, high },
  ...more,
});

const conv = (x: Node, w: Node, axes: readonly Axis[], groups = 1): Node =>
  build.conv(x, w, { axes, groups, channelsFirst: false });

const input = (shape: Shape): Node => build.input(`${shape}`, shape, "float32");
const values = (...nodes: Node[]) => ({ inputs: nodes.map((node, i) => valuesFor(node, `operand ${i}`)) });
const one = axis(1);

const shapes: Record<string, [x: Shape, w: Shape, axes: readonly Axis[], groups?: number]> = {
  "16 → 16, 3×3 at 32×32": [
    [1, 32, 32, 16],
    [16, 16, 3, 3],
    [one, one],
  ],
  "64 → 64, 3×3 at 8×8": [
    [2, 8, 8, 64],
    [64, 64, 3, 3],
    [one, one],
  ],
  "odd channels at 9×31": [
    [2, 9, 31, 5],
    [7, 5, 3, 3],
    [one, one],
  ],
  "a vector and a lane": [
    [1, 5, 17, 3],
    [17, 3, 3, 3],
    [one, one],
  ],
  "33 and 49 channels": [
    [1, 4, 29, 33],
    [49, 33, 2, 2],
    [axis(1, 0), axis(0, 1)],
  ],
  "one column, one row": [
    [2, 4, 1, 3],
    [9, 3, 3, 3],
    [one, one],
  ],
  "padding beyond the image": [
    [1, 3, 2, 4],
    [8, 4, 3, 3],
    [axis(4), axis(4)],
  ],
  "negative padding": [
    [1, 7, 40, 4],
    [8, 4, 3, 3],
    [axis(-1), axis(-2, -1)],
  ],
  "1×1": [
    [3, 6, 70, 6],
    [10, 6, 1, 1],
    [axis(0), axis(0)],
  ],
  "stride 2 and dilation 2": [
    [2, 11, 45, 6],
    [20, 6, 3, 3],
    [axis(1, 1, { stride: 2 }), axis(2, 1, { stride: 2, dilation: 2 })],
  ],
  "rows as far apart as in the kernel": [
    [1, 9, 6, 5],
    [4, 5, 3, 3],
    [axis(3, 3, { stride: 2, dilation: 2 }), one],
  ],
  "such rows, with gaps": [
    [1, 6, 7, 3],
    [3, 3, 4, 2],
    [axis(2, 2, { base: 2 }), one],
  ],
  "gaps in the input": [
    [1, 5, 20, 4],
    [18, 4, 3, 3],
    [axis(1, 2, { base: 2 }), axis(2, 1, { base: 2 })],
  ],
  "gaps that no tile fits": [
    [1, 5, 20, 4],
    [18, 4, 2, 4],
    [axis(1, 2, { base: 3 }), axis(2, 1, { base: 3, stride: 2 })],
  ],
  "groups, and one channel in each": [[1, 6, 20, 12], [36, 1, 3, 3], [one, one], 12],
  depthwise: [[1, 6, 20, 70], [70, 1, 3, 3], [one, axis(1, 1, { stride: 2 })], 70],
  "two channels for each output": [[1, 6, 9, 42], [21, 2, 3, 3], [one, one], 21],
  "groups of several vectors": [[1, 6, 9, 6], [80, 3, 3, 3], [one, one], 2],
  "two chains, cut inside an element": [
    [1, 3, 9, 150],
    [20, 150, 3, 3],
    [one, one],
  ],
  "three chains, cut between elements": [
    [1, 3, 5, 256],
    [5, 256, 3, 3],
    [one, one],
  ],
  "no channels": [
    [1, 4, 4, 0],
    [3, 0, 3, 3],
    [one, one],
  ],
  "one axis": [[2, 100, 3], [33, 3, 5], [axis(2)]],
  "three axes, few channels": [
    [2, 2, 7, 5, 2],
    [3, 2, 2, 3, 3],
    [one, axis(1, 2), one],
  ],
  "three axes": [
    [1, 3, 4, 15, 3],
    [18, 3, 2, 3, 3],
    [one, one, one],
  ],
  "a wide kernel": [
    [1, 2, 90, 2],
    [9, 2, 1, 40],
    [axis(0), axis(20)],
  ],
};

describe.for(modes)("numerics %s", (numerics) => {
  test.for(Object.keys(shapes))("%s", async (name, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [xShape, wShape, axes, groups] = shapes[name]!;
    const [x, w] = [input(xShape), input(wShape)];
    const module = moduleOf({ inputs: [x, w], outputs: [conv(x, w, axes, groups)] });
    await requireAgreement(targets, module, values(x, w));
  });

  test("weights and images in other layouts", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [x, w] = [input([5, 2, 18, 7]), input([3, 3, 5, 20])];
    const image = build.transpose(x, [1, 3, 2, 0]);
    const lines = build.transpose(w, [3, 2, 0, 1]);
    const turned = build.slice(lines, [19, 4, 2, 2], [20, 5, 3, 3], [-1, -1, -1, -1]);
    const outputs = [conv(image, lines, [one, one]), conv(image, turned, [one, one])];
    await requireAgreement(targets, moduleOf({ inputs: [x, w], outputs }), values(x, w));
  });

  test.for([
    "odd channels at 9×31",
    "16 → 16, 3×3 at 32×32",
    "two chains, cut inside an element",
    "depthwise",
    "groups of several vectors",
    "a wide kernel",
  ])("bias, residual and activation on the result: %s", async (name, { skip }) => {
    const targets = await targetsIn(numerics, skip);
    const { inputs, state, outputs } = withEpilogue(name);
    const module = moduleOf({ inputs, states: [state], outputs });
    const states = [valuesFor(state.current, "state")];
    await requireAgreement(targets, module, { ...values(...inputs), states }, 2);
  });
});

/** relu(conv + bias) added to a state in place; the convolution and the signs of the sum are asked for too. */
function withEpilogue(name: string): { inputs: Node[]; state: State; outputs: Node[] } {
  const [xShape, wShape, axes, groups] = shapes[name]!;
  const [x, w] = [input(xShape), input(wShape)];
  const y = conv(x, w, axes, groups);
  const [bias, current] = [input(y.shape.slice(-1)), input(y.shape)];
  const before = build.add(y, build.broadcast(bias, y.shape, [y.shape.length - 1]));
  const next = build.add(build.relu(before), current);
  const zero = build.constant(0, y.shape, "float32");
  return { inputs: [x, w, bias], state: { current, next }, outputs: [y, build.less(zero, before)] };
}

describe("tiles", () => {
  const machines = [
    { lanes: 4, vectorRegisters: 16, workers: 1 },
    { lanes: 8, vectorRegisters: 16, workers: 1 },
    { lanes: 16, vectorRegisters: 32, workers: 1 },
  ];
  const planOf = (name: string, machine: Machine): DirectPlan | null => {
    const [x, w, axes, groups = 1] = shapes[name]!;
    const y = conv(input(x), input(w), axes, groups).shape;
    return planDirect({ x, w, y, attributes: { axes, groups, channelsFirst: false } }, machine);
  };

  test.for(machines)("compute what they can on $lanes lanes, and fit the registers", (machine) => {
    for (const name of Object.keys(shapes)) {
      const plan = planOf(name, machine);
      if (name === "a wide kernel") expect(plan).toBeNull();
      else for (const { size } of plan!.runs) expect(occupied(plan!, size)).toBeLessThan(machine.vectorRegisters);
    }
  });
  const occupied = ({ rows, vectors }: DirectPlan, outputs: number): number => rows * vectors * (outputs + 1) + 1;

  test("take more rows where those share what they read, and the vectors do not", () => {
    const rows = (name: string): number[] => machines.map((machine) => planOf(name, machine)!.rows);
    expect(rows("16 → 16, 3×3 at 32×32")).toEqual([1, 1, 2]);
    for (const name of ["rows as far apart as in the kernel", "such rows, with gaps", "three axes, few channels"]) {
      expect(Math.min(...rows(name))).toBeGreaterThan(1);
    }
    for (const name of [
      "64 → 64, 3×3 at 8×8",
      "stride 2 and dilation 2",
      "one axis",
      "two chains, cut inside an element",
    ]) {
      expect(rows(name)).toEqual([1, 1, 1]);
    }
  });
});

test("weights are put in lines once, and not where they are read once or lie so already", () => {
  const calls = (x: Node, w: Node, given: Node): number => {
    const module = moduleOf({ inputs: [x, given], outputs: [conv(x, w, [one, one])] });
    return compileModule(module, { lanes: 8, vectorRegisters: 16, workers: 1 }).before.length;
  };
  const w = input([8, 4, 3, 3]);
  const lined = input([3, 3, 4, 8]);
  expect(calls(input([1, 9, 9, 4]), w, w)).toBe(2);
  expect(calls(input([1, 1, 4, 4]), w, w)).toBe(1);
  expect(calls(input([1, 9, 9, 4]), build.transpose(lined, [3, 2, 0, 1]), lined)).toBe(1);
});

test("what is computed point by point of a convolution's result is computed with it", () => {
  const { inputs, state, outputs } = withEpilogue("one column, one row");
  const { before } = compileModule(moduleOf({ inputs, states: [state], outputs }), {
    lanes: 8,
    vectorRegisters: 16,
    workers: 1,
  });
  expect(before.map(({ kernel }) => kernel.name.split(" ")[0])).toEqual(["map", "conv"]);
});
