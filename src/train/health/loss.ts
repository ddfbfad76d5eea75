/** Whether the loss fits what the network's last layer gives and what is to be learned. */

import { exp, log } from "../../base/math.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Loss } from "../../loss/loss.ts";
import { decidingLayer } from "../../network/meaning.ts";
import type { Network } from "../../network/network.ts";
import { type Finding, shown } from "./finding.ts";

export function judgeLoss(network: Network, loss: Loss, data: Dataset): Finding | null {
  const last = decidingLayer(network);
  const classes = data.classes?.length ?? 0;
  if (last === undefined || classes < 2) return null;
  const { title, bounds } = last.layer;
  const where = `${title} at layer ${last.path}`;
  if (loss.takes === "logits") {
    return bounds === null || network.outputShape.length !== 1
      ? null
      : boundedLogits(where, bounds, network, loss, last.path);
  }
  return loss.takes === "values" ? distances(where, last.layer.gives, { loss: loss.name, classes }, last.path) : null;
}

/** The least loss of logits between two bounds: the right one at the upper, all others at the lower. */
function boundedLogits(
  where: string,
  [low, high]: readonly [number, number],
  network: Network,
  loss: Loss,
  layer: string,
): Finding {
  const outputs = network.outputShape[0]!;
  const least = log(1 + (outputs - 1) * exp(low - high));
  const cost = Number.isFinite(high - low)
    ? `so that ${loss.name} cannot fall below ${shown(least)}`
    : `so that an output stays at ${shown(Number.isFinite(low) ? low : high)} and learns no more once it is there`;
  return {
    name: "loss-mismatch",
    layer,
    sentence:
      `The loss ${loss.name} takes logits of any size, and ${where} gives numbers from ${shown(low)} to ${shown(high)}, ${cost}. ` +
      "Let the network end with dense(…).",
    figures: Number.isFinite(least) ? { least } : {},
  };
}

/** Squared error is flat where an answer is surely wrong, and far from it else. */
function distances(
  where: string,
  gives: string | null,
  { loss, classes }: { readonly loss: string; readonly classes: number },
  layer: string,
): Finding {
  const problem =
    gives === "probabilities"
      ? `The loss ${loss} after ${where} is flat where an answer is surely wrong (its gradient goes to 0 there)`
      : `The loss ${loss} measures distances to 0 and 1, and ${classes} classes have none`;
  const fix = gives === "probabilities" ? "Take crossEntropy(), and leave the softmax out" : "Take crossEntropy()";
  return { name: "loss-mismatch", layer, sentence: `${problem}. ${fix}.`, figures: { classes } };
}
