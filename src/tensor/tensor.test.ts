/**
 * Proves every method of the tensor against values worked out by hand, on both targets, and that what does not fit is refused at
 * the call, with the whole sentence.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ones, tensor, zeros } from "./create.ts";
import type { Tensor } from "./tensor.ts";
import type { NestedValues, NumberArray } from "./types.ts";

const bools = (...values: (0 | 1)[]): Tensor => tensor(values, { dtype: "bool" });
const ints = (...values: number[]): Tensor<[number], "int32"> => tensor(values, { dtype: "int32" });

const m = [
  [1, 2, 3],
  [4, 5, 6],
];

/** What is computed, and what must come out. */
const cases: Record<string, readonly [() => Tensor, unknown]> = {
  add: [
    () => tensor(m).add(tensor(m)),
    [
      [2, 4, 6],
      [8, 10, 12],
    ],
  ],
  "add a number": [() => tensor([1, 2]).add(0.5), [1.5, 2.5]],
  "add int32 wraps": [() => ints(2147483647).add(1), [-2147483648]],
  sub: [() => tensor([1, 2]).sub(tensor([3, 5])), [-2, -3]],
  "sub uint32 wraps": [() => tensor([0], { dtype: "uint32" }).sub(1), [4294967295]],
  mul: [() => tensor([1.5, -2]).mul(tensor([2, 3])), [3, -6]],
  "mul int32": [() => ints(65537, -3).mul(ints(65537, 7)), [131073, -21]],
  div: [() => tensor([1, -1, 0]).div(tensor([4, 0, 0])), [0.25, -Infinity, Number.NaN]],
  "floorDiv int32": [() => ints(7, -7, 7, -7, 0).floorDiv(ints(2, 2, -2, -2, 0)), [3, -4, -4, 3, 0]],
  "floorDiv uint32": [() => tensor([4294967295], { dtype: "uint32" }).floorDiv(2), [2147483647]],
  mod: [() => tensor([5.5, -5.5, 5.5, -5.5]).mod(tensor([2, 2, -2, -2])), [1.5, 0.5, -0.5, -1.5]],
  "mod int32": [() => ints(7, -7, 7, 5).mod(ints(3, 3, -3, 0)), [1, 2, -2, 5]],
  pow: [() => tensor([2, 9, -2, 0, -2]).pow(tensor([10, 0.5, 3, 0, 0.5])), [1024, 3, -8, 1, Number.NaN]],
  "pow by a number": [() => tensor([1, 2, 3]).pow(2), [1, 4, 9]],
  // 1.1 squared, cubed and inverted as float32 rounds the products and the quotient.
  "pow by 1": [() => tensor([1.1, -2]).pow(1), [Math.fround(1.1), -2]],
  "pow by 2": [() => tensor([1.1]).pow(2), [Math.fround(Math.fround(1.1) * Math.fround(1.1))]],
  "pow by 3": [() => tensor([27, -5]).pow(3), [19683, -125]],
  "pow by −1": [() => tensor([3, 0]).pow(-1), [Math.fround(1 / 3), Infinity]],
  maximum: [() => tensor([1, Number.NaN, -0]).maximum(tensor([2, 1, 0])), [2, Number.NaN, 0]],
  minimum: [() => tensor([1, Number.NaN, 0]).minimum(tensor([2, 1, -0])), [1, Number.NaN, -0]],
  fma: [() => tensor([2, 3]).fma(tensor([4, 5]), 1), [9, 16]],
  "fma broadcasts": [
    () => tensor([[1], [2]]).fma(tensor([3, 4]), tensor(10)),
    [
      [13, 14],
      [16, 18],
    ],
  ],
  neg: [() => tensor([1, 0]).neg(), [-1, -0]],
  "neg int32": [() => ints(-2147483648, 3).neg(), [-2147483648, -3]],
  abs: [() => tensor([-1.5, -0, 2]).abs(), [1.5, 0, 2]],
  square: [() => tensor([-3]).square(), [9]],
  reciprocal: [() => tensor([4, 0]).reciprocal(), [0.25, Infinity]],
  sqrt: [() => tensor([9, 2, -1]).sqrt(), [3, Math.fround(Math.SQRT2), Number.NaN]],
  exp: [() => tensor([0, -Infinity, Infinity, -104]).exp(), [1, 0, Infinity, 0]],
  log: [() => tensor([1, 0, -1, Infinity]).log(), [0, -Infinity, Number.NaN, Infinity]],
  tanh: [() => tensor([0, 100, -100]).tanh(), [0, 1, -1]],
  sin: [() => tensor([0, Math.PI / 2, -Math.PI / 2, 2 ** 21]).sin(), [0, 1, -1, Number.NaN]],
  cos: [() => tensor([0, Math.PI, Infinity]).cos(), [1, -1, Number.NaN]],
  erf: [() => tensor([0, 10, -10, Number.NaN]).erf(), [0, 1, -1, Number.NaN]],
  sigmoid: [() => tensor([0, 100, -200]).sigmoid(), [0.5, 1, 0]],
  relu: [() => tensor([-1, 0, 2, Number.NaN]).relu(), [0, 0, 2, Number.NaN]],
  floor: [() => tensor([1.5, -1.5, 2]).floor(), [1, -2, 2]],
  stopGradient: [() => tensor([1, 2]).stopGradient(), [1, 2]],
  "cast to int32": [
    () => tensor([1.9, -1.9, 3e9, -3e9, Number.NaN]).cast("int32"),
    [1, -1, 2147483647, -2147483648, 0],
  ],
  "cast to uint32": [() => tensor([-1, 5e9, 7.9]).cast("uint32"), [0, 4294967295, 7]],
  "cast float to uint8": [() => tensor([-5, 300, 7.9]).cast("uint8"), [0, 255, 7]],
  "cast int32 to uint8": [() => ints(-1, 256, 7).cast("uint8"), [255, 0, 7]],
  "cast to bool": [() => tensor([0, -0, 0.5]).cast("bool"), [0, 0, 1]],
  "cast from bool": [() => bools(1, 0).cast("float32"), [1, 0]],

  equal: [() => tensor([1, Number.NaN, 0]).equal(tensor([1, Number.NaN, -0])), [1, 0, 1]],
  notEqual: [() => tensor([1, Number.NaN]).notEqual(tensor([1, Number.NaN])), [0, 1]],
  less: [() => tensor([1, 2, Number.NaN]).less(2), [1, 0, 0]],
  lessEqual: [() => tensor([1, 2, 3]).lessEqual(2), [1, 1, 0]],
  greater: [() => tensor([1, 2, 3]).greater(2), [0, 0, 1]],
  greaterEqual: [() => tensor([1, 2, 3]).greaterEqual(2), [0, 1, 1]],
  "compare uint32": [() => tensor([4294967295], { dtype: "uint32" }).greater(1), [1]],
  and: [() => bools(1, 1, 0).and(bools(1, 0, 0)), [1, 0, 0]],
  "and bit by bit": [() => ints(6).and(3), [2]],
  or: [() => bools(1, 0).or(bools(0, 0)), [1, 0]],
  xor: [() => bools(1, 1).xor(bools(1, 0)), [0, 1]],
  not: [() => bools(1, 0).not(), [0, 1]],
  select: [() => bools(1, 0).select(tensor([1, 2]), tensor([3, 4])), [1, 4]],
  "select with numbers": [() => tensor([-1, 2]).less(0).select(0, 5), [0, 5]],
  "select broadcasts": [
    () =>
      bools(1, 0)
        .expand(1)
        .select(tensor([1, 2, 3]), 0),
    [
      [1, 2, 3],
      [0, 0, 0],
    ],
  ],
  "select leaves NaN out": [() => bools(1, 0).select(1, tensor([Number.NaN, 2])), [1, 2]],

  reshape: [
    () => tensor(m).reshape([3, 2]),
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  "reshape with -1": [
    () => tensor(m).reshape([-1, 2]),
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  flatten: [() => tensor([m]).flatten(1), [[1, 2, 3, 4, 5, 6]]],
  "flatten from -1": [() => tensor(m).flatten(-1), m],
  "flatten a scalar": [() => tensor(7).flatten(), [7]],
  transpose: [
    () => tensor(m).transpose(),
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ],
  "transpose by permutation": [() => tensor([m]).transpose([1, 0, 2]), [[[1, 2, 3]], [[4, 5, 6]]]],
  broadcastTo: [
    () => tensor([[1], [2]]).broadcastTo([2, 2, 2]),
    [
      [
        [1, 1],
        [2, 2],
      ],
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ],
  expand: [() => tensor([1, 2]).expand(0), [[1, 2]]],
  "expand at the end": [() => tensor([1, 2]).expand(-1), [[1], [2]]],
  squeeze: [() => tensor([[1], [2]]).squeeze(-1), [1, 2]],
  pad: [() => tensor([1, 2]).pad([1], [2], 9), [9, 1, 2, 9, 9]],

  sum: [() => tensor(m).sum(), 21],
  "sum of an axis": [() => tensor(m).sum(0), [5, 7, 9]],
  "sum of two axes": [() => tensor([m, m]).sum([0, -1]), [12, 30]],
  "sum of no axes": [() => tensor(m).sum([]), m],
  "sum keepDims": [() => tensor(m).sum(1, { keepDims: true }), [[6], [15]]],
  "sum of nothing": [() => zeros([0, 2]).sum(0), [0, 0]],
  "sum int32": [() => ints(1, 2, 3).sum(), 6],
  product: [() => tensor(m).product(), 720],
  "product of an axis": [() => tensor(m).product(-1), [6, 120]],
  "product keepDims": [() => tensor(m).product([0], { keepDims: true }), [[4, 10, 18]]],
  "product of nothing": [() => zeros([2, 0]).product(1), [1, 1]],
  "product int32": [() => ints(65537, 65537).product(), 131073],
  cumulativeSum: [() => tensor([1, 2, 3, -6]).cumulativeSum(0), [1, 3, 6, 0]],
  "cumulativeSum along an axis": [
    () => tensor(m).cumulativeSum(-2),
    [
      [1, 2, 3],
      [5, 7, 9],
    ],
  ],
  mean: [() => tensor(m).mean(1), [2, 5]],
  "mean of nothing": [() => zeros([0]).mean(), Number.NaN],
  max: [() => tensor(m).max(1), [3, 6]],
  "max with NaN": [() => tensor([1, Number.NaN, 2]).max(), Number.NaN],
  min: [() => tensor(m).min(0, { keepDims: true }), [[1, 2, 3]]],
  "min of two infinities": [() => tensor([Infinity, Infinity]).min(), Infinity],
  "argMax finds the first": [
    () =>
      tensor([
        [1, 3, 3],
        [5, 2, 1],
      ]).argMax(1),
    [1, 0],
  ],
  "argMax along 0": [() => tensor(m).argMax(-2), [1, 1, 1]],
  "argMax finds NaN": [() => tensor([1, Number.NaN, 9, Number.NaN]).argMax(0), 1],
  argSort: [() => tensor([3, 1, Number.NaN, 1, -2]).argSort(), [4, 1, 3, 0, 2]],

  matmul: [
    () => tensor(m).matmul(tensor(m).transpose()),
    [
      [14, 32],
      [32, 77],
    ],
  ],
  "matmul with vectors": [() => tensor(m).matmul(tensor([1, 0, -1])), [-2, -2]],
  "vector matmul": [() => tensor([1, 2]).matmul(tensor(m)), [9, 12, 15]],
  "inner product": [() => tensor([1, 2, 3]).matmul(tensor([4, 5, 6])), 32],
  "batched matmul": [
    () => tensor([m, m]).matmul(tensor([[1], [1], [1]])),
    [
      [[6], [15]],
      [[6], [15]],
    ],
  ],
  "matmul broadcasts batches": [() => tensor([[[1, 2]], [[3, 4]]]).matmul(tensor([[[1], [1]]])), [[[3]], [[7]]]],
  "matmul of nothing": [
    () => zeros([2, 0]).matmul(zeros([0, 2])),
    [
      [0, 0],
      [0, 0],
    ],
  ],
  gather: [
    () => tensor(m).gather(ints(1, 0, 1)),
    [
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  "gather clamps": [() => tensor([7, 8]).gather(ints(-5, 99)), [7, 8]],
};

describe.each(["wasm", "reference"])("on %s", (target) => {
  beforeEach(() => void vi.stubEnv("GRADUS_TARGET", target));
  afterEach(() => void vi.unstubAllEnvs());

  test.each(Object.entries(cases))("%s", async (_, [compute, expected]) => {
    expect(await compute().array()).toEqual(expected);
  });
});

describe("broadcasting", () => {
  test.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [2], [2]],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
    [
      [0, 1],
      [1, 3],
      [0, 3],
    ],
    [[1], [0], [0]],
  ])("%j and %j give %j", async (a, b, shape) => {
    const sum = ones(a as number[]).add(ones(b as number[]));
    expect(sum.shape).toEqual(shape);
    expect(await sum.data()).toEqual(new Float32Array(sum.size).fill(2));
  });

  test("every element meets its partner", async () => {
    expect(
      await tensor([[1], [2]])
        .mul(tensor([10, 20, 30]))
        .array(),
    ).toEqual([
      [10, 20, 30],
      [20, 40, 60],
    ]);
  });
});

describe("slice is Python's", () => {
  const list = [0, 1, 2, 3, 4];
  const bounds = [undefined, null, 0, 1, 3, 5, 9, -1, -3, -5, -9];

  /** x[start:stop:step], from Python's own definition. */
  function python(start: number | null | undefined, stop: number | null | undefined, step: number): number[] {
    const n = list.length;
    const clip = (at: number, low: number, high: number): number => Math.min(Math.max(at < 0 ? at + n : at, low), high);
    const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
    const from = start == null ? (step > 0 ? 0 : n - 1) : clip(start, low, high);
    const to = stop == null ? (step > 0 ? n : -1) : clip(stop, low, high);
    const taken: number[] = [];
    for (let at = from; step > 0 ? at < to : at > to; at += step) taken.push(list[at]!);
    return taken;
  }

  test.each([1, 2, 7, -1, -2, -7])("with every start and stop at step %i", async (step) => {
    for (const start of bounds) {
      for (const stop of bounds) {
        const taken = await tensor(list).slice([start], [stop], [step]).array();
        expect(taken, `${start}:${stop}:${step}`).toEqual(python(start, stop, step));
      }
    }
  });

  test("known answers", async () => {
    expect(await tensor(list).slice([1], [-1], [2]).array()).toEqual([1, 3]);
    expect(await tensor(list).slice([], [], [-1]).array()).toEqual([4, 3, 2, 1, 0]);
    expect(await tensor(list).slice([-2]).array()).toEqual([3, 4]);
    expect(await tensor(m).slice([null, -2], [1]).array()).toEqual([[2, 3]]);
    expect(await tensor(m).slice([], [null, 1], [-1]).array()).toEqual([[4], [1]]);
  });
});

describe("reading", () => {
  test("data, array and item", async () => {
    expect(await tensor(m).data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(await tensor(m).array()).toEqual(m);
    expect(await tensor([[3]]).item()).toBe(3);
    expect(await bools(1, 0).data()).toEqual(Uint8Array.of(1, 0));
    await expect(tensor(m).item()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item: needs a tensor with one element; got [2, 3]. Read the others with array() or data().]`,
    );
  });
});

describe("refused at the call", () => {
  // Of unknown shape: the types know better, and would not let these programs pass.
  const loose: (values: NestedValues | NumberArray) => Tensor = tensor;
  const refusals: Record<string, () => unknown> = {
    shapes: () => loose([1, 2]).add(loose([1, 2, 3])),
    dtypes: () => loose([1]).add(ints(1) as never),
    "a number that int32 does not hold": () => ints(1).add(0.5),
    "a dtype that cannot": () => ints(1).exp(),
    "integer division": () => ints(1).div(2),
    "uint8 arithmetic": () => loose(Uint8Array.of(1)).add(1),
    "floorDiv of floats": () => loose([1]).floorDiv(2),
    "pow of integers": () => ints(2).pow(3),
    "mod of uint8": () => loose(Uint8Array.of(3)).mod(2),
    "sin of integers": () => ints(1).sin(),
    "cos of integers": () => ints(1).cos(),
    "erf of integers": () => ints(1).erf(),
    "product of bools": () => bools(1).product(),
    "cumulativeSum along no axis": () => loose(m).cumulativeSum(2 as number),
    "cumulativeSum of bools": () => bools(1).cumulativeSum(0),
    "not of floats": () => loose([1]).not(),
    "select on numbers": () => loose([1]).select(1, 2),
    "select of two dtypes": () => bools(1).select(loose([1]), ints(1) as never),
    reshape: () => loose(m).reshape([4]),
    "reshape with -1": () => loose(m).reshape([4, -1]),
    "reshape with two open dimensions": () => loose(m).reshape([-1, -1] as number[]),
    transpose: () => loose(m).transpose([0, 0]),
    "transpose of another rank": () => loose(m).transpose([1]),
    broadcastTo: () => loose([1, 2]).broadcastTo([3]),
    "broadcastTo fewer axes": () => loose(m).broadcastTo([3]),
    "broadcastTo a negative size": () => loose([1]).broadcastTo([-2] as number[]),
    expand: () => loose([1]).expand(3),
    squeeze: () => loose(m).squeeze(0),
    "squeeze where there is no axis": () => loose(m).squeeze(2),
    "axis of a scalar": () => loose(1).sum(0),
    "the same axis twice": () => loose(m).sum([0, -2]),
    "a fractional axis": () => loose(m).sum(0.5),
    "mean of integers": () => ints(1).mean(),
    "max of nothing": () => (zeros([2, 0]) as Tensor).max(1),
    "argMax of nothing": () => (zeros([0]) as Tensor).argMax(0),
    "slice of too many axes": () => loose([1]).slice([0, 0]),
    "slice at a fraction": () => loose([1]).slice([0.5]),
    "slice by step 0": () => loose([1]).slice([0], [1], [0]),
    pad: () => loose([1]).pad([-1], [0]),
    "pad with what int32 does not hold": () => ints(1).pad([1], [0], 0.5),
    matmul: () => loose(m).matmul(loose(m)),
    "matmul of a scalar": () => loose(1).matmul(loose([1])),
    "matmul of integers": () => ints(1).matmul(ints(1) as never),
    "matmul of batches that differ": () => (ones([2, 1, 1]) as Tensor).matmul(ones([3, 1, 1]) as Tensor),
    "gather from a scalar": () => loose(1).gather(ints(0) as never),
    "gather at floats": () => loose([1]).gather(loose([0]) as never),
    "argSort of a scalar": () => loose(1).argSort(),
    cast: () => loose([1]).cast("int64" as never),
    "fma of integers": () => ints(1).fma(2, 3),
  };

  test("with these sentences", () => {
    const sentences = Object.entries(refusals).map(([name, call]) => {
      try {
        call();
      } catch (error) {
        return `${name} | ${(error as Error).name}: ${(error as Error).message}`;
      }
      return `${name} | nothing was thrown`;
    });
    expect(sentences.join("\n")).toMatchInlineSnapshot(`
      "shapes | ShapeError: add: shapes [2] and [3] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 3. Reshape one of them, or insert an axis of size 1.
      dtypes | DTypeError: add: both operands must have the same dtype; got float32 and int32. Cast one of them, as in x.cast("float32").
      a number that int32 does not hold | DTypeError: add: int32 does not hold the number 0.5. Take a float dtype, as in x.cast("float32").
      a dtype that cannot | DTypeError: exp: takes float32, float64; got int32. Cast it to float32 first.
      integer division | DTypeError: div: takes float32, float64; got int32. Cast it to float32 first.
      uint8 arithmetic | DTypeError: add: takes float32, float64, int32, uint32; got uint8. uint8 is for storage: cast it first.
      floorDiv of floats | DTypeError: floorDiv: takes int32, uint32; got float32. Cast it to int32 first.
      pow of integers | DTypeError: pow: takes float32, float64; got int32. Cast it to float32 first.
      mod of uint8 | DTypeError: mod: takes float32, float64, int32, uint32; got uint8. uint8 is for storage: cast it first.
      sin of integers | DTypeError: sin: takes float32, float64; got int32. Cast it to float32 first.
      cos of integers | DTypeError: cos: takes float32, float64; got int32. Cast it to float32 first.
      erf of integers | DTypeError: erf: takes float32, float64; got int32. Cast it to float32 first.
      product of bools | DTypeError: product: takes float32, float64, int32, uint32; got bool. Cast it to float32 first.
      cumulativeSum along no axis | ShapeError: cumulativeSum: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      cumulativeSum of bools | DTypeError: cumulativeSum: takes float32, float64, int32, uint32; got bool. Cast it to float32 first.
      not of floats | DTypeError: not: takes bool; got float32. Cast it to bool first.
      select on numbers | DTypeError: select: takes bool; got float32. Cast it to bool first.
      select of two dtypes | DTypeError: select: both operands must have the same dtype; got float32 and int32. Cast one of them, as in x.cast("float32").
      reshape | ShapeError: reshape: the new shape must have the 6 elements of [2, 3]; got [4] with 4. Change a dimension, or let one be −1.
      reshape with -1 | ShapeError: reshape: −1 stands for the dimension that is left; the 6 elements of [2, 3] leave none for [4, -1]. Change the other dimensions.
      reshape with two open dimensions | ShapeError: reshape: only one dimension may be −1; got [-1, -1]. Name the others.
      transpose | ShapeError: transpose: the permutation must name each of the 2 axes once; got [0, 0]. Leave it out to reverse all axes.
      transpose of another rank | ShapeError: transpose: the permutation must name each of the 2 axes once; got [1]. Leave it out to reverse all axes.
      broadcastTo | ShapeError: broadcastTo: [2] does not broadcast to [3]: aligned at the end, each dimension must be 1 or equal. Reshape it, or insert axes of size 1.
      broadcastTo fewer axes | ShapeError: broadcastTo: [2, 3] does not broadcast to [3]: aligned at the end, each dimension must be 1 or equal. Reshape it, or insert axes of size 1.
      broadcastTo a negative size | ShapeError: broadcastTo: every dimension must be a non-negative integer; got [-2].
      expand | ShapeError: expand: axis 3 does not exist; a tensor of rank 2 has axes -2…1.
      squeeze | ShapeError: squeeze: axis 0 of [2, 3] must have size 1; it has 2. Name an axis of size 1.
      squeeze where there is no axis | ShapeError: squeeze: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      axis of a scalar | ShapeError: sum: axis 0 does not exist; a scalar has no axes.
      the same axis twice | ShapeError: sum: axes must be distinct; got [0, -2]. Name each axis once.
      a fractional axis | ShapeError: sum: axis 0.5 does not exist; a tensor of rank 2 has axes -2…1.
      mean of integers | DTypeError: mean: takes float32, float64; got int32. Cast it to float32 first.
      max of nothing | ShapeError: max: needs at least one element along the reduced axes; got [2, 0]. Leave empty tensors out.
      argMax of nothing | ShapeError: argMax: the axis must exist and not be empty; got axis 0 of [0]. Name another axis.
      slice of too many axes | ShapeError: slice: start, stop and step need at most one integer for each of the 1 axes of [1]; got [0, 0]. Leave the others out.
      slice at a fraction | ShapeError: slice: start, stop and step need at most one integer for each of the 1 axes of [1]; got [0.5]. Leave the others out.
      slice by step 0 | ShapeError: slice: a step must not be 0. Take 1 for every element, −1 for the reverse.
      pad | ShapeError: pad: low and high need a non-negative integer for each of the 1 axes of [1]; got [-1]. Cut with slice.
      pad with what int32 does not hold | DTypeError: pad: int32 does not hold the number 0.5. Take a float dtype, as in x.cast("float32").
      matmul | ShapeError: matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [2, 3] and [2, 3]. Transpose or reshape one of them.
      matmul of a scalar | ShapeError: matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [] and [1]. Transpose or reshape one of them.
      matmul of integers | DTypeError: matmul: takes float32, float64; got int32. Cast it to float32 first.
      matmul of batches that differ | ShapeError: matmul: shapes [2] and [3] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 3. Reshape one of them, or insert an axis of size 1.
      gather from a scalar | ShapeError: gather: the table needs at least one row; got []. Pass a table [rows, …].
      gather at floats | DTypeError: gather: takes int32; got float32. Cast it to int32 first.
      argSort of a scalar | ShapeError: argSort: needs an axis to sort along; got a scalar. Reshape it to [1].
      cast | DTypeError: cast: dtype must be one of float32, float64, int32, uint32, uint8, bool; got int64. Choose one of them.
      fma of integers | DTypeError: fma: takes float32, float64; got int32. Cast it to float32 first."
    `);
  });
});
