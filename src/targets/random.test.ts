// Proves on seeded random programs that wasm equals the reference to the bit, and that simplification changes none: operations of
// all families on awkward shapes, with special values. A failing program is printed with its seed.

import { describe, expect, test } from "vitest";
import type { Data, DType } from "../base/dtype.ts";
import { isFloat } from "../base/dtype.ts";
import { RandomStream } from "../base/rng.ts";
import { type Shape, sameShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import { type Module, rootsOf } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { print } from "../graph/print.ts";
import { draw } from "../graph/sample-values.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { verify } from "../graph/verify.ts";
import { flush, numberScalars } from "../kernel/numbers.ts";
import type { Scalars } from "../kernel/scalars.ts";
import { interpret } from "./reference/interpret.ts";
import { modes, moduleOf, requireSameBits, runOn, targetsIn } from "./testing.ts";

const programs = 300;
const sizes = [1, 1, 2, 3, 5, 7, 8, 16, 17];
const largest = 700;
const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1, -1, 0.5];

/** Writes one program: a pool of nodes that grows by random operations. */
class Generator {
  readonly inputs: Node[] = [];
  readonly pool: Node[] = [];
  readonly #random: RandomStream;

  constructor(seed: number) {
    this.#random = new RandomStream(seed, "random program");
  }

  below(n: number): number {
    return Math.floor(this.#random.nextUniform() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shape(rank = this.below(4)): number[] {
    for (;;) {
      const shape = Array.from({ length: rank }, () => (this.below(30) === 0 ? 0 : this.pick(sizes)));
      if (sizeOf(shape) <= largest) return shape;
    }
  }

  input(shape: Shape, dtype: DType): Node {
    const node = build.input(`x${this.inputs.length}`, shape, dtype);
    this.inputs.push(node);
    return node;
  }

  /** A node of the dtype, mostly one of the pool; recent ones are likelier. */
  any(dtype: DType): Node {
    const fitting = this.pool.filter((node) => node.dtype === dtype);
    if (fitting.length === 0 || this.below(12) === 0) return this.source(this.shape(), dtype);
    return this.below(2) ? fitting[fitting.length - 1 - this.below(Math.min(3, fitting.length))]! : this.pick(fitting);
  }

  /** A node of this very shape and dtype. */
  like(shape: Shape, dtype: DType): Node {
    const fitting = this.pool.filter((node) => node.dtype === dtype && sameShape(node.shape, shape));
    if (fitting.length > 0 && this.below(4) > 0) return this.pick(fitting);
    const short = this.pool.filter((node) => node.dtype === dtype && node.shape.length < shape.length);
    for (const node of short) {
      const axes = placement(node.shape, shape);
      if (axes) return build.broadcast(node, shape, axes);
    }
    return this.source(shape, dtype);
  }

  source(shape: Shape, dtype: DType): Node {
    const kind = this.below(6);
    if (kind === 0) return build.constant(this.pick([0, 1, -0, 0.1, 0.7, 3]), shape, dtype);
    if (kind === 1 && shape.length > 0 && dtype !== "bool" && dtype !== "uint8")
      return build.iota(shape, this.below(shape.length), dtype);
    return this.input(shape, dtype);
  }

  step(): void {
    const made = this.pick(families)(this);
    if (sizeOf(made.shape) <= largest) this.pool.push(made);
  }
}

/** Ascending axes of `to` on which `from` can be broadcast. */
function placement(from: Shape, to: Shape): number[] | null {
  const axes: number[] = [];
  for (const size of from) {
    const start = (axes.at(-1) ?? -1) + 1;
    const axis = to.findIndex((n, i) => i >= start && (n === size || size === 1));
    if (axis < 0) return null;
    axes.push(axis);
  }
  return axes;
}

type Family = (g: Generator) => Node;

const numbers: readonly DType[] = ["float32", "float32", "float32", "int32", "uint32"];

const unary: Family = (g) => {
  const { neg, abs, relu, floor, sqrt, tanh, sigmoid, stopGradient } = build;
  return g.pick([neg, abs, relu, floor, sqrt, tanh, sigmoid, stopGradient])(g.any("float32"));
};

/** exp and log between bounds, so that few values leave the normal range. */
const transcendental: Family = (g) => {
  const x = g.any("float32");
  const bound = (value: number): Node => build.constant(value, x.shape, "float32");
  if (g.below(2)) return build.log(build.add(build.abs(x), bound(0.25)));
  return build.exp(build.min(build.max(x, bound(-8)), bound(8)));
};

const binary: Family = (g) => {
  const dtype = g.pick(numbers);
  const { add, sub, mul, div, max, min } = build;
  const a = g.any(dtype);
  return g.pick(dtype === "float32" ? [add, sub, mul, div, max, min] : [add, sub, mul, max, min])(
    a,
    g.like(a.shape, dtype),
  );
};

const fma: Family = (g) => {
  const a = g.any("float32");
  return build.fma(a, g.like(a.shape, "float32"), g.like(a.shape, "float32"));
};

const logic: Family = (g) => {
  if (g.below(3) === 0) {
    const a = g.any("bool");
    return g.below(4) === 0 ? build.not(a) : g.pick([build.and, build.or, build.xor])(a, g.like(a.shape, "bool"));
  }
  const dtype = g.pick(numbers);
  const a = g.any(dtype);
  return g.pick([build.equal, build.less, build.lessEqual])(a, g.like(a.shape, dtype));
};

const bits: Family = (g) => {
  const a = g.any(g.pick(["int32", "uint32"] as const));
  const count = g.below(32);
  if (g.below(2)) return g.pick([build.shiftLeft, build.shiftRight])(a, count);
  return g.pick([build.and, build.or, build.xor])(a, g.like(a.shape, a.dtype));
};

const select: Family = (g) => {
  const condition = g.any("bool");
  const dtype = g.pick(["float32", "int32", "bool", "uint8"] as const);
  return build.select(condition, g.like(condition.shape, dtype), g.like(condition.shape, dtype));
};

const cast: Family = (g) => {
  const all = ["float32", "int32", "uint32", "uint8", "bool"] as const;
  return build.cast(g.any(g.pick(all)), g.pick(all));
};

const anyDType: readonly DType[] = ["float32", "float32", "int32", "bool", "uint8"];

const broadcast: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  const shape: number[] = [];
  const axes: number[] = [];
  for (const size of x.shape) {
    if (g.below(4) === 0) shape.push(g.pick([2, 3, 5]));
    axes.push(shape.push(size === 1 && g.below(2) ? g.pick([2, 3, 7]) : size) - 1);
  }
  if (g.below(3) === 0) shape.push(g.pick([1, 2, 5]));
  return sizeOf(shape) > largest ? x : build.broadcast(x, shape, axes);
};

const transpose: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  const axes = x.shape.map((_, axis) => axis);
  return build.transpose(
    x,
    x.shape.map(() => axes.splice(g.below(axes.length), 1)[0]!),
  );
};

const slice: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  const parts = x.shape.map((n) => {
    const size = n === 0 ? 0 : g.below(n + 1);
    const step = size > 1 ? 1 + g.below(Math.floor((n - 1) / (size - 1))) : 1;
    const span = size === 0 ? 0 : (size - 1) * step;
    const first = g.below(Math.max(1, n - span));
    return g.below(2) ? { start: first, size, step } : { start: first + span, size, step: -step };
  });
  const list = (name: "start" | "size" | "step"): number[] => parts.map((part) => part[name]);
  return build.slice(x, list("start"), list("size"), list("step"));
};

const reshape: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  let rest = sizeOf(x.shape);
  if (rest === 0) return build.reshape(x, [0, 3]);
  const shape: number[] = [];
  for (const factor of [2, 3, 5, 7, 17, 4]) {
    if (rest % factor === 0 && g.below(2)) {
      shape.splice(g.below(shape.length + 1), 0, factor);
      rest /= factor;
    }
  }
  shape.splice(g.below(shape.length + 1), 0, rest);
  return build.reshape(x, shape);
};

const pad: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  const counts = (n: number): number[] => x.shape.map(() => g.below(n));
  return build.pad(x, counts(3), counts(3), counts(2), g.pick([0, 1, -0, 0.1]));
};

const concat: Family = (g) => {
  const x = g.any(g.pick(anyDType));
  if (x.shape.length === 0) return x;
  const axis = g.below(x.shape.length);
  const other = g.like(x.shape.with(axis, g.pick(sizes)), x.dtype);
  return build.concat(g.below(2) ? [x, other] : [other, x, x], axis);
};

const reduce: Family = (g) => {
  const x = g.any(g.pick(numbers));
  const axes = x.shape.map((_, axis) => axis).filter(() => g.below(2));
  return g.pick([build.reduceSum, build.reduceMax, build.reduceMin])(x, axes);
};

const argMax: Family = (g) => {
  const x = g.any(g.pick(numbers));
  const axes = x.shape.flatMap((n, axis) => (n > 0 ? [axis] : []));
  return axes.length > 0 ? build.argMax(x, g.pick(axes)) : x;
};

const dot: Family = (g) => {
  const a = g.any("float32");
  const axes = a.shape.map((_, axis) => axis);
  const roles = axes.map(() => g.pick(["batch", "contract", "free"] as const));
  const paired = axes.filter((axis) => roles[axis] !== "free");
  const free = Array.from({ length: g.below(2) }, () => g.pick([1, 3, 8, 17]));
  // b has a's paired axes in a random order, its own between them.
  const order: (number | null)[] = [...free.map(() => null)];
  for (const axis of paired) order.splice(g.below(order.length + 1), 0, axis);
  const sizesOfFree = [...free];
  const b = g.like(
    order.map((axis) => (axis === null ? sizesOfFree.pop()! : a.shape[axis]!)),
    "float32",
  );
  const sides = (role: string): [number[], number[]] => {
    const left = paired.filter((axis) => roles[axis] === role);
    return [left, left.map((axis) => order.indexOf(axis))];
  };
  return build.dot(a, b, { batch: sides("batch"), contract: sides("contract") });
};

const gather: Family = (g) => {
  const table = g.any(g.pick(anyDType));
  const indices = g.any("int32");
  if (table.shape.length === 0 || (table.shape[0] === 0 && sizeOf(indices.shape) > 0)) return table;
  return sizeOf(indices.shape) * sizeOf(table.shape.slice(1)) > largest ? table : build.gather(table, indices);
};

const scatterAdd: Family = (g) => {
  const indices = g.any("int32");
  const dtype = g.pick(numbers);
  const rest = g.shape(g.below(2));
  if (sizeOf(indices.shape) * sizeOf(rest) > largest) return indices;
  // Indices near the range: most hit, some are dropped.
  const near = build.and(indices, build.constant(15, indices.shape, "int32"));
  const chosen = g.below(2) ? near : indices;
  return build.scatterAdd(chosen, g.like([...indices.shape, ...rest], dtype), g.pick([1, 5, 13]));
};

const argSort: Family = (g) => {
  const x = g.any(g.pick(numbers));
  return x.shape.length > 0 ? build.argSort(x) : x;
};

const families: readonly Family[] = [
  ...[unary, binary, binary, fma, transcendental, logic, bits, select, cast],
  ...[broadcast, broadcast, transpose, slice, reshape, reshape, pad, concat],
  ...[reduce, reduce, argMax, dot, dot, gather, scatterAdd, argSort],
];

interface Program {
  readonly module: Module;
  readonly values: { readonly inputs: Data[]; readonly states: Data[] };
}

function write(seed: number): Program {
  const g = new Generator(seed);
  for (const dtype of ["float32", "int32", "bool", "float32"] as const) g.pool.push(g.input(g.shape(), dtype));
  const length = 4 + g.below(24);
  for (let i = 0; i < length; i++) g.step();
  const computed = g.pool.filter(({ op }) => op.kind !== "source");
  const outputs = Array.from({ length: 1 + g.below(5) }, () => g.pick(g.below(9) ? computed : g.pool));
  // Some inputs are states; the next value is any node of the same type.
  const states = g.inputs.flatMap((current) => {
    const candidates = g.pool.filter(({ dtype, shape }) => dtype === current.dtype && sameShape(shape, current.shape));
    return candidates.length > 0 && g.below(3) === 0 ? [{ current, next: g.pick(candidates) }] : [];
  });
  const inputs = g.inputs.filter((node) => !states.some(({ current }) => current === node));
  const wild = g.below(3) === 0;
  const valuesOf = (node: Node, i: number): Data => {
    const data = draw({ shape: node.shape, dtype: node.dtype }, new RandomStream(seed, `values ${i}`));
    if (isFloat(node.dtype))
      return data.map((x) => (wild && g.below(5) === 0 ? g.pick(special) : g.below(4) ? x : Math.round(x)));
    return node.dtype === "bool" || g.below(2) ? data : data.map((x) => x % 9);
  };
  const values = {
    inputs: inputs.map((node, i) => valuesOf(node, i)),
    states: states.map(({ current }, i) => valuesOf(current, 1000 + i)),
  };
  return { module: moduleOf({ inputs, states, outputs }), values };
}

/** The scalars, noting every float32 result between zero and the smallest normal: there the contract lets targets differ. */
function watchingUnderflow(k: Scalars<number>, note: () => void): Scalars<number> {
  const watch =
    (exact: (...args: number[]) => number, rounded: (...args: number[]) => number) =>
    (...args: number[]) => {
      const result = exact(...args);
      if (result !== flush(Math.fround(result)) && Math.abs(result) < 2 ** -126) note();
      return rounded(...args);
    };
  const { float32: f } = k;
  const float32 = {
    ...f,
    add: watch((a, b) => a! + b!, f.add as never),
    sub: watch((a, b) => a! - b!, f.sub as never),
    mul: watch((a, b) => a! * b!, f.mul as never),
    div: watch((a, b) => a! / b!, f.div as never),
    fma: watch((a, b, c) => a! * b! + c!, f.fma as never),
  };
  return { ...k, float32: float32 as never };
}

/** The expected values of all roots, or null where a subnormal arose on the way. */
function expectedOf({ module, values }: Program, k: Scalars<number>): Data[] | null {
  let underflow = false;
  const bound = new Map<Node, Data>();
  module.inputs.forEach((node, i) => bound.set(node, values.inputs[i]!));
  module.states.forEach(({ current }, i) => bound.set(current, values.states[i]!));
  const watched = watchingUnderflow(k, () => (underflow = true));
  const roots = rootsOf(module);
  const computed = interpret(roots, bound, watched);
  return underflow ? null : roots.map((root) => computed.get(root)!);
}

describe.for(modes)("numerics %s", (numerics) => {
  const parts = 6;
  const share = programs / parts;
  test.for(Array.from({ length: parts }, (_, part) => part))(
    "part %i of the random programs",
    async (part, { skip }) => {
      const { wasm } = await targetsIn(numerics, skip);
      const k = numberScalars(numerics);
      let underflows = 0;
      for (let seed = part * share; seed < (part + 1) * share; seed++) {
        const program = write(seed);
        const { module, values } = program;
        try {
          verify(rootsOf(module));
          const expected = expectedOf(program, k);
          const simple = simplifyModule(module);
          verify(rootsOf(simple));
          if (!expected) {
            underflows++;
            continue;
          }
          requireSameBits(expectedOf({ module: simple, values }, k)!, expected, "simplified roots");
          const { outputs, states } = await runOn(wasm, module, values);
          requireSameBits([...outputs, ...states], expected, "wasm outputs and states");
        } catch (cause) {
          throw new Error(
            `seed ${seed}: ${(cause as Error).message}\n${print(rootsOf(module))}\n${describeRoles(module)}`,
            { cause },
          );
        }
      }
      expect(underflows).toBeLessThan(share / 4);
    },
  );
});

function describeRoles({ inputs, states, outputs }: Module): string {
  const roles = [
    ...outputs.map((_, i) => `output ${i}`),
    ...states.map(({ current }) => `next of ${current.attributes.name}`),
  ];
  return `returned in order: ${roles.join(", ")}; inputs: ${inputs.map((node) => node.attributes.name).join(", ")}`;
}
