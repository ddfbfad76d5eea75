/**
 * A layer at its place in a network: the shapes around it, its parameters and buffers under their full names, the layers inside of it,
 * and the function that it is there. Refuses layers that do not fit, with their position, and layers that do not what their rules
 * promise.
 */

import { isFloat } from "../base/dtype.ts";
import { DTypeError, GradusError, ShapeError, TrainingError } from "../base/errors.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { show, showValue } from "../base/show.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BufferSpec, Layer, ParameterSpec, PassContext, PlacePart, StateSpec } from "./layer.ts";

/** A layer at its place: "2" or "2.body.0", with the shapes around it and what the network keeps for it under full names. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly path: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  /** The layers inside of it, in the order in which it placed them. */
  readonly parts: readonly PlacedLayer[];
}

/** A pass, and who listens to it. */
export interface WatchedPass extends PassContext {
  /** Called with output and input of each layer, in the order of computation: those inside of a layer before it. */
  readonly observe?: (layer: PlacedLayer, output: Tensor, input: Tensor) => void;
  /** Called in training with the next value of each buffer that a layer updates, under its full name. */
  readonly update?: (name: string, value: Tensor) => void;
}

/** Parameters and buffers by full name. */
export type StateMap = ReadonlyMap<string, Tensor>;

/** A layer as a whole network: the layers inside of it begin the paths. */
export function placeRoot(layer: Layer, inputShape: Shape): PlacedLayer {
  return placeLayer(layer, "", inputShape);
}

/** Places layers below a path, one per name; a name that comes again is the same layer, with the same weights. */
export function placer(path: string): { readonly parts: readonly PlacedLayer[]; readonly part: PlacePart } {
  const parts: PlacedLayer[] = [];
  const part: PlacePart = (name, layer, input) => {
    const whole = join(path, name);
    const known = parts.find((placed) => placed.path === whole);
    if (known) checkSame(known, layer, input);
    const placed = known ?? placeLayer(layer, whole, input);
    if (!known) parts.push(placed);
    return placed.outputShape;
  };
  return { parts, part };
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** How messages call a layer. */
function whereIs({ layer, path }: PlacedLayer): string {
  return path === "" ? layer.title : `${layer.title} at layer ${path}`;
}

function checkSame(known: PlacedLayer, layer: Layer, input: Shape): void {
  const { path, inputShape } = known;
  if (known.layer === layer && sameShape(inputShape, input)) return;
  const [expected, actual] = [showShape(inputShape), showShape(input)];
  throw new ShapeError(
    known.layer === layer
      ? `${whereIs(known)}: a layer that is used again shares its weights and takes inputs of one shape; got ${expected}, then ${actual}. Take another layer for them.`
      : `${whereIs(known)}: this place holds one layer; got ${known.layer.title}, then ${layer.title}. Give them different names.`,
    { operation: layer.title, layer: path, expected, actual },
  );
}

/** Layers and the layers inside of them, each before its parts. */
export function withParts(layers: readonly PlacedLayer[]): PlacedLayer[] {
  return layers.flatMap((placed) => [placed, ...withParts(placed.parts)]);
}

function placeLayer(layer: Layer, path: string, inputShape: Shape): PlacedLayer {
  checkLayer(layer, path);
  const { parts, part } = placer(path);
  const outputShape = outputShapeOf(layer, path, inputShape, part);
  const named = <S extends StateSpec>(spec: S): S => ({ ...spec, name: join(path, spec.name) });
  const parameters = layer.parameters(inputShape).map(named);
  const buffers = layer.buffers(inputShape).map(named);
  const placed = { layer, path, inputShape, outputShape, parameters, buffers, parts };
  for (const spec of stateOf(placed)) checkInitializer(placed, spec);
  return placed;
}

/** For JavaScript, as {@link checkLayer}: what stands where an initializer should. */
function checkInitializer(placed: PlacedLayer, { name, initializer }: StateSpec): void {
  if (typeof (initializer as Partial<typeof initializer> | null)?.fill === "function") return;
  const { layer, path } = placed;
  const actual = showValue(initializer);
  throw new GradusError(
    `${layer.name}${path === "" ? "" : ` at layer ${path}`}: the first values of ${name} must come from an initializer; got ` +
      `${actual}. Write heNormal() from gradus/initializers, for example.`,
    { operation: layer.name, layer: path, parameter: name, actual, hint: "heNormal()" },
  );
}

/** For JavaScript, which knows no types: what stands where a layer should, and how it is written. */
function checkLayer(layer: unknown, path: string): asserts layer is Layer {
  const { shape, apply, parameters, buffers } = (layer ?? {}) as Partial<Layer>;
  if ([shape, apply, parameters, buffers].every((part) => typeof part === "function")) return;
  const [found, hint] = Array.isArray(layer)
    ? ["a list", "Write the layers one after the other, or spread the list: network(shape, ...layers)."]
    : typeof layer === "function"
      ? ["a function", "Call it: dense(10), relu()."]
      : typeof layer === "string"
        ? ["a text", "Read layer strings with Network.from(shape, text)."]
        : [layer === null ? "null" : typeof layer, "Take dense(10), or make your own with layer({ … })."];
  throw new GradusError(`network: layer ${path} must be a layer; got ${found}. ${hint}`, {
    operation: "network",
    layer: path,
    actual: found,
    hint,
  });
}

/** The layer's own sentence, with its title and position in front; a layer inside of it has said its own. */
function outputShapeOf(layer: Layer, path: string, input: Shape, part: PlacePart): Shape {
  try {
    return layer.shape(input, part);
  } catch (error) {
    if (!(error instanceof ShapeError) || error.details.layer !== undefined || path === "") throw error;
    const details = { ...error.details, operation: layer.title, layer: path };
    throw new ShapeError(`${layer.title} at layer ${path}: ${error.message}`, details, { cause: error });
  }
}

/** What the network keeps for a layer alone, in state order. */
export function stateOf({ parameters, buffers }: PlacedLayer): readonly StateSpec[] {
  return [...parameters, ...buffers];
}

/** A pass in which a layer that is used again finds its buffers as the first use has left them. */
export function inPass<T>(state: StateMap, pass: WatchedPass, run: (state: StateMap, pass: WatchedPass) => T): T {
  const latest = new Map(state);
  const update = (name: string, value: Tensor): void => {
    latest.set(name, value);
    pass.update?.(name, value);
  };
  return run(latest, { ...pass, update });
}

/** The layer's function, with its own part of the state. */
export function applyLayer(placed: PlacedLayer, state: StateMap, x: Tensor, pass: WatchedPass): Tensor {
  const { layer, path, outputShape } = placed;
  const { training, random } = pass;
  const prefix = join(path, "").length;
  const own = Object.fromEntries(stateOf(placed).map((spec) => [spec.name.slice(prefix), checkedState(spec, state)]));
  const update = (name: string, value: Tensor): void => {
    checkUpdate(placed, training, name, value, own[name]);
    pass.update?.(join(path, name), value.stopGradient());
  };
  const part = (name: string, input: Tensor): Tensor => {
    const found = placed.parts.find((candidate) => candidate.path === join(path, name));
    return applyLayer(found ?? noSuchPart(placed, name), state, input, pass);
  };
  const output = layer.apply(x, own, { training, random, path, update, part });
  const expected = [x.shape[0]!, ...outputShape];
  if (!sameShape(output.shape, expected)) {
    throw new ShapeError(
      `${whereIs(placed)}: its shape rule promises ${showShape(expected)}; apply gave ` +
        `${showShape(output.shape)}. Make the two agree.`,
      { operation: layer.title, layer: path, expected: showShape(expected), actual: showShape(output.shape) },
    );
  }
  if (path !== "") pass.observe?.(placed, output, x);
  return output;
}

function noSuchPart(placed: PlacedLayer, name: string): never {
  const { layer, path } = placed;
  throw new GradusError(
    `${whereIs(placed)}: asks for its part ${show(name)}, which its shape rule has not placed. ` +
      "Call part(name, layer, shape) there.",
    { operation: layer.title, layer: path, actual: show(name) },
  );
}

/** A buffer changes in training only, and keeps its shape and dtype. */
function checkUpdate(placed: PlacedLayer, training: boolean, name: string, value: Tensor, current?: Tensor): void {
  const { layer, path, buffers } = placed;
  const details = { operation: layer.title, layer: path };
  const where = whereIs(placed);
  if (!training) {
    throw new TrainingError(
      `${where}: buffers change in training only; it updates ${show(name)} in another pass. Ask context.training first.`,
      details,
    );
  }
  const names = buffers.map((buffer) => buffer.name.slice(path.length + 1));
  if (!current || !names.includes(name)) {
    const known = names.length === 0 ? "it has none" : `there are ${names.join(", ")}`;
    throw new TrainingError(
      `${where}: updates ${show(name)}, which is no buffer of it; ${known}. Declare it.`,
      details,
    );
  }
  if (sameShape(value.shape, current.shape) && value.dtype === current.dtype) return;
  const expected = `${showShape(current.shape)} ${current.dtype}`;
  const actual = `${showShape(value.shape)} ${value.dtype}`;
  throw new ShapeError(
    `${where}: the buffer ${show(name)} must stay ${expected}; the update is ${actual}. Reshape or cast it.`,
    { ...details, expected, actual },
  );
}

/** The tensor that a spec asks for. */
export function checkedState(spec: StateSpec, state: StateMap): Tensor {
  const { name, shape } = spec;
  const called = `${"kind" in spec ? "parameter" : "buffer"} ${name}`;
  const found = state.get(name);
  if (!found) throw notThisNetwork(`${called} ${showShape(shape)} is missing`, name);
  if (!sameShape(found.shape, shape)) {
    throw notThisNetwork(`${called} must be ${showShape(shape)}; got ${showShape(found.shape)}`, name);
  }
  if (!isFloat(found.dtype)) {
    throw new DTypeError(`network: ${called} must be float32 or float64; got ${found.dtype}. Cast it.`, {
      operation: "network",
      parameter: name,
      actual: found.dtype,
    });
  }
  return found;
}

export function notThisNetwork(
  problem: string,
  parameter: string,
  hint = "Take the parameters of a network with the same layers.",
): ShapeError {
  return new ShapeError(`network: ${problem}. ${hint}`, {
    operation: "network",
    parameter,
  });
}
