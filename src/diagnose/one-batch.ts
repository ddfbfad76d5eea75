/**
 * Whether the network can learn one batch by heart. One that cannot learn 32 examples will not learn more: something between inputs and
 * loss is cut off, too narrow, or contradicts itself. The network itself is not touched.
 */

import type { Dataset } from "../data/dataset.ts";
import { spreadIndices } from "../data/draw.ts";
import { accuracy } from "../loss/accuracy.ts";
import type { LossLike } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import { evaluate } from "../train/evaluate.ts";
import { type Finding, shown, shownShare } from "../train/health/finding.ts";
import type { Place } from "../train/place.ts";
import { train } from "../train/train.ts";

export interface OneBatch {
  readonly examples: number;
  readonly steps: number;
  /** Over the batch, before and after. */
  readonly before: number;
  readonly after: number;
  /** Share of right answers after; null where targets are no classes. */
  readonly accuracy: number | null;
}

const examples = 32;
/** Passes of Adam at each of two rates, from first values of its own. */
const steps = 300;
const rates = [0.003, 0.0005];
/** What is learned by heart: this share of right answers, or this much of the first loss is left. */
const limit = { accuracy: 0.95, loss: 0.1 };

export async function overfitBatch(
  network: Network,
  data: Dataset,
  loss: LossLike,
  seed: number,
  place: Place,
): Promise<OneBatch> {
  const batch = data.select(spreadIndices(data.length, examples));
  const count = batch.length;
  const asked = { loss, metrics: data.classes === null ? [] : [accuracy()], ...place };
  let best: OneBatch | null = null;
  for (const learningRate of rates) {
    const fresh = network.untrained().initialize({ seed });
    const before = (await evaluate(fresh, batch, asked)).loss;
    // The whole batch at each step; a run that fails has learned as little as one that stands still.
    const settings = {
      loss,
      optimizer: adam({ learningRate }),
      steps,
      batchSize: count,
      seed,
      warnings: false,
      ...place,
    };
    await train(fresh, batch, settings).then(null, () => {});
    const after = await evaluate(fresh, batch, asked);
    const found = { examples: count, steps, before, after: after.loss, accuracy: after.accuracy ?? null };
    if (judgeOneBatch(found) === null) return found;
    if (best === null || found.after < best.after) best = found;
  }
  return best!;
}

export function judgeOneBatch({
  examples: count,
  steps: taken,
  before,
  after,
  accuracy: right,
}: OneBatch): Finding | null {
  const isLearned = right !== null ? right >= limit.accuracy : after <= limit.loss * before;
  if (isLearned) return null;
  const answers =
    right === null
      ? `the loss is ${shown(after)} of ${shown(before)} (limit ${shownShare(limit.loss)})`
      : `${shownShare(right)} are right (limit ${shownShare(limit.accuracy)})`;
  return {
    name: "batch-not-overfitted",
    layer: null,
    sentence:
      `After ${taken} steps on the same ${count} examples ${answers}: something between inputs and loss is cut off, too narrow, or the ` +
      "examples contradict each other. Look for a layer without gradients, widen the narrowest layer, and compare inputs with their targets.",
    figures: { before, after, examples: count, ...(right === null ? {} : { accuracy: right }) },
  };
}
