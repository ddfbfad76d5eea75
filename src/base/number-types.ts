/**
 * Arithmetic of non-negative integers at the type level. Where an operand is no such literal, or the result is not exact, the
 * result is `number`.
 *
 * It works on decimal digits, least significant first: a digit is counted by the length of a tuple, as the type system has no other
 * arithmetic. So 28 · 28 · 64 costs a few hundred instantiations, not fifty thousand tuple elements.
 */

/** `A · B`. */
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

/** `A + B`. */
export type Add<A extends number, B extends number> = number extends A | B
  ? number
  : A extends 0
    ? B
    : B extends 0
      ? A
      : Natural<A | B> extends true
        ? Sum<Reverse<`${A}`>, Reverse<`${B}`>> extends infer Digits extends string
          ? ToNumber<Reverse<Digits>>
          : never
        : number;

/** `A − B`, but at least 0. */
export type Minus<A extends number, B extends number> = number extends A | B
  ? number
  : B extends 0
    ? A
    : A extends B
      ? 0
      : Natural<A | B> extends true
        ? Difference<Reverse<`${A}`>, Reverse<`${B}`>> extends infer Digits extends string
          ? Digits extends "less"
            ? 0
            : Written<Digits>
          : never
        : number;

/** `⌊A / B⌋`, and what is left: `[quotient, remainder]`. */
export type Divide<A extends number, B extends number> = number extends A | B
  ? [number, number]
  : B extends 0
    ? [number, number]
    : B extends 1
      ? [A, 0]
      : Natural<A | B> extends true
        ? Quotient<`${A}`, Reverse<`${B}`>>
        : [number, number];

/** The smaller of the two. */
export type Least<A extends number, B extends number> = number extends A | B ? number : Minus<A, B> extends 0 ? A : B;

/** Whether all of a union are non-negative integers, written with digits only. */
type Natural<N extends number> = [`${N}`, Extract<`${N}`, `-${string}`>] extends [`${bigint}`, never] ? true : false;

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

/** A digit less another and a borrowed one: the digit, and whether ten had to be borrowed for it. */
type DigitLess<A extends Digit, B extends Digit, Borrowed extends 1[]> = Units[A] extends [
  ...Units[B],
  ...Borrowed,
  ...infer Left extends 1[],
]
  ? [`${Left["length"]}`, []]
  : [...Copies<[1]>["9"], 1, ...Units[A]] extends [...Units[B], ...Borrowed, ...infer Left extends 1[]]
    ? [`${Left["length"]}`, [1]]
    : never;

/** A − B, least significant digits first, with zeros at its end; "less" where it is negative. */
type Difference<A extends string, B extends string, Borrowed extends 1[] = [], Done extends string = ""> = [
  A,
  B,
] extends ["", ""]
  ? Borrowed extends []
    ? Done
    : "less"
  : DigitLess<First<A>, First<B>, Borrowed> extends [infer D extends Digit, infer Next extends 1[]]
    ? Difference<Rest<A>, Rest<B>, Next, `${Done}${D}`>
    : never;

/**
 * Long division of the digits of A, most significant first, by B, least significant first. `Left` is the remainder so far, least
 * significant first.
 */
type Quotient<
  A extends string,
  B extends string,
  Left extends string = "",
  Done extends string = "",
> = A extends `${infer Head extends Digit}${infer Tail}`
  ? Times<`${Head}${Left}`, B> extends [infer Times extends Digit, infer Remainder extends string]
    ? Quotient<Tail, B, Remainder, `${Times}${Done}`>
    : never
  : [Written<Done>, Written<Left>];

/** How often B goes into A, less than ten times, and what is left. */
type Times<A extends string, B extends string, Count extends 1[] = []> =
  Difference<A, B> extends infer Left extends string
    ? Left extends "less"
      ? [`${Count["length"]}`, A]
      : Times<Left, B, [...Count, 1]>
    : never;

/** The number of digits that stand least significant first and may end with zeros. */
type Written<Digits extends string> = Digits extends `${infer Head}0`
  ? Head extends ""
    ? 0
    : Written<Head>
  : ToNumber<Reverse<Digits>>;
