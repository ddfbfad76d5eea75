/**
 * Operations that move elements: affine views (broadcast, transpose, slice), reshape, and placing into a filled output (pad,
 * concat). None computes a value.
 */

import { type Shape, sameShape, showShape, sizeOf } from "../../base/shape.ts";
import { elementOf } from "../../kernel/numbers.ts";
import type { MovementOperation, PlaceOperation, ReshapeOperation, Sample, SampleInput } from "../operation.ts";
import type { None } from "./define.ts";
import { requireSameDType, requireShape } from "./rules.ts";

function floatsOf(...shapes: Shape[]): SampleInput[] {
  return shapes.map((shape) => ({ shape, dtype: "float32" }));
}

function sample(attributes: unknown, ...shapes: Shape[]): Sample {
  return { inputs: floatsOf(...shapes), attributes };
}

/** Input axis i becomes output axis `axes[i]`; there a dimension of 1 may widen; all other output axes are new. */
export const broadcast: MovementOperation<{ shape: Shape; axes: readonly number[] }> = {
  name: "broadcast",
  kind: "movement",
  infer([x], { shape, axes }) {
    const ascending = axes.every((axis, i) => axis < shape.length && (i === 0 ? axis >= 0 : axis > axes[i - 1]!));
    const fits = axes.length === x!.shape.length && x!.shape.every((n, i) => n === 1 || n === shape[axes[i]!]);
    requireShape(
      ascending && fits,
      "broadcast",
      `each dimension must be 1 or that of its axis in ${showShape(shape)}`,
      `${showShape(x!.shape)} on axes ${showShape(axes)}`,
      "Reshape it, or insert axes of size 1.",
    );
    return { shape, dtype: x!.dtype };
  },
  view: ({ inputs: [x], attributes: { shape, axes } }) =>
    x!.shape.map((n, i) => {
      const widened = n === 1 && shape[axes[i]!] !== 1;
      return widened ? { axis: -1, offset: 0, step: 0 } : { axis: axes[i]!, offset: 0, step: 1 };
    }),
  gradient: (b, g, { inputs: [x], attributes: { shape, axes } }) => {
    const summed = shape
      .map((_, axis) => axis)
      .filter((axis) => {
        const from = axes.indexOf(axis);
        return from < 0 || (x!.shape[from] === 1 && shape[axis] !== 1);
      });
    return [summed.length === 0 ? g : b.reshape(b.reduceSum(g, summed), x!.shape)];
  },
  samples: [
    sample({ shape: [5, 7], axes: [1] }, [7]),
    sample({ shape: [5, 7], axes: [0, 1] }, [5, 1]),
    sample({ shape: [3, 2, 4], axes: [] }, []),
    sample({ shape: [3, 0], axes: [0] }, [3]),
  ],
};

/** Output axis i is input axis `permutation[i]`. */
export const transpose: MovementOperation<{ permutation: readonly number[] }> = {
  name: "transpose",
  kind: "movement",
  infer([x], { permutation }) {
    const sorted = [...permutation].sort((a, b) => a - b);
    requireShape(
      permutation.length === x!.shape.length && sorted.every((axis, i) => axis === i),
      "transpose",
      `the permutation must name each of the ${x!.shape.length} axes once`,
      showShape(permutation),
      "Leave it out to reverse all axes.",
    );
    return { shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  view: ({ attributes: { permutation } }) =>
    permutation.map((_, axis) => ({ axis: permutation.indexOf(axis), offset: 0, step: 1 })),
  gradient: (b, g, { attributes: { permutation } }) => [
    b.transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  samples: [
    sample({ permutation: [1, 0] }, [5, 7]),
    sample({ permutation: [2, 0, 1] }, [2, 3, 5]),
    sample({ permutation: [0] }, [4]),
  ],
};

/** Per axis `size` elements from `start` on, `step` apart; a negative step runs backwards. */
export interface SliceAttributes {
  readonly start: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

export const slice: MovementOperation<SliceAttributes> = {
  name: "slice",
  kind: "movement",
  infer([x], { start, size, step }) {
    const inside = x!.shape.every((n, axis) => {
      const last = start[axis]! + (size[axis]! - 1) * step[axis]!;
      return size[axis] === 0 || (start[axis]! >= 0 && start[axis]! < n && last >= 0 && last < n && step[axis] !== 0);
    });
    requireShape(
      start.length === x!.shape.length && inside,
      "slice",
      `the slice must lie inside ${showShape(x!.shape)}`,
      `start ${showShape(start)}, size ${showShape(size)}, step ${showShape(step)}`,
      "Shorten it.",
    );
    return { shape: size, dtype: x!.dtype };
  },
  view: ({ attributes: { start, step } }) => start.map((offset, axis) => ({ axis, offset, step: step[axis]! })),
  gradient: (b, g, { inputs: [x], attributes: { start, size, step } }) => {
    // Backward slices are turned forward, then the gaps are filled with zeros.
    const flipped = step.map((s, axis) => s < 0 && size[axis]! > 0);
    const forward = b.slice(
      g,
      flipped.map((flip, axis) => (flip ? size[axis]! - 1 : 0)),
      size,
      flipped.map((flip) => (flip ? -1 : 1)),
    );
    const first = start.map((at, axis) => (flipped[axis] ? at + (size[axis]! - 1) * step[axis]! : at));
    const high = x!.shape.map((n, axis) => {
      const span = size[axis] === 0 ? 0 : (size[axis]! - 1) * Math.abs(step[axis]!) + 1;
      return n - (size[axis] === 0 ? 0 : first[axis]!) - span;
    });
    const low = first.map((at, axis) => (size[axis] === 0 ? 0 : at));
    return [
      b.pad(
        forward,
        low,
        high,
        step.map((s) => Math.abs(s) - 1),
        0,
      ),
    ];
  },
  samples: [
    sample({ start: [1, 0], size: [3, 4], step: [1, 2] }, [5, 7]),
    sample({ start: [4, 6], size: [5, 7], step: [-1, -1] }, [5, 7]),
    sample({ start: [6], size: [3], step: [-3] }, [7]),
    sample({ start: [2], size: [0], step: [1] }, [7]),
  ],
};

/** The same elements in row-major order. */
export const reshape: ReshapeOperation<{ shape: Shape }> = {
  name: "reshape",
  kind: "reshape",
  infer([x], { shape }) {
    requireShape(
      sizeOf(shape) === sizeOf(x!.shape),
      "reshape",
      `the new shape must have the ${sizeOf(x!.shape)} elements of ${showShape(x!.shape)}`,
      `${showShape(shape)} with ${sizeOf(shape)}`,
      "Change a dimension, or let one be −1.",
    );
    return { shape, dtype: x!.dtype };
  },
  gradient: (b, g, { inputs: [x] }) => [b.reshape(g, x!.shape)],
  samples: [
    sample({ shape: [35] }, [5, 7]),
    sample({ shape: [2, 3, 2] }, [4, 3]),
    sample({ shape: [] }, [1, 1]),
    sample({ shape: [3, 0] }, [0, 5]),
  ],
};

/** The first input, not read before the second is known, whose values do not matter: it holds recomputation back. */
export const later: MovementOperation<None> = {
  name: "later",
  kind: "movement",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  view: ({ shape }) => shape.map((_, axis) => ({ axis, offset: 0, step: 1 })),
  gradient: (_, g) => [g, null],
  samples: [sample({}, [5, 7], [5, 7]), sample({}, [3], []), sample({}, [], [2, 2]), sample({}, [3, 0], [1])],
};

/** `low` and `high` elements of `value` around, `interior` between neighbours. */
export interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

export const pad: PlaceOperation<PadAttributes> = {
  name: "pad",
  kind: "place",
  infer([x], { low, high, interior }) {
    const all = [low, high, interior];
    requireShape(
      all.every((list) => list.length === x!.shape.length && list.every((n) => Number.isInteger(n) && n >= 0)),
      "pad",
      `low, high and interior need one non-negative integer for each of the ${x!.shape.length} axes`,
      all.map(showShape).join(", "),
      "Use slice to cut.",
    );
    const shape = x!.shape.map((n, axis) => low[axis]! + n + Math.max(0, n - 1) * interior[axis]! + high[axis]!);
    return { shape, dtype: x!.dtype };
  },
  places: ({ attributes: { low, interior } }) => [low.map((offset, axis) => ({ offset, step: 1 + interior[axis]! }))],
  fill: ({ dtype, attributes: { value } }) => elementOf(dtype, value),
  gradient: (b, g, { inputs: [x], attributes: { low, interior } }) => [
    b.slice(
      g,
      low,
      x!.shape,
      interior.map((n) => n + 1),
    ),
  ],
  samples: [
    sample({ low: [1, 2], high: [0, 3], interior: [0, 0], value: 0 }, [3, 5]),
    sample({ low: [0, 1], high: [1, 0], interior: [2, 1], value: -1.5 }, [3, 5]),
    sample({ low: [2], high: [2], interior: [0], value: 7 }, [0]),
  ],
};

/** The inputs one after the other along an axis. */
export const concat: PlaceOperation<{ axis: number }> = {
  name: "concat",
  kind: "place",
  infer(inputs, { axis }) {
    const [first] = inputs;
    requireShape(first !== undefined, "concat", "needs at least one tensor", "none", "Pass a non-empty list.");
    const { shape } = first!;
    for (const x of inputs) {
      requireSameDType("concat", first!, x);
      requireShape(
        axis < shape.length &&
          x.shape.length === shape.length &&
          sameShape(x.shape.toSpliced(axis, 1), shape.toSpliced(axis, 1)),
        "concat",
        `all dimensions but axis ${axis} must agree`,
        inputs.map((input) => showShape(input.shape)).join(", "),
        "Reshape or slice them first.",
      );
    }
    const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0);
    return { shape: shape.with(axis, total), dtype: first!.dtype };
  },
  places: ({ inputs, attributes: { axis } }) => {
    let at = 0;
    return inputs.map((x) => {
      const places = x.shape.map((_, i) => ({ offset: i === axis ? at : 0, step: 1 }));
      at += x.shape[axis]!;
      return places;
    });
  },
  fill: () => null,
  gradient: (b, g, { inputs, attributes: { axis } }) => {
    let at = 0;
    return inputs.map((x) => {
      const start = x.shape.map((_, i) => (i === axis ? at : 0));
      at += x.shape[axis]!;
      return b.slice(
        g,
        start,
        x.shape,
        x.shape.map(() => 1),
      );
    });
  },
  samples: [
    sample({ axis: 0 }, [2, 3], [4, 3]),
    sample({ axis: 1 }, [2, 3], [2, 1], [2, 5]),
    sample({ axis: 0 }, [0], [5]),
  ],
};
