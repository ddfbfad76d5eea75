/**
 * Shapes at the type level: the number of elements, and a shape as it stands in messages. Dimensions that are not literals degrade
 * to `number`, never to `any`. Nothing here exists at run time.
 *
 * Multiplication works on decimal digits, least significant first: a digit is counted by the length of a tuple, as the type
 * system has no other arithmetic. So 28 · 28 · 64 costs a few hundred instantiations, not fifty thousand tuple elements.
 */

import type { Shape } from "./shape.ts";

/** The tuple without `readonly`: what `const` type parameters infer, as people write it. */
export type Mutable<S extends Shape> = { -readonly [Axis in keyof S]: S[Axis] };

/** The number of elements: 1 for a scalar, `number` where a dimension or the rank is unknown. */
export type SizeOf<S extends Shape, Size extends number = 1> = number extends S["length"]
  ? number
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? SizeOf<Rest, Multiply<Size, First>>
    : Size;

/** `[2, 3]`, as it stands in messages; `[…]` where the rank is unknown. */
export type ShowShape<S extends Shape> = number extends S["length"] ? "[…]" : `[${JoinDimensions<S>}]`;

type JoinDimensions<S extends Shape, Text extends string = ""> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? JoinDimensions<Rest, Text extends "" ? `${First}` : `${Text}, ${First}`>
  : Text;

/** The product of two non-negative integers; `number` where a factor is no literal or the product is not exact. */
export type Multiply<A extends number, B extends number> = number extends A | B
  ? number
  : A extends 1
    ? B
    : B extends 1
      ? A
      : 0 extends A | B
        ? 0
        : [`${A}`, `${B}`] extends [`${bigint}`, `${bigint}`]
          ? ToNumber<Reverse<Product<Reverse<`${A}`>, Reverse<`${B}`>>>>
          : number;

/** A digit as a tuple of its length. */
interface Units {
  "0": [];
  "1": [1];
  "2": [1, 1];
  "3": [1, 1, 1];
  "4": [1, 1, 1, 1];
  "5": [1, 1, 1, 1, 1];
  "6": [1, 1, 1, 1, 1, 1];
  "7": [1, 1, 1, 1, 1, 1, 1];
  "8": [1, 1, 1, 1, 1, 1, 1, 1];
  "9": [1, 1, 1, 1, 1, 1, 1, 1, 1];
}

type Digit = keyof Units;

/** As many copies of `U` as the digit says. */
interface Copies<U extends 1[]> {
  "0": [];
  "1": U;
  "2": [...U, ...U];
  "3": [...U, ...U, ...U];
  "4": [...U, ...U, ...U, ...U];
  "5": [...U, ...U, ...U, ...U, ...U];
  "6": [...U, ...U, ...U, ...U, ...U, ...U];
  "7": [...U, ...U, ...U, ...U, ...U, ...U, ...U];
  "8": [...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U];
  "9": [...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U, ...U];
}

/** The two digits of a count up to 99: ones, then tens. */
type DigitsOf<Count extends 1[]> = `${Count["length"]}` extends `${infer Tens extends Digit}${infer Ones extends Digit}`
  ? [Ones, Tens]
  : [`${Count["length"]}`, "0"];

/** A · B, least significant digits first: A times B's first digit, plus ten times A times the rest of B. */
type Product<A extends string, B extends string> = B extends `${infer First extends Digit}${infer Rest}`
  ? Rest extends ""
    ? Scale<A, First>
    : Sum<Scale<A, First>, `0${Product<A, Rest>}`>
  : never;

type Scale<
  A extends string,
  By extends Digit,
  Carry extends Digit = "0",
  Done extends string = "",
> = A extends `${infer First extends Digit}${infer Rest}`
  ? DigitsOf<[...Copies<Units[First]>[By], ...Units[Carry]]> extends [
      infer Ones extends Digit,
      infer Tens extends Digit,
    ]
    ? Scale<Rest, By, Tens, `${Done}${Ones}`>
    : never
  : WithCarry<Done, Carry>;

type Sum<A extends string, B extends string, Carry extends Digit = "0", Done extends string = ""> = [A, B] extends [
  "",
  "",
]
  ? WithCarry<Done, Carry>
  : DigitsOf<[...Units[First<A>], ...Units[First<B>], ...Units[Carry]]> extends [
        infer Ones extends Digit,
        infer Tens extends Digit,
      ]
    ? Sum<Rest<A>, Rest<B>, Tens, `${Done}${Ones}`>
    : never;

type First<A extends string> = A extends `${infer Head extends Digit}${string}` ? Head : "0";
type Rest<A extends string> = A extends `${Digit}${infer Tail}` ? Tail : "";
type WithCarry<Done extends string, Carry extends Digit> = Carry extends "0" ? Done : `${Done}${Carry}`;

type Reverse<Text extends string, Done extends string = ""> = Text extends `${infer Head}${infer Tail}`
  ? Reverse<Tail, `${Head}${Done}`>
  : Done;

/** A number that does not read back as written becomes `number`. */
type ToNumber<Text extends string> = Text extends `${infer N extends number}` ? N : number;
