/**
 * A pass through layers under names, as a function wrote it: run on tensors without values it tells the shapes. Refuses functions that
 * give no batches, or leave a layer out.
 */

import { printCall } from "../base/call.ts";
import { GradusError } from "../base/errors.ts";
import { type Shape, showShape } from "../base/shape.ts";
import { show, showValue } from "../base/show.ts";
import { build } from "../graph/build.ts";
import { Tensor } from "../tensor/tensor.ts";
import { inTrace, tensorOf } from "../tensor/trace.ts";
import type { Layer, PlacePart } from "./layer.ts";

export type Layers = Readonly<Record<string, Layer>>;
export type Shapes = Readonly<Record<string, Shape>>;

/** A batch, or batches by name. */
export type Tensors = Tensor | Readonly<Record<string, Tensor>>;

export interface FunctionalPass {
  readonly layers: Layers;
  forward(inputs: Tensors, functions: Readonly<Record<string, (x: Tensor) => Tensor>>): Tensors;
}

/** The layers as functions. */
export function functionsOf(
  { layers }: FunctionalPass,
  call: (name: string, x: Tensor) => Tensor,
): Record<string, (x: Tensor) => Tensor> {
  return Object.fromEntries(Object.keys(layers).map((name) => [name, (x) => call(name, x)]));
}

/** As many examples as stand for a batch of any size; not one, which would broadcast. */
const someExamples = 2;

/** The shapes of the outputs, without the batch axis; every call of a layer is placed with `part`. */
export function outline(pass: FunctionalPass, inputs: Shape | Shapes, part: PlacePart): Shape | Shapes {
  checkPass(pass);
  const called = new Set<string>();
  const outputs = inTrace(() => {
    const functions = functionsOf(pass, (name, x) => {
      called.add(name);
      return without(part(name, pass.layers[name]!, exampleOf(name, x)));
    });
    return pass.forward(zip(inputs, inputs, without), functions);
  });
  const forgotten = Object.keys(pass.layers).find((name) => !called.has(name));
  if (forgotten !== undefined) {
    refuse(`every layer must be called; ${show(forgotten)} is not. Call it in forward, or leave it out`);
  }
  if (outputs instanceof Tensor) return exampleOf("the output", outputs);
  if (typeof outputs !== "object" || outputs === null || Object.keys(outputs).length === 0) {
    refuse(`forward must return a tensor or a record of tensors; got ${showValue(outputs)}`);
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, x]) => [name, exampleOf(`the output ${show(name)}`, x)]),
  );
}

/** `functional(tower=dense(3), head=dense(1))`: what the network is made of, for people. */
export function printFunctional({ layers }: FunctionalPass): string {
  return printCall("functional", [], layers);
}

/** What `make` makes of what is given for a shape, or for each shape of a record; the names must be the same. */
export function zip<A, B>(
  shapes: Shape | Shapes,
  given: A | Readonly<Record<string, A>>,
  make: (given: A, shape: Shape) => B,
): B | Record<string, B> {
  if (isShape(shapes)) return make(given as A, shapes);
  const [wanted, names] = [Object.keys(shapes), Object.keys(given ?? {})];
  if (wanted.length !== names.length || !wanted.every((name) => names.includes(name))) {
    const list = (all: readonly string[]): string => all.map((name) => show(name)).join(", ");
    refuse(`needs a record with ${list(wanted)}; got ${list(names) || showValue(given)}`);
  }
  const values = given as Readonly<Record<string, A>>;
  return Object.fromEntries(wanted.map((name) => [name, make(values[name]!, shapes[name]!)]));
}

export function isShape(shapes: Shape | Shapes): shapes is Shape {
  return Array.isArray(shapes);
}

/** A batch without values. */
function without(shape: Shape): Tensor {
  return tensorOf(build.input("batch", [someExamples, ...shape], "float32"));
}

function exampleOf(what: string, x: unknown): Shape {
  if (x instanceof Tensor && x.shape[0] === someExamples) return x.shape.slice(1);
  const actual = x instanceof Tensor ? showShape(x.shape) : showValue(x);
  return refuse(`${what} must be a batch, [batch, ...]; for batches of ${someExamples} it is ${actual}`);
}

function checkPass({ layers, forward }: FunctionalPass): void {
  if (typeof layers === "object" && layers !== null && typeof forward === "function") {
    const odd = Object.keys(layers).find((name) => !/^\w+$/.test(name));
    if (odd === undefined) return;
    refuse(`names of layers are letters and digits; got "${show(odd)}". Write layers: { head: dense(2) }`);
  }
  const actual = typeof forward === "function" ? `layers is ${showValue(layers)}` : `forward is ${showValue(forward)}`;
  refuse(
    `needs a record of layers and a function; ${actual}. ` +
      "Write functional({ inputs: [4], layers: { head: dense(2) }, forward: (x, { head }) => head(x) })",
  );
}

function refuse(problem: string): never {
  throw new GradusError(`functional: ${problem}.`, { operation: "functional", actual: problem });
}
