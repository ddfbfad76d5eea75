/**
 * Families of networks: a structure with one number left open, its width, so that it can be given any number of parameters. Refuses
 * texts without the open number, and budgets below the narrowest member.
 */

import { GradusError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { show, showValue } from "../base/show.ts";
import type { Layer } from "../network/layer.ts";
import { Network } from "../network/network.ts";

export interface Family {
  readonly name: string;
  /** The layers of its member of that width. */
  readonly layers: (width: number) => string | readonly Layer[];
}

/**
 * A family by name.
 *
 * @param layers  a layer string with N for the width, as in `flatten dense(N) relu dense(N) relu dense(10)`; or a function of it
 * @throws {GradusError} the text has no N
 * @example family("two hidden layers", "flatten dense(N) relu dense(N) relu dense(10)").layers(3)
 * // "flatten dense(3) relu dense(3) relu dense(10)"
 */
export function family(name: string, layers: string | Family["layers"]): Family {
  if (typeof layers === "function") return { name, layers };
  if (typeof layers === "string" && open.test(layers)) {
    return { name, layers: (width) => layers.replace(new RegExp(open, "g"), String(width)) };
  }
  const actual = typeof layers === "string" ? show(layers) : showValue(layers);
  throw new GradusError(
    `family: needs layers with N for the width that is to be found; ${name} has none in ${actual}. ` +
      "Write dense(N), for example.",
    { operation: "family", actual, hint: "dense(N)" },
  );
}

/** N as a number of its own, not part of a word. */
const open: RegExp = /(?<![\w.])N(?![\w.])/;

/**
 * Perceptrons with so many hidden layers of equal width.
 *
 * @param depth    hidden layers
 * @param input    the shape of one example
 * @param outputs  units of the last layer
 * @example deep(2, [16, 16], 10).layers(500)  // "flatten dense(500) relu dense(500) relu dense(10)"
 */
export function deep(depth: number, input: Shape, outputs: number): Family {
  if (!Number.isSafeInteger(depth) || depth < 1) {
    throw new GradusError(
      `deep: the number of hidden layers must be a positive integer; got ${showValue(depth)}. Give 1, for example.`,
      {
        operation: "deep",
        actual: showValue(depth),
      },
    );
  }
  const flat = input.length === 1 ? "" : "flatten ";
  const text = `${flat}${"dense(N) relu ".repeat(depth)}dense(${outputs})`;
  return family(`${depth} hidden layer${depth === 1 ? "" : "s"}`, text);
}

/** A member of a family. */
export interface Member {
  readonly width: number;
  readonly parameters: number;
  readonly network: Network;
}

/** Wider ones nobody means. */
const widest = 2 ** 24;

/** The network of that width; sentences of layers that do not fit name the family. */
export function memberOf({ name, layers }: Family, input: Shape, width: number): Member {
  try {
    const made = layers(width);
    const network = (typeof made === "string" ? Network.from(input, made) : new Network(input, made)) as Network;
    return { width, parameters: network.parameterCount, network };
  } catch (error) {
    if (!(error instanceof GradusError)) throw error;
    throw new GradusError(
      `family ${show(name)}: ${error.message}`,
      { ...error.details, family: name },
      { cause: error },
    );
  }
}

/**
 * The member whose number of parameters is nearest to a budget; of two equally near, the narrower.
 *
 * @throws {GradusError} the narrowest member has more than twice as many, or width changes nothing
 * @example memberFor(deep(1, [784], 10), [784], 648010).width  // 815
 */
export function memberFor(of: Family, input: Shape, budget: number): Member {
  let low = memberOf(of, input, 1);
  if (low.parameters > 2 * budget) {
    throw new GradusError(
      `family ${show(of.name)}: its narrowest network has ${low.parameters} parameters; the budget is ${budget}. Give a larger budget.`,
      { operation: "family", expected: `at least ${low.parameters}`, actual: String(budget) },
    );
  }
  let high = memberOf(of, input, 2);
  if (high.parameters <= low.parameters) {
    throw new GradusError(
      `family ${show(of.name)}: its networks must have more parameters the wider they are; width 1 has ${low.parameters}, width 2 ` +
        `${high.parameters}. Let N be a number of units.`,
      { operation: "family", actual: String(high.parameters) },
    );
  }
  while (high.parameters < budget && high.width < widest) [low, high] = [high, memberOf(of, input, 2 * high.width)];
  while (high.width - low.width > 1) {
    const middle = memberOf(of, input, Math.floor((low.width + high.width) / 2));
    if (middle.parameters <= budget) low = middle;
    else high = middle;
  }
  return high.parameters - budget < budget - low.parameters ? high : low;
}
