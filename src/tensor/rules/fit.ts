/**
 * How rules for shapes stand in signatures. A rule is a type that gives the shape of a result, or, where the operands do not fit, the
 * sentence that the run would throw. The parameter then becomes that sentence, so that the editor marks the argument and says why.
 *
 * Only what is certain is refused: dimensions that are not literals and unknown ranks fit, and degrade the result to `number` and
 * `Shape`, never to `any`. Each rule asks first whether an operand is `any`: TypeScript compares the methods of two tensors with
 * their type parameters erased to `any`, and sees so that a tensor of a known shape is a tensor of an unknown one. For the same
 * reason a parameter of a generic function, whose shape is known to nobody yet, passes.
 */

import type { Shape } from "../../base/shape.ts";

/** Whether T is `any`. */
export type IsAny<T> = [0] extends [1 & T] ? true : false;

/** The parameter `P`, or the sentence where the rule refuses. */
export type Fitting<P, Rule> = [Rule, IsAny<Rule>] extends [string, false] ? NoInfer<Rule & string> : P;

/** The shape that a rule gives; `Shape` where it refuses or does not know. */
export type Outcome<Rule> = [Rule] extends [infer S extends Shape] ? S : Shape;

/** Whether two dimensions can never be equal. */
export type Differ<A, B> = [A & B] extends [never] ? true : false;
