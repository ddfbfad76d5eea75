/**
 * What a layer is: a function with parameters, from a tensor `[batch, ...in]` to a tensor `[batch, ...out]`. Its shape rule exists
 * twice, for values known at run time and as a type, so that the editor says what the run would say. A layer holds no numbers:
 * the network keeps the parameters and hands them over.
 */

import { type Printable, printCall } from "../base/call.ts";
import { GradusError } from "../base/errors.ts";
import { checkOptionNames } from "../base/options.ts";
import type { Shape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Initializer } from "./initializer.ts";

/**
 * A layer's shape rule as a type: `out` is computed from `this["in"]`, both without the batch axis. Where the input does not fit,
 * `out` is the sentence that says so, a string type.
 *
 * @example
 * interface PairsRule extends ShapeRule {
 *   readonly title: "pairs";
 *   readonly out: this["in"] extends readonly [infer N extends number] ? [N, 2] : "needs a flat input [n].";
 * }
 */
export interface ShapeRule {
  readonly in: unknown;
  /** A shape, the sentence, or {@link Inside} where a layer inside of this one does not fit. */
  readonly out: unknown;
  /** The layer's title, as it stands in messages. */
  readonly title: string;
}

/** What a layer made of layers says where one of those does not fit: its place within, its title, its sentence. */
export interface Inside<Place extends string, Title extends string, Sentence extends string> {
  readonly place: Place;
  readonly title: Title;
  readonly sentence: Sentence;
}

/** The rule of layers that change no shape. */
export interface SameShape<Title extends string> extends ShapeRule {
  readonly title: Title;
  readonly out: this["in"];
}

/** What a pass through the network tells its layers. */
export interface PassContext {
  /** Whether the pass is part of training, where dropout drops. */
  readonly training: boolean;
  /** Random numbers for layers that use them in training; null where there are none. */
  readonly random: RandomSource | null;
}

/** What {@link Layer.apply} is told: the pass, and the layer's place in the network. */
export interface ApplyContext extends PassContext {
  /** The layer's place, "2" or nested "2.0": the beginning of its parameters' names, and a name for its random numbers. */
  readonly path: string;
  /**
   * Gives a buffer its value after this training step; the pass itself goes on with the old one. No gradient flows through it.
   *
   * @param name  of the buffer, within the layer
   * @throws {TrainingError} the pass is not part of training, or the layer has no such buffer
   * @throws {ShapeError}    the value has another shape or dtype than the buffer
   */
  update(name: string, value: Tensor): void;
  /** The output of a layer inside of this one, which its shape rule has placed under that name. */
  part(name: string, x: Tensor): Tensor;
}

/** Places a layer inside of another under a name, which follows the outer path by a dot; gives its output shape. */
export type PlacePart = (name: string, part: Layer, input: Shape) => Shape;

/** Threefry keys as scalar uint32 tensors, and the stream that tells steps apart: see src/base/rng.ts. */
export interface RandomSource {
  key(purpose: string): { readonly key0: Tensor; readonly key1: Tensor };
  readonly stream: Tensor;
}

/** Weight decay applies to weights and spares biases and the scales of normalizations. */
export type ParameterKind = "weight" | "bias" | "scale";

/** A tensor that the network keeps for a layer. */
export interface StateSpec {
  /** Within the layer: "weight". The network puts the layer's path before it: "0.weight". */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
}

/** What the optimizer changes. */
export interface ParameterSpec extends StateSpec {
  readonly kind: ParameterKind;
}

/** What training changes and the optimizer does not, such as running means: see {@link ApplyContext.update}. */
export type BufferSpec = StateSpec;

/** Parameters and buffers by their names within the layer. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** A layer, by what it does. Make your own with {@link layer}. */
export interface Layer<R extends ShapeRule = ShapeRule> {
  readonly name: string;
  /** Name and arguments without options: how messages call the layer. */
  readonly title: string;
  /**
   * What the outputs mean, where it matters to the loss: cross entropy wants logits. "unchanged": what the inputs mean; "parts": what
   * the layers inside say, one after the other.
   */
  readonly gives: "probabilities" | "unchanged" | "parts" | null;
  /** Between which numbers the outputs lie, `[0, 1]` of a sigmoid; null where they have no bounds. */
  readonly bounds: readonly [low: number, high: number] | null;
  /** What the layer asks of its inputs' scale, where that is not the common: indices have none, and layers that normalize take any. */
  readonly takes: "indices" | "any scale" | null;
  /**
   * The output shape for an input shape, both without the batch axis; throws a ShapeError that does not name the layer. A layer made
   * of layers places them with `part`, by the way.
   */
  shape(input: Shape, part?: PlacePart): Shape;
  /** The parameters for an input shape. */
  parameters(input: Shape): readonly ParameterSpec[];
  /** The buffers for an input shape. */
  buffers(input: Shape): readonly BufferSpec[];
  /** `[batch, ...in]` to `[batch, ...out]`. */
  apply(x: Tensor, parameters: Parameters, context: ApplyContext): Tensor;
  /** The layer as it stands in a layer string: `dense(10, bias=false)`. */
  print(): string;
  /** Only a type. */
  readonly rule?: R;
}

export interface LayerDefinition {
  readonly name: string;
  /** The arguments by position, as they stand in the layer string. */
  readonly arguments?: readonly Printable[];
  /** The arguments by name; undefined ones are left out. */
  readonly options?: Readonly<Record<string, Printable | undefined>>;
  /** The record of options as the user wrote it: names that `options` does not have are refused. */
  readonly given?: unknown;
  readonly gives?: "probabilities" | "unchanged" | "parts";
  readonly bounds?: readonly [low: number, high: number];
  readonly takes?: "indices" | "any scale";
  shape(input: Shape, part: PlacePart): Shape;
  parameters?(input: Shape): readonly ParameterSpec[];
  buffers?(input: Shape): readonly BufferSpec[];
  apply(x: Tensor, parameters: Parameters, context: ApplyContext): Tensor;
  /** How the layer prints where name and arguments do not tell, as for layers made of layers. */
  print?(): string;
}

/**
 * A layer of your own, with the same means as those of Gradus. How it prints follows from its name and arguments.
 *
 * @param definition  name, shape rule and function; parameters and buffers if it has any. `shape` throws a ShapeError for inputs it does not
 *                    take: the rule, the actual shape, the way out; the network adds the layer's name and position
 * @typeParam R       the shape rule as a type, if the editor shall know it
 * @example
 * const double = layer({ name: "double", shape: (input) => input, apply: (x) => x.mul(2) });
 * const twice = layer({  // a layer made of layers
 *   name: "twice",
 *   shape: (input, part) => part("inner", double, input),
 *   apply: (x, _, { part }) => part("inner", x),
 * });
 */
export function layer<R extends ShapeRule = ShapeRule>(definition: LayerDefinition): Layer<R> {
  checkDefinition(definition);
  const { name, options, given } = definition;
  if (given !== undefined) checkOptionNames(name, given, Object.keys(options ?? {}));
  const positional = definition.arguments ?? [];
  return {
    name,
    title: printCall(name, positional),
    gives: definition.gives ?? null,
    bounds: definition.bounds ?? null,
    takes: definition.takes ?? null,
    shape: (input, part = shapeAlone) => definition.shape(input, part),
    parameters: (input) => definition.parameters?.(input) ?? [],
    buffers: (input) => definition.buffers?.(input) ?? [],
    apply: (x, parameters, context) => definition.apply(x, parameters, context),
    print: () => definition.print?.() ?? printCall(name, positional, options),
  };
}

/** A layer's output shape, wherever it stands. */
const shapeAlone: PlacePart = (_, part, input) => part.shape(input);

/** The layer string of some layers. */
export function printLayers(layers: readonly Layer[]): string {
  return layers.map((each) => each.print()).join(" ");
}

/** A name that layer strings can write, and both functions. */
function checkDefinition(definition: unknown): void {
  const { name, shape, apply } = (definition ?? {}) as Partial<LayerDefinition>;
  const isName = typeof name === "string" && /^[A-Za-z_]\w*$/.test(name);
  if (isName && typeof shape === "function" && typeof apply === "function") return;
  const missing = isName
    ? `${typeof shape === "function" ? "apply" : "shape"} is no function`
    : `its name is ${showValue(name)}`;
  throw new GradusError(
    `layer: needs a name of letters and digits, and the functions shape and apply; ${missing}. ` +
      'Write layer({ name: "double", shape: (input) => input, apply: (x) => x.mul(2) }).',
    { operation: "layer", actual: missing },
  );
}
