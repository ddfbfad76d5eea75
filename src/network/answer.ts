/**
 * Asking a trained network: predictions and classifications as plain numbers, for one example or a batch. What counts as one
 * example follows from the network's input shape. Refuses numbers that are not finite, given or computed: an answer made of them
 * would look like any other.
 */

import { DataError, ShapeError } from "../base/errors.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { softmax } from "../functions/softmax.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { givesProbabilities } from "./meaning.ts";
import type { Network } from "./network.ts";

/** One example of a data set: its values in row-major order. */
export interface Example {
  readonly data: Float32Array;
  readonly shape: Shape;
}

export type Nested = number | readonly Nested[];

/** What a network can be asked about. */
export type Inputs = Tensor | Example | readonly Example[] | readonly Nested[];

/** Numbers nested as deep as a shape says. */
export type NestedOf<S extends Shape> = number extends S["length"]
  ? Nested
  : S extends readonly [number, ...infer Rest extends Shape]
    ? NestedOf<Rest>[]
    : number;

/** `One` for one example, a list for a batch; either where the types do not tell, and `Unsure` where the input is `any`. */
export type Answer<In extends Shape, X, One, Unsure> = 0 extends 1 & X
  ? Unsure
  : IsOne<In, X> extends infer Is
    ? Is extends true
      ? One
      : One[]
    : never;

type IsOne<In extends Shape, X> = X extends Example
  ? true
  : X extends readonly Example[]
    ? false
    : number extends In["length"] | RankOf<X>
      ? boolean
      : RankOf<X> extends In["length"]
        ? true
        : false;

type RankOf<X> = X extends Tensor<infer S> ? S["length"] : DepthOf<X>["length"];
type DepthOf<X, Depth extends 1[] = []> = X extends readonly (infer Element)[]
  ? DepthOf<Element, [...Depth, 1]>
  : Depth;

/** What {@link Network.classify} says about one example. */
export interface Classification {
  /** The name of the likeliest class, its index where there are no names. */
  readonly label: string;
  /** Its probability. */
  readonly confidence: number;
  /** The probabilities of all classes; they sum to 1. */
  readonly confidences: readonly number[];
}

export async function predict(net: Network, input: Inputs): Promise<unknown> {
  const { batch, single } = asBatch("predict", net, input);
  const outputs = await forward(net, batch).array();
  return single ? (outputs as unknown[])[0] : outputs;
}

export async function classify(net: Network, input: Inputs): Promise<Classification | Classification[]> {
  checkClasses(net);
  const { batch, single } = asBatch("classify", net, input);
  const outputs = forward(net, batch);
  const probabilities = givesProbabilities(net) ? outputs : softmax(outputs, -1);
  const rows = (await probabilities.array()) as number[][];
  checkAnswers(rows);
  const classes = rows.map((confidences) => classification(confidences, net.classes));
  return single ? classes[0]! : classes;
}

/** The types of a network that is not known more closely do not tell that a batch has its shape; `forward` checks it. */
function forward(net: Network, batch: Tensor): Tensor {
  return net.forward(batch as Tensor<[number, ...number[]]>);
}

function classification(confidences: readonly number[], names: readonly string[] | null): Classification {
  const index = indexOfLargest(confidences);
  return { label: names?.[index] ?? String(index), confidence: confidences[index]!, confidences };
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

function checkClasses(net: Network): void {
  if (net.outputShape.length === 1 && net.outputShape[0]! > 1) return;
  throw new ShapeError(
    `classify: needs outputs [classes] with at least two classes; got ${showShape(net.outputShape)}. Use net.predict(x).`,
    { operation: "classify", expected: "[classes]", actual: showShape(net.outputShape), hint: "net.predict(x)" },
  );
}

function checkAnswers(rows: readonly (readonly number[])[]): void {
  const example = rows.findIndex((confidences) => confidences.some(Number.isNaN));
  if (example < 0) return;
  throw new DataError(
    `classify: the network's outputs must be finite; those of example ${example} are not. ` +
      "Check its weights, and whether inputs are scaled as those it learned from.",
    { operation: "classify", example, actual: "NaN" },
  );
}

/** What tells how inputs are read. */
type Taking = Pick<Network, "inputShape" | "dtype">;

/** The input as a tensor `[batch, ...in]`, and whether it was one example. */
export function asBatch(operation: string, net: Taking, input: Inputs): { batch: Tensor; single: boolean } {
  const x = asTensor(operation, net, input);
  const single = sameShape(x.shape, net.inputShape);
  return { batch: single ? x.expand(0) : x, single };
}

function asTensor(operation: string, net: Taking, input: Inputs): Tensor {
  if (input instanceof Tensor) return input;
  if (typeof input !== "object" || input === null) {
    const example = `numbers nested as ${showShape(net.inputShape)}`;
    throw new DataError(
      `${operation}: needs ${example}, an example of a data set, or a tensor; got ${showValue(input)}.`,
      {
        operation,
        expected: example,
        actual: showValue(input),
      },
    );
  }
  const dtype = net.dtype as "float32" | "float64";
  if (isExample(input)) {
    checkFinite(operation, dtype, input.data);
    return tensor(input.data, { shape: input.shape }).cast(dtype);
  }
  if (isExamples(input)) {
    for (const { data } of input) checkFinite(operation, dtype, data);
    return stacked(net, input).cast(dtype);
  }
  // First: it refuses what is no number, and lists that hold themselves.
  const x = tensor(input, { dtype });
  checkFinite(operation, dtype, input);
  return x;
}

/** Numbers as they arrive in the network: what float32 does not hold is infinite there. */
function checkFinite(operation: string, dtype: "float32" | "float64", values: Nested | Float32Array): void {
  const bad = firstBad(values, dtype === "float32" ? Math.fround : Number);
  if (bad === null) return;
  const { value, place } = bad;
  const rule = Number.isFinite(value) ? `every input must be finite in ${dtype}` : "every input must be finite";
  throw new DataError(
    `${operation}: ${rule}; got ${value} at ${showShape(place)}. Repair it, or leave that input out.`,
    {
      operation,
      actual: String(value),
      position: place,
    },
  );
}

interface Bad {
  readonly value: number;
  readonly place: readonly number[];
}

function firstBad(values: Nested | Float32Array, arriving: (value: number) => number): Bad | null {
  if (typeof values !== "object") return Number.isFinite(arriving(values)) ? null : { value: values, place: [] };
  for (let i = 0; i < values.length; i++) {
    const found = firstBad(values[i]!, arriving);
    if (found) return { value: found.value, place: [i, ...found.place] };
  }
  return null;
}

function isExample(input: Inputs): input is Example {
  return "data" in input && "shape" in input;
}

function isExamples(input: readonly Example[] | readonly Nested[]): input is readonly Example[] {
  return typeof input[0] === "object" && "data" in input[0];
}

function stacked(net: Taking, examples: readonly Example[]): Tensor {
  const data = new Float32Array(examples.reduce((sum, example) => sum + example.data.length, 0));
  let offset = 0;
  for (const { data: values, shape } of examples) {
    if (!sameShape(shape, net.inputShape)) {
      throw new ShapeError(
        `network: needs examples of shape ${showShape(net.inputShape)}; got one of ${showShape(shape)}.`,
        { operation: "network", expected: showShape(net.inputShape), actual: showShape(shape) },
      );
    }
    data.set(values, offset);
    offset += values.length;
  }
  return tensor(data, { shape: [examples.length, ...net.inputShape] });
}
