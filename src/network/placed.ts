/**
 * A layer at its place in a network: the shapes around it, its parameters and buffers under their full names, the layers inside of it,
 * and the function that it is there. Refuses layers that do not fit, with their position, and layers that do not what their rules
 * promise.
 */

import { isFloat } from "../base/dtype.ts";
import { DTypeError, GradusError, ShapeError, TrainingError } from "../base/errors.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { show } from "../base/show.ts";
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
  /** Called with the output of each layer, in the order of computation: those inside of a layer before it. */
  readonly observe?: (layer: PlacedLayer, output: Tensor) => void;
  /** Called in training with the next value of each buffer that a layer updates, under its full name. */
  readonly update?: (name: string, value: Tensor) => void;
}

/** Parameters and buffers by full name. */
export type StateMap = ReadonlyMap<string, Tensor>;

/** Lets the input's shape pass through the layers. */
export function placeLayers(inputShape: Shape, layers: readonly Layer[]): PlacedLayer[] {
  let shape = inputShape;
  return layers.map((layer, index) => {
    const placed = placeLayer(layer, String(index), shape);
    shape = placed.outputShape;
    return placed;
  });
}

/** Layers and the layers inside of them, each before its parts. */
export function withParts(layers: readonly PlacedLayer[]): PlacedLayer[] {
  return layers.flatMap((placed) => [placed, ...withParts(placed.parts)]);
}

function placeLayer(layer: Layer, path: string, inputShape: Shape): PlacedLayer {
  checkLayer(layer, path);
  const parts: PlacedLayer[] = [];
  const part: PlacePart = (name, inner, input) => {
    const placed = placeLayer(inner, `${path}.${name}`, input);
    parts.push(placed);
    return placed.outputShape;
  };
  const outputShape = outputShapeOf(layer, path, inputShape, part);
  const named = <S extends StateSpec>(spec: S): S => ({ ...spec, name: `${path}.${spec.name}` });
  const parameters = layer.parameters(inputShape).map(named);
  const buffers = layer.buffers(inputShape).map(named);
  return { layer, path, inputShape, outputShape, parameters, buffers, parts };
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
    if (!(error instanceof ShapeError) || error.details.layer !== undefined) throw error;
    const details = { ...error.details, operation: layer.title, layer: path };
    throw new ShapeError(`${layer.title} at layer ${path}: ${error.message}`, details, { cause: error });
  }
}

/** What the network keeps for a layer alone, in state order. */
export function stateOf({ parameters, buffers }: PlacedLayer): readonly StateSpec[] {
  return [...parameters, ...buffers];
}

/** The layer's function, with its own part of the state. */
export function applyLayer(placed: PlacedLayer, state: StateMap, x: Tensor, pass: WatchedPass): Tensor {
  const { layer, path, outputShape } = placed;
  const { training, random } = pass;
  const prefix = path.length + 1;
  const own = Object.fromEntries(stateOf(placed).map((spec) => [spec.name.slice(prefix), checkedState(spec, state)]));
  const update = (name: string, value: Tensor): void => {
    checkUpdate(placed, training, name, value, own[name]);
    pass.update?.(`${path}.${name}`, value.stopGradient());
  };
  const part = (name: string, input: Tensor): Tensor => applyLayer(partOf(placed, name), state, input, pass);
  const output = layer.apply(x, own, { training, random, path, update, part });
  const expected = [x.shape[0]!, ...outputShape];
  if (!sameShape(output.shape, expected)) {
    throw new ShapeError(
      `${layer.title} at layer ${path}: its shape rule promises ${showShape(expected)}; apply gave ` +
        `${showShape(output.shape)}. Make the two agree.`,
      { operation: layer.title, layer: path, expected: showShape(expected), actual: showShape(output.shape) },
    );
  }
  pass.observe?.(placed, output);
  return output;
}

function partOf({ layer, path, parts }: PlacedLayer, name: string): PlacedLayer {
  const found = parts.find((part) => part.path === `${path}.${name}`);
  if (found) return found;
  throw new GradusError(
    `${layer.title} at layer ${path}: asks for its part ${show(name)}, which its shape rule has not placed. ` +
      "Call part(name, layer, shape) there.",
    { operation: layer.title, layer: path, actual: show(name) },
  );
}

/** A buffer changes in training only, and keeps its shape and dtype. */
function checkUpdate(placed: PlacedLayer, training: boolean, name: string, value: Tensor, current?: Tensor): void {
  const { layer, path, buffers } = placed;
  const details = { operation: layer.title, layer: path };
  const where = `${layer.title} at layer ${path}`;
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

export function notThisNetwork(problem: string, parameter: string): ShapeError {
  return new ShapeError(`network: ${problem}. Take the parameters of a network with the same layers.`, {
    operation: "network",
    parameter,
  });
}
