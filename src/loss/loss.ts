/**
 * Step 2: how good is one of the network's functions. A loss gives one number per example, `[batch]`, and says whether these are
 * averaged or added up; so means weigh by example and a last, smaller batch counts for what it is. Users' own losses are functions
 * over tensors. Refuses functions that do not leave the batch axis standing, and softmax where a loss takes logits.
 */

import { printCall } from "../base/call.ts";
import { ShapeError, TrainingError } from "../base/errors.ts";
import { sameShape, showShape } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import { decidingLayer } from "../network/meaning.ts";
import type { Network } from "../network/network.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What happens to the losses of a batch's examples before the gradient is taken. */
export type Reduction = "mean" | "sum";

/** `[batch, ...out]` and targets of the batch to `[batch]`. */
export type PerExample = (output: Tensor, target: Tensor) => Tensor;

export interface Loss {
  readonly name: string;
  readonly reduction: Reduction;
  /** What the loss takes the network's outputs for, where it matters: logits must not have passed softmax; values have distances. */
  readonly takes: "logits" | "values" | null;
  /** The loss of every example. */
  perExample(output: Tensor, target: Tensor): Tensor;
  print(): string;
}

export interface LossOptions {
  /** "mean" (default) averages over the batch's examples, "sum" adds them up as the lecture's total loss does. */
  readonly reduction?: Reduction;
}

/** A loss, or a function that gives one number per example; its mean over the batch is then the loss. */
export type LossLike = Loss | PerExample;

/** Makes a loss; the result of `perExample` is checked to be `[batch]`. */
export function defineLoss(definition: {
  readonly name: string;
  readonly options?: LossOptions;
  /** Further options that differ from their defaults, for printing. */
  readonly changed?: Readonly<Record<string, number | undefined>>;
  readonly takes?: "logits" | "values";
  readonly perExample: PerExample;
}): Loss {
  const { name, options = {}, changed = {}, takes = null, perExample } = definition;
  const { reduction = "mean" } = options;
  if (reduction !== "mean" && reduction !== "sum") {
    throw new TrainingError(`${name}: reduction must be "mean" or "sum"; got ${JSON.stringify(reduction)}.`, {
      operation: name,
      expected: '"mean" or "sum"',
      actual: String(reduction),
    });
  }
  return {
    name,
    reduction,
    takes,
    perExample: (output, target) => checkPerExample(name, output, perExample(output, target)),
    print: () => printCall(name, [], { reduction: reduction === "mean" ? undefined : reduction, ...changed }),
  };
}

/** The loss itself, or one made from a function. */
export function asLoss(loss: LossLike): Loss {
  if (typeof loss === "function") return defineLoss({ name: loss.name || "loss", perExample: loss });
  checkPerExampleOf(loss, "loss", "crossEntropy()");
  return loss;
}

/** Throws where JavaScript, which knows no types, passes something else than a loss or a metric, such as its name. */
export function checkPerExampleOf(given: unknown, what: "loss" | "metric", instead: string): void {
  if (typeof (given as Partial<Loss> | null | undefined)?.perExample === "function") return;
  const actual = showValue(given);
  throw new TrainingError(
    `${what}: must be a ${what} or a function over tensors; got ${actual}. Write ${instead}, for example.`,
    { operation: what, actual, hint: instead },
  );
}

/** One number from those of the examples: what the gradient is taken of. */
export function reduceLoss(loss: Loss, perExample: Tensor): Tensor {
  return loss.reduction === "mean" ? perExample.mean() : perExample.sum();
}

/** Throws where the network's outputs are not what the loss takes. */
export function checkLoss(network: Network, loss: Loss): void {
  const last = decidingLayer(network);
  if (loss.takes !== "logits" || last?.layer.gives !== "probabilities") return;
  throw new TrainingError(
    `${loss.name}: needs logits and applies softmax itself; got probabilities from ${last.layer.title} at layer ` +
      `${last.path}. Remove that layer; net.classify() adds softmax where probabilities are wanted.`,
    { operation: loss.name, layer: last.path, expected: "logits", actual: "probabilities", hint: "Remove softmax()." },
  );
}

/** Throws unless `values` holds one number per example of `output`. For losses and metrics alike. */
export function checkPerExample(name: string, output: Tensor, values: Tensor): Tensor {
  if (!(values instanceof Tensor)) throw notPerExample(name, values);
  const batch = output.shape.slice(0, 1);
  if (sameShape(values.shape, batch)) return values;
  throw new ShapeError(
    `${name}: must give one number per example, ${showShape(batch)}; got ${showShape(values.shape)}. ` +
      "Reduce over every axis but the first.",
    { operation: name, expected: showShape(batch), actual: showShape(values.shape) },
  );
}

/** What a function gave that is no tensor: another function made it, perhaps, which was not called. */
function notPerExample(name: string, values: unknown): TrainingError {
  const actual = showValue(values);
  return new TrainingError(
    `${name}: must give a tensor with one number per example; got ${actual}. Call it where it makes a loss or metric: ${name}().`,
    { operation: name, actual },
  );
}
