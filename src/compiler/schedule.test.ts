// Proves that states are updated as if all next values were computed before any is written, in place or not: read before and
// after, swapped, handed through, shared with outputs; over several steps, with a guard that stops and a log that keeps its rows.

import { describe, expect, test } from "vitest";
import { build } from "../graph/build.ts";
import type { Module, State } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { modes, moduleOf, type Result, requireAgreement, targetsIn, valuesFor } from "../targets/testing.ts";
import { compileModule } from "./compile.ts";
import type { Program } from "./program.ts";

const machine = { lanes: 4, vectorRegisters: 16, workers: 1 };
const shape = [13];

const vector = (name: string, of: readonly number[] = shape): Node => build.input(name, of, "float32");
const scalar = (value: number): Node => build.constant(value, [], "float32");
const sum = (x: Node): Node =>
  build.reduceSum(
    x,
    x.shape.map((_, axis) => axis),
  );
const spread = (x: Node, like: Node): Node => build.broadcast(x, like.shape, []);
const flip = (x: Node): Node => build.slice(x, [x.shape[0]! - 1], x.shape, [-1]);

const compile = (module: Module): Program => compileModule(simplifyModule(module), machine);

/** Kernels that do nothing but copy a state from the arena. */
function copies(module: Module): number {
  const { before, after } = compile(module);
  return [...before, ...after].filter(({ kernel }) => kernel.name.startsWith("map stopGradient")).length;
}

describe.for(modes)("numerics %s", (numerics) => {
  const run = async (module: Module, skip: (reason: string) => unknown, steps = 1): Promise<Result> => {
    const targets = await targetsIn(numerics, skip);
    const inputs = module.inputs.map((node, i) => valuesFor(node, `input ${i}`));
    const states = module.states.map(({ current }, i) => valuesFor(current, `state ${i}`));
    return requireAgreement(targets, module, { inputs, states }, steps);
  };

  test("an update is in place, and everyone else still reads the old value", async ({ skip }) => {
    const [w, x] = [vector("w"), vector("x")];
    const next = build.sub(w, build.mul(x, spread(sum(build.mul(w, x)), w)));
    const module = moduleOf({
      inputs: [x],
      states: [{ current: w, next }],
      outputs: [w, build.exp(w), flip(w), build.add(next, w), flip(next), sum(w), sum(next)],
    });
    await run(module, skip, 3);
    expect(copies(module)).toBe(1); // the output that is w itself
  });

  test("a state read elsewhere than at its own point waits in the arena", async ({ skip }) => {
    const [w, v] = [vector("w"), vector("v")];
    const states: State[] = [
      { current: w, next: build.add(flip(w), v) },
      { current: v, next: build.mul(v, flip(build.tanh(w))) },
    ];
    await run(moduleOf({ states, outputs: [build.add(w, v)] }), skip, 4);
  });

  test("two and three states change places", async ({ skip }) => {
    const [a, b, c] = [vector("a"), vector("b"), vector("c")];
    const swap: State[] = [
      { current: a, next: b },
      { current: b, next: a },
    ];
    const turn: State[] = [
      { current: a, next: b },
      { current: b, next: c },
      { current: c, next: a },
    ];
    await run(moduleOf({ states: swap }), skip, 3);
    await run(moduleOf({ states: turn }), skip, 5);
    const halves: State[] = [
      { current: a, next: build.add(a, b) },
      { current: b, next: build.sub(a, b) },
    ];
    await run(moduleOf({ states: halves, outputs: [a, b] }), skip, 3);
  });

  // 53 rows and columns are tiles that overlap, in every target.
  test.for([9, 53])(
    "matrices of %s: a state that is multiplied, and one that accumulates a product",
    async (n, { skip }) => {
      const [w, x] = [vector("w", [n, n]), vector("x", [n, n])];
      const dot = (a: Node, b: Node): Node => build.dot(a, b, { batch: [[], []], contract: [[1], [0]] });
      const small = (node: Node): Node => build.mul(node, build.constant(0.1, node.shape, "float32"));
      const states: State[][] = [
        [{ current: w, next: small(dot(w, w)) }],
        [{ current: w, next: build.sub(w, small(dot(x, x))) }],
        [{ current: w, next: build.sub(w, small(dot(x, w))) }],
        [{ current: w, next: build.transpose(w, [1, 0]) }],
        [{ current: w, next: build.add(w, build.broadcast(build.reduceSum(w, [0]), [n, n], [1])) }],
      ];
      for (const list of states) await run(moduleOf({ inputs: [x], states: list, outputs: [build.exp(w)] }), skip, 3);
    },
  );

  test("optimizer moments: several states of one shape in one pass", async ({ skip }) => {
    const [w, m, v, x] = [vector("w"), vector("m"), vector("v"), vector("x")];
    const g = build.tanh(build.add(build.mul(w, x), x));
    const mix = (a: Node, b: Node, rate: number): Node =>
      build.add(build.mul(a, spread(scalar(rate), a)), build.mul(b, spread(scalar(1 - rate), b)));
    const nextM = mix(m, g, 0.9);
    const nextV = mix(v, build.mul(g, g), 0.99);
    const step = build.div(nextM, build.add(build.sqrt(build.abs(nextV)), spread(scalar(1e-3), w)));
    const states: State[] = [
      { current: w, next: build.sub(w, step) },
      { current: m, next: nextM },
      { current: v, next: nextV },
    ];
    const module = moduleOf({ inputs: [x], states, outputs: [g] });
    await run(module, skip, 5);
    expect(copies(module)).toBe(0);
    expect(compile(module).before).toHaveLength(1);
  });

  test("one node in several places, sources as results, unchanged states", async ({ skip }) => {
    const [w, v, x] = [vector("w"), vector("v"), vector("x")];
    const next = build.exp(x);
    const module = moduleOf({
      inputs: [x],
      states: [
        { current: w, next },
        { current: v, next },
        { current: vector("same"), next: x },
      ],
      outputs: [next, next, x, x, w, build.constant(2, [3], "float32"), build.iota([5], 0, "int32"), flip(flip(x))],
    });
    await run(module, skip, 2);
    const still = vector("still");
    await run(moduleOf({ states: [{ current: still, next: still }], outputs: [still, still] }), skip, 2);
  });

  test("a counter that indexes a table, step after step", async ({ skip }) => {
    const table = vector("table", [6, 5]);
    const counter = build.input("counter", [], "int32");
    const total = vector("total", [5]);
    const row = build.gather(table, counter);
    const module = moduleOf({
      inputs: [table],
      states: [
        { current: counter, next: build.add(counter, build.constant(1, [], "int32")) },
        { current: total, next: build.add(total, row) },
      ],
      outputs: [row],
      log: [sum(row), build.cast(counter, "float32")],
    });
    const targets = await targetsIn(numerics, skip);
    const values = { inputs: [valuesFor(table, "table")], states: [Int32Array.of(0), new Float32Array(5)] };
    const result = await requireAgreement(targets, module, values, 8); // the last two steps clamp
    expect([...result.states[0]!]).toEqual([8]);
    expect([...result.log].filter((_, i) => i % 2 === 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("the log keeps the values before the update, whatever it names", async ({ skip }) => {
    const [w, loss] = [vector("w"), vector("loss", [])];
    const next = build.add(loss, sum(w));
    const states: State[] = [
      { current: w, next: build.mul(w, build.constant(0.5, shape, "float32")) },
      { current: loss, next },
    ];
    const log = [loss, next, sum(w), scalar(0.25), loss];
    const result = await run(moduleOf({ states, log }), skip, 3);
    expect(result.log).toHaveLength(15);
    const guard = build.less(loss, scalar(1e9));
    await run(moduleOf({ states, log, guard }), skip, 3);
    await run(moduleOf({ inputs: [loss], log: [loss] }), skip, 2);
  });

  test("a guard stops the step: states are intact, the log keeps the row, the run ends", async ({ skip }) => {
    const [w, v] = [vector("w"), vector("v")];
    const size = build.input("size", [], "float32");
    const nextSize = build.mul(size, scalar(2));
    const guard = build.less(size, scalar(10));
    const module = moduleOf({
      states: [
        { current: w, next: build.mul(w, build.constant(2, shape, "float32")) },
        { current: v, next: flip(w) },
        { current: size, next: nextSize },
      ],
      guard,
      log: [size, nextSize],
    });
    const targets = await targetsIn(numerics, skip);
    const states = [Float32Array.from({ length: 13 }, (_, i) => i - 6), new Float32Array(13), Float32Array.of(1)];
    for (const [steps, done] of [
      [0, 0],
      [1, 1],
      [4, 4],
      [5, 4],
      [9, 4],
    ] as const) {
      const result = await requireAgreement(targets, module, { states }, steps);
      expect(result.steps).toBe(done);
      expect([...result.states[0]!]).toEqual([...states[0]!].map((x) => x * 2 ** done));
      expect([...result.states[2]!]).toEqual([2 ** done]);
      expect([...result.log]).toEqual(
        Array.from({ length: Math.min(steps, done + 1) }, (_, i) => [2 ** i, 2 ** (i + 1)]).flat(),
      );
    }
  });

  test("a guard that needs next values, and one that is a state or an input", async ({ skip }) => {
    const targets = await targetsIn(numerics, skip);
    const [w, x] = [vector("w"), vector("x")];
    const next = build.sub(w, x);
    const finite = build.less(sum(build.abs(next)), scalar(Number.POSITIVE_INFINITY));
    const module = moduleOf({ inputs: [x], states: [{ current: w, next }], guard: finite, log: [sum(next)] });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 3]) {
      const values = { inputs: [new Float32Array(13).fill(bad)], states: [new Float32Array(13).fill(1)] };
      const result = await requireAgreement(targets, module, values, 2);
      expect(result.steps).toBe(bad === 3 ? 2 : 0);
      if (bad !== 3) expect([...result.states[0]!]).toEqual(new Array(13).fill(1));
    }
    const go = build.input("go", [], "bool");
    const states = [
      { current: w, next },
      { current: go, next: build.not(go) },
    ];
    const asState = moduleOf({ inputs: [x], states, guard: go });
    const values = { inputs: [new Float32Array(13)], states: [new Float32Array(13), Uint8Array.of(1)] };
    expect((await requireAgreement(targets, asState, values, 5)).steps).toBe(1);
    const asInput = moduleOf({ inputs: [go, x], states: [{ current: w, next }], guard: go });
    const off = { inputs: [Uint8Array.of(0), new Float32Array(13).fill(1)], states: [new Float32Array(13)] };
    expect((await requireAgreement(targets, asInput, off, 5)).steps).toBe(0);
    const always = moduleOf({ inputs: [x], states: [{ current: w, next }], guard: build.constant(1, [], "bool") });
    expect((await run(always, skip, 3)).steps).toBe(3);
  });

  test("states of other types and of no elements", async ({ skip }) => {
    const states: State[] = (["int32", "uint32", "uint8", "bool"] as const).flatMap((dtype) =>
      [[7], [0], []].map((of) => {
        const current = build.input(dtype, of, dtype);
        const other = build.input(`${dtype} other`, of, dtype);
        return { current, next: build.select(build.constant(1, of, "bool"), current, other) };
      }),
    );
    const inputs = states.map(({ next }) => next.inputs[2]!);
    const numbers = states.filter(({ current }) => current.dtype === "int32");
    const changed = numbers.map(({ current }) => ({
      current,
      next: build.mul(current, build.constant(3, current.shape, "int32")),
    }));
    await run(moduleOf({ inputs, states }), skip, 2);
    await run(moduleOf({ states: changed }), skip, 2);
  });
});
