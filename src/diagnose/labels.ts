/**
 * Whether labels belong to their inputs: where they do, an example's nearest neighbour mostly has its label, and where they were
 * shuffled it has by chance. Some honest tasks look so too (parity is one), so the finding says what it saw.
 */

import { sizeOf } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";
import { spreadIndices } from "../data/draw.ts";
import { tensor } from "../tensor/create.ts";
import { type Finding, shown, shownShare } from "../train/health/finding.ts";

export interface Neighbours {
  /** Share of examples whose nearest neighbour has their label. */
  readonly agreement: number;
  /** What chance would give: Σ p² over the classes. */
  readonly chance: number;
  /** Examples that were asked. */
  readonly examples: number;
}

/** Examples that are compared with each other. */
const most = 1000;
const fewest = 50;
/** Deviations above chance that labels with a meaning exceed. */
const deviations = 4;

/** The nearest by Euclidean distance, of each of some examples among the others; null where targets are no classes. */
export async function compareNeighbours(data: Dataset): Promise<Neighbours | null> {
  if (data.classes === null || data.length < fewest) return null;
  const chosen = data.select(spreadIndices(data.length, most));
  const examples = chosen.length;
  const size = sizeOf(data.inputShape);
  const x = tensor(chosen.values(), { shape: [examples, size] as [number, number] });
  const squares = x.square().sum(1);
  const products = x.matmul(x.transpose());
  // The nearest has the largest 2·x·y − ‖y‖²; nobody is a neighbour of its own.
  const self = tensor(
    Float32Array.from({ length: examples * examples }, (_, i) => (i % (examples + 1) === 0 ? 1 : 0)),
    {
      shape: [examples, examples] as [number, number],
    },
  );
  const largest = products.abs().max().add(squares.max()).mul(4).add(1);
  const nearest = await products.mul(2).sub(squares.expand(0)).sub(self.mul(largest)).argMax(1).data();
  const labels = chosen.targets;
  const agreeing = nearest.reduce((sum: number, place, index) => sum + (labels[place] === labels[index] ? 1 : 0), 0);
  return { agreement: agreeing / examples, chance: chanceOf(labels, data.classes.length), examples };
}

function chanceOf(labels: ArrayLike<number>, classes: number): number {
  const counts = new Float64Array(classes);
  for (let index = 0; index < labels.length; index++) counts[labels[index]!]!++;
  return counts.reduce((sum, count) => sum + (count / labels.length) * (count / labels.length), 0);
}

/** @param accuracy  of the network on the test set, where it is known: a network that reads it knows labels with a meaning */
export function judgeNeighbours(found: Neighbours | null, accuracy: number | null): Finding | null {
  if (found === null) return null;
  const { agreement, chance, examples } = found;
  const limit = chance + deviations * Math.sqrt((chance * (1 - chance)) / examples);
  if (agreement > limit || (accuracy !== null && accuracy > chance + 0.1)) return null;
  const test = accuracy === null ? "" : `, and the network is right in ${shownShare(accuracy)} of the test set`;
  return {
    name: "labels-shuffled",
    layer: null,
    sentence:
      `Of ${examples} training examples ${shownShare(agreement)} have the label of their nearest neighbour, which chance alone would give ` +
      `(${shownShare(chance)}, limit ${shownShare(Number(limit.toPrecision(3)))})${test}: labels seem not to belong to their inputs. Check that ` +
      "inputs and targets are read, shuffled and filtered in the same order.",
    figures: { agreement, chance: Number(shown(chance)), examples },
  };
}
