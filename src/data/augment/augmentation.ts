/**
 * Augmentation: random variations of a batch's examples, new ones at every training step, computed inside the step's program. An
 * augmentation either moves pixels (it says where each pixel of the result comes from, so that several of them are one
 * sampling) or changes values. It holds no numbers: the same seed varies the same examples in the same way at the same step.
 */

import { type Printable, printCall } from "../../base/call.ts";
import { GradusError, ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";
import { showValue } from "../../base/show.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Draws } from "./draws.ts";
import type { Places } from "./places.ts";

/** A batch of examples, and what is to be learned about them. */
export interface Varied {
  /** `[batch, ...in]`, model values. */
  readonly x: Tensor;
  /** Labels, int32 `[batch]`, or values `[batch, ...targetShape]`. */
  readonly target: Tensor;
}

/** What an augmentation must know of data and network. */
export interface Setting {
  /** The shape of one example. */
  readonly inputShape: Shape;
  /** Of the network. */
  readonly outputShape: Shape;
  /** Whether targets are class indices. */
  readonly labels: boolean;
  /** What fills the places that nothing is moved to: the model value of a stored 0. */
  readonly background: number;
}

interface Common {
  readonly name: string;
  /** Throws where it does not suit data and network. */
  check(setting: Setting): void;
  /** As it stands in a run's log and on the command line: `rotate(10)`. */
  print(): string;
}

/** Moves pixels. */
export interface Move extends Common {
  readonly kind: "move";
  /** Whether every pixel comes from one whole pixel, so that nothing has to be blended. */
  readonly onGrid: boolean;
  /** Where the pixels come from that stand at `places` afterwards. */
  from(places: Places, draws: Draws): Places;
}

/** Changes values. */
export interface Change extends Common {
  readonly kind: "change";
  apply(batch: Varied, draws: Draws, setting: Setting): Varied;
}

/** A random variation of training examples; see {@link shift} and its neighbours. */
export type Augmentation = Move | Change;

/** Makes an augmentation that moves pixels: it takes images only. */
export function move(definition: {
  readonly name: string;
  readonly arguments: readonly Printable[];
  readonly options?: Readonly<Record<string, Printable | undefined>>;
  readonly onGrid?: boolean;
  /** Pixels that it may move along an axis, beside what is in proportion to the image: less than its sides. */
  readonly reach?: number;
  readonly from: Move["from"];
}): Move {
  const { name, options, reach = 0, from } = definition;
  const print = (): string => printCall(name, definition.arguments, options);
  const check = ({ inputShape }: Setting): void => {
    const sides = sidesOf(print(), inputShape);
    if (reach < Math.min(...sides)) return;
    throw new ShapeError(
      `augment: ${print()} must move by less than the image's sides; they are ${showShape(sides)}. Take fewer pixels.`,
      { operation: name, expected: "less than the image's sides", actual: showShape(sides) },
    );
  };
  return { kind: "move", name, onGrid: definition.onGrid ?? false, check, from, print };
}

/** Rows and columns of the images; throws where examples are none. */
export function sidesOf(title: string, shape: Shape): [number, number] {
  if (shape.length === 2 || shape.length === 3) return [shape[0]!, shape[1]!];
  throw new ShapeError(
    `augment: ${title} needs images [rows, columns] or [rows, columns, channels]; got ${showShape(shape)}. ` +
      "Keep the images' shape in the data and begin the network with flatten().",
    { operation: title, expected: "[rows, columns] or [rows, columns, channels]", actual: showShape(shape) },
  );
}

/** What an argument must be, in words and as a test. */
interface Rule {
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

export const fromZero: Rule = { words: "a finite number from 0", holds: (x) => x >= 0 && x < Infinity };
export const aboveZero: Rule = { words: "a finite number above 0", holds: (x) => x > 0 && x < Infinity };
export const wholePositive: Rule = { words: "a positive integer", holds: (x) => Number.isSafeInteger(x) && x > 0 };

/** Numbers from 0 to below `end`. */
export function below(end: number): Rule {
  return { words: `in [0, ${end})`, holds: (x) => x >= 0 && x < end };
}

/** Throws a sentence with the argument's name where it is not what it must be. */
export function checkArgument(name: string, argument: string, value: unknown, rule: Rule, example: string): void {
  if (typeof value === "number" && rule.holds(value)) return;
  throw new GradusError(`${name}: ${argument} must be ${rule.words}; got ${showValue(value)}. Write ${example}.`, {
    operation: name,
    expected: rule.words,
    actual: showValue(value),
  });
}
