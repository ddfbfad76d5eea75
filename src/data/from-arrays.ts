/**
 * The gate through which all data enters: numbers in arrays become a data set, or are refused with the example and the place in it.
 * Checked here once: there are examples, as many targets as inputs, all of one shape, every value finite, every label a class.
 */

import { DataError } from "../base/errors.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../base/shape.ts";
import type { Mutable } from "../base/shape-types.ts";
import { show, showValue } from "../base/show.ts";
import { classNamesRule, mostClassNames, problemOfClassNames } from "../network/class-names.ts";
import { Dataset } from "./dataset.ts";
import { flattenNested, isNumberArray, type Nested, type NumberArray } from "./nested.ts";
import { checkScale, checkScaled, composeScales, identityScale, type Scale } from "./scale.ts";

export interface ArraysOptions<In extends Shape = Shape> {
  /**
   * One nested list or typed array per example, or all values flat in one typed array; a plain list of numbers is examples of shape `[1]`. A
   * `Uint8Array` or `Float32Array` is kept, not copied.
   */
  readonly inputs: readonly Nested[] | NumberArray;
  /**
   * Labels: a flat list or an integer array of class indices from 0, or class names. Values: one nested list per example, or a
   * float array.
   */
  readonly targets: readonly Nested[] | readonly string[] | NumberArray;
  /** Class names by index. Default: the names among the targets, sorted, or the numbers from 0 to the largest label. */
  readonly classes?: readonly string[];
  /** The shape of one input. Default: that of the nested lists; flat arrays are cut evenly. */
  readonly inputShape?: In;
  /** The shape of one target, where targets are values. Default: as for inputs. */
  readonly targetShape?: Shape;
  /** What a stored input means: `{ multiply: 1 / 255, add: 0 }` for bytes that are to count from 0 to 1. */
  readonly scale?: Scale;
}

/**
 * A data set from numbers in memory.
 *
 * @param options  inputs and targets, see {@link ArraysOptions}
 * @returns        a data set; its input shape is a type where `inputShape` is a literal
 * @throws {DataError} no examples, different lengths, ragged lists, a value that is not finite, a label that is no class
 * @example fromArrays({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [0, 1, 1, 0], classes: ["same", "different"] })
 */
export function fromArrays<const In extends Shape = Shape>(options: ArraysOptions<In>): Dataset<Mutable<In>> {
  checkOptions(options);
  const { targets: given, classes: names } = options;
  const count = countOf(options);
  const inputs = rowsOf("inputs", options.inputs, options.inputShape, count);
  if (options.scale !== undefined) {
    checkScale("scale", options.scale);
    checkScaled("scale", inputs.data, composeScales(options.scale, identityScale));
  }
  const parts = {
    inputs: inputs.data,
    inputShape: inputs.shape as Mutable<In>,
    ...(options.scale ? { storage: options.scale } : {}),
  };
  if (isLabels(given)) {
    return new Dataset({ ...parts, ...readLabels(given, names), targetShape: [] });
  }
  const targets = rowsOf("targets", given, options.targetShape, count);
  return new Dataset({ ...parts, targets: asFloat32(targets.data), targetShape: targets.shape, classes: null });
}

/** For JavaScript, which knows no types. */
function checkOptions(options: unknown): void {
  const { inputs, targets, inputShape, targetShape, classes } = (options ?? {}) as Record<string, unknown>;
  checkSource("inputs", inputs, "a list of numbers per example, or a typed array");
  checkSource("targets", targets, "a label or a list of numbers per example, or a typed array");
  for (const [name, shape] of Object.entries({ inputShape, targetShape })) {
    if (shape === undefined || Array.isArray(shape)) continue;
    throw new DataError(`data: ${name} is a list such as [28, 28]; got ${showValue(shape)}. Write it as a list.`, {
      operation: "data",
      actual: showValue(shape),
    });
  }
  const problem = classes === undefined ? null : problemOfClassNames(classes);
  if (problem !== null) throw badNames(problem);
}

function checkSource(name: string, source: unknown, needed: string): void {
  if (Array.isArray(source) || isNumberArray(source)) return;
  const hint = ArrayBuffer.isView(source)
    ? "Convert it: Float32Array.from(values, Number)."
    : typeof (source as { array?: unknown } | null | undefined)?.array === "function"
      ? "Take its numbers: await tensor.array()."
      : `Write fromArrays({ inputs: [[0, 1], [1, 0]], targets: [0, 1] }).`;
  const actual = source === undefined ? "none" : showValue(source);
  throw new DataError(`data: needs ${name}, ${needed}; got ${actual}. ${hint}`, {
    operation: "data",
    expected: name,
    actual,
    hint,
  });
}

function badNames(problem: string): DataError {
  return new DataError(`data: ${classNamesRule}; ${problem}. Correct classes.`, { operation: "data", actual: problem });
}

/** The number of examples, as the side that shows it says; the other side must agree. */
function countOf({ inputs, inputShape, targets, targetShape }: ArraysOptions): number {
  const inputCount = rowCount("inputs", inputs, inputShape);
  const targetCount = isLabels(targets) ? targets.length : rowCount("targets", targets, targetShape);
  const count = inputCount ?? targetCount;
  if (count === null) {
    throw new DataError(
      "data: two flat arrays do not tell how many examples there are. Give inputShape, such as [2].",
      {
        operation: "data",
        hint: "inputShape",
      },
    );
  }
  if (count === 0) {
    throw new DataError("data: needs at least one example; got none. Check what was read.", {
      operation: "data",
      length: 0,
    });
  }
  if (targetCount !== null && targetCount !== count) {
    throw new DataError(
      `data: needs one target per input; got ${count} inputs and ${targetCount} targets. ` +
        "Check that both come from the same set.",
      { operation: "data", inputs: count, targets: targetCount },
    );
  }
  return count;
}

/** How many examples a list or a flat array of known shape has; null where the array does not tell. */
function rowCount(what: string, source: ArraysOptions["inputs"], shape: Shape | undefined): number | null {
  if (!ArrayBuffer.isView(source)) return source.length;
  if (source.length === 0) return 0;
  if (shape === undefined) return null;
  checkExampleShape(what, shape);
  const rows = source.length / sizeOf(shape);
  if (Number.isInteger(rows)) return rows;
  throw new DataError(
    `${what}: ${source.length} values are no whole number of examples of shape ${showShape(shape)}. Check the shape.`,
    { operation: what, expected: showShape(shape), actual: String(source.length) },
  );
}

interface Rows {
  readonly data: Uint8Array | Float32Array;
  readonly shape: Shape;
}

/** Values and their shape per example, checked. */
function rowsOf(what: string, source: ArraysOptions["inputs"], wanted: Shape | undefined, count: number): Rows {
  if (!ArrayBuffer.isView(source)) {
    const nested = flattenNested(what, source);
    const shape = wanted ?? (nested.shape.length === 0 ? [1] : nested.shape);
    checkExampleShape(what, shape);
    if (sizeOf(shape) !== sizeOf(nested.shape)) {
      throw new DataError(
        `${what}: needs examples of shape ${showShape(shape)}; got ${showShape(nested.shape)}. Check the shape.`,
        { operation: what, expected: showShape(shape), actual: showShape(nested.shape) },
      );
    }
    checkFinite(what, nested.data, shape);
    return { data: nested.data, shape };
  }
  const shape = wanted ?? [source.length / count];
  if (!Number.isInteger(source.length / count)) {
    throw new DataError(
      `${what}: ${source.length} values do not divide into ${count} examples. Check the lengths, or name the shape.`,
      { operation: what, actual: String(source.length), length: count },
    );
  }
  const data = source instanceof Uint8Array ? plainBytes(source) : asFloat32(source);
  checkFinite(what, data, shape);
  return { data, shape };
}

function checkExampleShape(what: string, shape: Shape): void {
  checkShape(what, shape);
  if (sizeOf(shape) > 0) return;
  throw new DataError(`${what}: examples of shape ${showShape(shape)} have no values. Give each at least one.`, {
    operation: what,
    actual: showShape(shape),
  });
}

/** The same memory without the methods of Node's Buffer, which differ. */
function plainBytes(source: Uint8Array): Uint8Array {
  const isPlain = source.constructor === Uint8Array;
  return isPlain ? source : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function asFloat32(source: NumberArray): Float32Array {
  return source instanceof Float32Array ? source : Float32Array.from(source);
}

function checkFinite(what: string, data: Uint8Array | Float32Array, shape: Shape): void {
  if (data instanceof Uint8Array) return;
  const index = data.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const size = sizeOf(shape);
  const place = positionIn(shape, index % size);
  throw new DataError(
    `${what}: every value must be finite; got ${data[index]} at ${showShape(place)} of example ${Math.floor(index / size)}. ` +
      "Remove or repair that example.",
    { operation: what, actual: String(data[index]), example: Math.floor(index / size), position: place },
  );
}

/** The coordinates of the flat position `index`. */
function positionIn(shape: Shape, index: number): number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((dimension) => {
      const coordinate = rest % dimension;
      rest = Math.floor(rest / dimension);
      return coordinate;
    })
    .toReversed();
}

type LabelSource = readonly number[] | readonly string[] | NumberArray;

function isLabels(targets: ArraysOptions["targets"]): targets is LabelSource {
  if (ArrayBuffer.isView(targets)) return !(targets instanceof Float32Array || targets instanceof Float64Array);
  return targets.length > 0 && !Array.isArray(targets[0]) && !ArrayBuffer.isView(targets[0]);
}

interface Labels {
  readonly targets: Int32Array;
  readonly classes: readonly string[];
}

function readLabels(source: LabelSource, names: readonly string[] | undefined): Labels {
  if (typeof source[0] === "string") return namedLabels(source as readonly string[], names);
  const numbers = source as ArrayLike<number>;
  const most = names?.length ?? mostClassNames;
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) {
    const label = numbers[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= most) throw badLabel(label, i, most, names);
    largest = Math.max(largest, label);
  }
  return {
    targets: Int32Array.from(numbers),
    classes: names ?? Array.from({ length: largest + 1 }, (_, label) => String(label)),
  };
}

function badLabel(label: unknown, example: number, most: number, names: readonly string[] | undefined): DataError {
  const classes = names ? `the ${most} classes` : "unnamed classes";
  const hint =
    typeof label !== "number"
      ? "Give every example a label."
      : Number.isInteger(label)
        ? "Number the classes from 0, and name all of them in classes."
        : "For quantities, give one list per example, such as [[0.5], [1.5]].";
  return new DataError(
    `targets: a label of ${classes} is an integer from 0 to ${most - 1}; got ${showValue(label)} at example ${example}. ${hint}`,
    { operation: "targets", actual: showValue(label), example, hint },
  );
}

function namedLabels(source: readonly string[], names: readonly string[] | undefined): Labels {
  for (let example = 0; example < source.length; example++) {
    if (typeof source[example] === "string") continue;
    const actual = showValue(source[example]);
    throw new DataError(
      `targets: every label must be a class name, as the first is; got ${actual} at example ${example}. Name its class.`,
      { operation: "targets", actual, example },
    );
  }
  const classes = names ?? [...new Set(source)].sort();
  const problem = problemOfClassNames(classes);
  if (problem !== null) throw badNames(problem);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const targets = Int32Array.from(source, (name, example) => {
    const index = indices.get(name);
    if (index !== undefined) return index;
    throw new DataError(
      `targets: every label must be one of the classes ${listed(classes)}; got ${show(name)} at example ${example}. ` +
        "Add it to classes, or correct it.",
      { operation: "targets", actual: name, example },
    );
  });
  return { targets, classes };
}

/** The first few names. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, 12).map((name) => show(name, 40));
  return names.length > first.length ? `${first.join(", ")} … (${names.length})` : first.join(", ");
}
