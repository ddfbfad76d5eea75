/** NumPy's broadcasting at the type level: shapes are aligned at the end, dimensions are equal or one of them is 1. */

import type { Shape } from "../../base/shape.ts";
import type { Mutable, ShowShape } from "../../base/shape-types.ts";
import type { Differ, Fitting, IsAny, Outcome } from "./fit.ts";

/** The shape `S` meets a number or a tensor. */
type With<Title extends string, S extends Shape, Operand> =
  IsAny<Operand> extends true
    ? Shape
    : [Operand] extends [number]
      ? S
      : Operand extends { readonly shape: infer B extends Shape }
        ? Broadcast<Title, S, B>
        : S;

/** The operand as a parameter: itself, or the sentence. */
export type Partner<Title extends string, S extends Shape, Operand> = Fitting<Operand, With<Title, S, Operand>>;

/** The shape of the result. */
export type Meeting<Title extends string, S extends Shape, Operand> = Outcome<With<Title, S, Operand>>;

/** Two shapes, as `together` in operands.ts makes them one; or the sentence. */
export type Broadcast<Title extends string, A extends Shape, B extends Shape> =
  IsAny<B> extends true
    ? Shape
    : [B] extends [readonly []]
      ? A
      : IsAny<A> extends true
        ? Shape
        : number extends A["length"] | B["length"]
          ? Shape
          : Align<A, B> extends infer Result
            ? Result extends Clash<infer Left, infer Right>
              ? `${Title}: shapes ${ShowShape<A>} and ${ShowShape<B>} do not broadcast: aligned at the end, dimensions must be equal or 1; got ${Left} and ${Right}. Reshape one of them, or insert an axis of size 1.`
              : Result
            : never;

/** `S.select(A, B)`, a number being of shape `[]`. */
export type Selected<S extends Shape, A extends Shape, B extends Shape> =
  IsAny<A> extends true ? Shape : Broadcast<"select", S, Outcome<Broadcast<"select", A, B>>>;

/** Two dimensions that do not go together. */
interface Clash<Left extends number, Right extends number> {
  readonly clash: readonly [Left, Right];
}

type Align<A extends Shape, B extends Shape, Done extends Shape = []> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? Widened<LastA, LastB> extends infer N extends number
      ? Align<RestA, RestB, [N, ...Done]>
      : Clash<LastA, LastB>
    : [...A, ...Done]
  : [...B, ...Done];

/** What becomes of two dimensions; null where they can never go together. An unknown one is 1 or equal to the other. */
type Widened<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : number extends A
      ? B
      : number extends B
        ? A
        : [A] extends [B]
          ? A
          : [(A & B) | (A & 1) | (B & 1)] extends [never]
            ? null
            : number;

/** `broadcastTo(To)`; the sentence where a dimension would have to change that is not 1. */
export type BroadcastTo<S extends Shape, To extends Shape> =
  IsAny<To> extends true
    ? Shape
    : IsAny<S> extends true
      ? Mutable<To>
      : [Extract<`${To[number]}`, `-${string}` | `${string}.${string}`>] extends [never]
        ? number extends S["length"] | To["length"]
          ? Mutable<To>
          : Widens<S, To> extends true
            ? Mutable<To>
            : `broadcastTo: ${ShowShape<S>} does not broadcast to ${ShowShape<To>}: aligned at the end, each dimension must be 1 or equal. Reshape it, or insert axes of size 1.`
        : `broadcastTo: every dimension must be a non-negative integer; got ${ShowShape<To>}.`;

type Widens<S extends Shape, To extends Shape> = S extends readonly [
  ...infer RestS extends Shape,
  infer LastS extends number,
]
  ? To extends readonly [...infer RestTo extends Shape, infer LastTo extends number]
    ? Differ<LastS, LastTo | 1> extends true
      ? false
      : Widens<RestS, RestTo>
    : false
  : true;
