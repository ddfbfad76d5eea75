/** Several ways through a layer side by side, added or concatenated. Refuses branches whose outputs do not fit together. */

import { printCall, type Reader, reader } from "../../base/call.ts";
import { GradusError, ShapeError } from "../../base/errors.ts";
import type { Add } from "../../base/number-types.ts";
import { type Shape, sameShape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { showValue } from "../../base/show.ts";
import { concat } from "../../tensor/join.ts";
import type { Agree } from "../../tensor/rules/join.ts";
import type { Fold } from "../fold.ts";
import { type Inside, type Layer, layer, printLayers, type ShapeRule } from "../layer.ts";
import { type AfterAll, sequential } from "./sequential.ts";

type Merge = "add" | "concat";
type Branch = readonly Layer[];

interface ParallelRule<Branches extends readonly Branch[], M extends Merge> extends ShapeRule {
  readonly title: "parallel";
  readonly out: this["in"] extends infer In extends Shape
    ? number extends Branches["length"]
      ? Shape
      : Merged<Branches, In, M>
    : never;
}

/** The branches' outputs one after the other: `First` is that of the first, `Whole` what they make so far. */
type Merged<
  Branches extends readonly unknown[],
  In extends Shape,
  M extends Merge,
  Done extends 1[] = [],
  First extends Shape = Shape,
  Whole extends Shape = Shape,
> = Branches extends readonly [infer Next extends Branch, ...infer Rest]
  ? AfterAll<Fold<In, Next>> extends infer Out
    ? Out extends Inside<infer Place, infer Title, infer Sentence>
      ? Inside<`${Done["length"]}.${Place}`, Title, Sentence>
      : Out extends Shape
        ? Done extends []
          ? Merged<Rest, In, M, [1], Out, Out>
          : number extends Out["length"] | First["length"]
            ? Merged<Rest, In, M, [...Done, 1], Shape, Shape>
            : Fits<First, Out, M> extends true
              ? Merged<Rest, In, M, [...Done, 1], First, M extends "add" ? Whole : Beside<Whole, Out>>
              : `needs branches ${Rules[M]}; branch 0 gives ${ShowShape<First>}, branch ${Done["length"]} ${ShowShape<Out>}. Change one of them.`
        : Shape
    : never
  : Whole;

type LastAxis<S extends Shape> = S extends readonly [unknown, ...infer Rest] ? Rest["length"] : 0;
type Fits<A extends Shape, B extends Shape, M extends Merge> = M extends "add"
  ? Agree<A, B>
  : A extends readonly []
    ? false
    : Agree<A, B, LastAxis<A>>;
type Beside<A extends Shape, B extends Shape> = A extends readonly [
  ...infer Rest extends Shape,
  infer Last extends number,
]
  ? B extends readonly [...Shape, infer More extends number]
    ? [...Rest, Add<Last, More>]
    : Shape
  : Shape;

/** What the branches' outputs must be, by how they are merged. */
interface Rules {
  readonly add: "of one shape, to add them";
  readonly concat: "that agree in all axes but the last, to concatenate them there";
}
const rules: Rules = {
  add: "of one shape, to add them",
  concat: "that agree in all axes but the last, to concatenate them there",
};

export interface ParallelOptions<M extends Merge = Merge> {
  /** "concat" puts the outputs one after the other along the last axis, the channels; "add" adds them. Default "concat". */
  readonly merge?: M;
}

/**
 * Branches side by side over one input; their outputs are concatenated along the last axis, the channels, or added.
 *
 * State names have the branch's index and the layer's: `3.0.1.weight`. A branch without layers hands the input on.
 *
 * @param branches  lists of layers, at least one; then, if they are to be added, `{ merge: "add" }`
 * @returns         a layer from the common input to the merged outputs
 * @throws {GradusError} no branches, or another merge; when the network is built, as ShapeError: outputs that do not fit together
 * @example network([8], parallel([dense(4)], [dense(16), relu(), dense(4)], { merge: "add" }))
 * @example network([8], parallel([dense(4)], [dense(16), relu()])).outputShape  // [20]
 * @see Szegedy and others, Going deeper with convolutions (2015)
 */
export function parallel<const Branches extends readonly [Branch, ...Branch[]]>(
  ...branches: Branches
): Layer<ParallelRule<Branches, "concat">>;
export function parallel<const Branches extends readonly [Branch, ...Branch[]], M extends Merge = "concat">(
  ...given: [...branches: Branches, options: ParallelOptions<M>]
): Layer<ParallelRule<Branches, M>>;
export function parallel(...given: readonly unknown[]): Layer {
  const { branches, merge } = argumentsIn(given);
  const ways = branches.map((branch) => sequential(...branch));
  return layer({
    name: "parallel",
    print: () => {
      const printed = branches.map((branch) => ({ print: () => `[${printLayers(branch)}]` }));
      return printCall("parallel", printed, { merge: merge === "concat" ? undefined : merge });
    },
    shape: (input, part) => {
      const shapes = ways.map((way, index) => part(String(index), way, input));
      return mergedShape(shapes, merge);
    },
    apply: (x, _, { part }) => {
      const outputs = ways.map((_, index) => part(String(index), x));
      return merge === "concat" ? concat(outputs, -1) : outputs.reduce((sum, output) => sum.add(output));
    },
  });
}

function mergedShape(shapes: readonly Shape[], merge: Merge): Shape {
  const [first, ...others] = shapes as [Shape, ...Shape[]];
  const common = (shape: Shape): Shape => (merge === "add" ? shape : shape.slice(0, -1));
  const scalars = merge === "concat" && shapes.length > 1 && first.length === 0;
  const odd = others.findIndex(
    (shape) => scalars || shape.length !== first.length || !sameShape(common(shape), common(first)),
  );
  if (odd >= 0) {
    const other = others[odd]!;
    throw new ShapeError(
      `needs branches ${rules[merge]}; branch 0 gives ${showShape(first)}, branch ${odd + 1} ${showShape(other)}. ` +
        "Change one of them.",
      { expected: showShape(first), actual: showShape(other), hint: "Change one of them." },
    );
  }
  if (merge === "add" || others.length === 0) return first;
  return [...common(first), shapes.reduce((sum, shape) => sum + shape.at(-1)!, 0)];
}

function argumentsIn(given: readonly unknown[]): { branches: readonly Branch[]; merge: Merge } {
  const options = Array.isArray(given.at(-1)) ? undefined : given.at(-1);
  const branches = options === undefined ? given : given.slice(0, -1);
  const merge = (options as ParallelOptions | undefined)?.merge ?? "concat";
  const known = Object.hasOwn(rules, merge);
  if (known && branches.length > 0 && branches.every(Array.isArray)) return { branches: branches as never, merge };
  const actual = known ? `branches are ${showValue(branches)}` : `merge is ${showValue(merge)}`;
  throw new GradusError(
    `parallel: needs lists of layers, and merge "add" or "concat"; ${actual}. ` +
      'Write parallel([dense(4)], [dense(8), relu()], { merge: "concat" }).',
    { operation: "parallel", actual },
  );
}

export const parallelReader: Reader<Layer> = reader({
  name: "parallel",
  needs: {},
  takes: { merge: "word" },
  rest: "calls",
  make: ({ merge, rest }, read) =>
    parallel(...(rest.map((branch) => branch.map(read)) as [Layer[]]), { merge: merge as Merge }),
});
