/** A layer that adds its input to what it makes of it. Refuses branches that give different shapes. */

import { printCall, type Reader, reader } from "../../base/call.ts";
import { GradusError, ShapeError } from "../../base/errors.ts";
import { type Shape, sameShape, showShape } from "../../base/shape.ts";
import type { ShowShape } from "../../base/shape-types.ts";
import { showValue } from "../../base/show.ts";
import type { Agree } from "../../tensor/rules/join.ts";
import type { Fold } from "../fold.ts";
import { type Inside, type Layer, layer, type ShapeRule } from "../layer.ts";
import { type AfterAll, printable, sequential } from "./sequential.ts";

interface ResidualRule<Body extends readonly Layer[], Shortcut extends readonly Layer[]> extends ShapeRule {
  readonly title: "residual";
  readonly out: this["in"] extends infer In extends Shape
    ? Sum<AfterAll<Fold<In, Body>>, AfterAll<Fold<In, Shortcut>>>
    : never;
}

type Sum<Body, Shortcut> =
  Body extends Inside<infer Place, infer Title, infer Sentence>
    ? Inside<`body.${Place}`, Title, Sentence>
    : Shortcut extends Inside<infer Place, infer Title, infer Sentence>
      ? Inside<`shortcut.${Place}`, Title, Sentence>
      : Body extends Shape
        ? Shortcut extends Shape
          ? number extends Body["length"] | Shortcut["length"]
            ? Body
            : Agree<Body, Shortcut> extends true
              ? Body
              : `needs body and shortcut of one shape; the body gives ${ShowShape<Body>}, the shortcut ${ShowShape<Shortcut>}. Change the body, or project the shortcut: residual({ body: […], shortcut: […] }).`
          : Shape
        : Shape;

/** The two ways through a residual layer. */
export interface Branches<Body extends readonly Layer[], Shortcut extends readonly Layer[]> {
  /** The layers whose output is added. */
  readonly body: Body;
  /** The layers of the way past them, such as a projection where the shape changes; none: the input itself. */
  readonly shortcut?: Shortcut;
}

/**
 * Residual layer: `y = body(x) + x`, or `y = body(x) + shortcut(x)`. Gradients reach what comes before it undiminished through the
 * sum, so that networks may be very deep.
 *
 * State names: `3.body.0.weight`, `3.shortcut.0.weight`.
 *
 * @param layers  the body; or `{ body, shortcut }` where the shortcut has layers too, a projection for example
 * @returns       a layer from the input's shape to that of the body
 * @throws {GradusError} the body is empty; when the network is built, as ShapeError: body and shortcut give different shapes
 * @example network([64], residual(dense(64), relu(), dense(64)), relu(), dense(10))
 * @example network([64], residual({ body: [dense(32), relu(), dense(16)], shortcut: [dense(16)] }), dense(10))
 * @see He, Zhang, Ren, Sun, Deep residual learning for image recognition (2015)
 */
export function residual<const Body extends readonly Layer[], const Shortcut extends readonly Layer[] = readonly []>(
  branches: Branches<Body, Shortcut>,
): Layer<ResidualRule<Body, Shortcut>>;
export function residual<Body extends readonly Layer[]>(...body: Body): Layer<ResidualRule<Body, readonly []>>;
export function residual(...given: readonly unknown[]): Layer {
  const { body, shortcut } = branchesIn(given);
  const through = sequential(...body);
  const past = sequential(...shortcut);
  return layer({
    name: "residual",
    print: () =>
      printCall("residual", [printable(body)], { shortcut: shortcut.length === 0 ? undefined : printable(shortcut) }),
    shape: (input, part) => {
      const [made, kept] = [part("body", through, input), part("shortcut", past, input)];
      if (sameShape(made, kept)) return made;
      throw new ShapeError(
        `needs body and shortcut of one shape; the body gives ${showShape(made)}, the shortcut ${showShape(kept)}. ` +
          "Change the body, or project the shortcut: residual({ body: […], shortcut: […] }).",
        { expected: showShape(kept), actual: showShape(made), hint: "residual({ body: […], shortcut: […] })" },
      );
    },
    apply: (x, _, { part }) => part("body", x).add(part("shortcut", x)),
  });
}

function branchesIn(given: readonly unknown[]): Required<Branches<readonly Layer[], readonly Layer[]>> {
  const [first] = given;
  const isRecord = given.length === 1 && typeof first === "object" && first !== null && "body" in first;
  const { body, shortcut = [] } = isRecord ? (first as Partial<Branches<Layer[], Layer[]>>) : { body: given };
  if (Array.isArray(body) && body.length > 0 && Array.isArray(shortcut)) return { body, shortcut } as never;
  const actual = Array.isArray(shortcut) ? `the body is ${showValue(body)}` : `the shortcut is ${showValue(shortcut)}`;
  throw new GradusError(
    `residual: needs layers for its body, and a list for a shortcut; ${actual}. ` +
      "Write residual(dense(64), relu()) or residual({ body: [dense(64)], shortcut: [] }).",
    { operation: "residual", actual },
  );
}

export const residualReader: Reader<Layer> = reader({
  name: "residual",
  needs: { body: "calls" },
  takes: { shortcut: "calls" },
  make: ({ body, shortcut = [] }, read) => residual({ body: body.map(read), shortcut: shortcut.map(read) }),
});
