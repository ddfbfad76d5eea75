/**
 * The learning-rate finder: a short training in which the rate grows from step to step, from far too low to far too high; where the
 * loss falls fastest the rate is good, where it rises it is too high. The network itself is not touched.
 */

import { TrainingError } from "../base/errors.ts";
import { exp, log } from "../base/math.ts";
import { checkOptionNames } from "../base/options.ts";
import type { Dataset } from "../data/dataset.ts";
import type { LossLike } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { LearningRate } from "../optimizer/schedules/schedule.ts";
import type { Chart } from "../pictures/picture.ts";
import type { Place } from "../train/place.ts";
import { train } from "../train/train.ts";

export interface LearningRateOptions extends Place {
  readonly loss: LossLike;
  /** The optimizer with a learning rate: `(learningRate) => adam({ learningRate })`. */
  readonly optimizer: (learningRate: LearningRate) => Optimizer;
  /** The rates to go through. Default 1e-7 to 10. */
  readonly from?: number;
  readonly to?: number;
  /** Steps from one end to the other. Default 100. */
  readonly steps?: number;
  /** Default 32. */
  readonly batchSize?: number;
  readonly seed?: number;
}

export interface LearningRates {
  /** The loss at each rate, smoothed; it ends where it has risen to twice its beginning, or was not finite. */
  readonly curve: readonly { readonly rate: number; readonly loss: number }[];
  /** Where the loss falls fastest; null where it falls nowhere. */
  readonly suggested: number | null;
  /** From here on the loss rises; null where it does not. */
  readonly tooHigh: number | null;
}

/** How much of the smoothed loss is its past (Smith's range test, as it is commonly drawn). */
const memory = 0.9;

/**
 * Looks for a learning rate (Smith 2017, "Cyclical learning rates", §3.3): a copy of the network with first values of its own is trained for
 * some steps with a rate that grows by the same factor at each.
 *
 * @returns the curve and the rate at which the loss falls fastest: a good one for most schedules, to be halved for long runs without one
 * @throws {TrainingError} an option out of range, and what `train` throws
 * @example
 * const { suggested } = await findLearningRate(net, digits.train, {
 *   loss: crossEntropy(), optimizer: (learningRate) => adam({ learningRate }),
 * });
 */
export async function findLearningRate(
  network: Network,
  data: Dataset,
  options: LearningRateOptions,
): Promise<LearningRates> {
  checkOptionNames("findLearningRate", options, names);
  const { loss, optimizer, from = 1e-7, to = 10, steps = 100, batchSize = 32, ...rest } = options;
  if (!(from > 0 && to > from)) {
    throw new TrainingError(
      `findLearningRate: rates go from above 0 to more; got from ${from} to ${to}. Leave them out.`,
      {
        operation: "findLearningRate",
        actual: `${from} to ${to}`,
      },
    );
  }
  const rateAt = (step: number, total: number): number =>
    from * exp(log(to / from) * ((step - 1) / Math.max(1, total - 1)));
  const losses: number[] = [];
  const settings = { loss, optimizer: optimizer(rateAt), steps, batchSize, warnings: false, ...rest };
  try {
    for await (const event of train(network.untrained(), data, settings)) {
      if (event.event === "step") losses.push(...event.losses);
    }
  } catch (error) {
    // A rate that is too high ends in numbers that are not finite: that is what is looked for.
    if (!(error instanceof TrainingError) || losses.length === 0) throw error;
  }
  return read(losses, (index) => rateAt(index + 1, steps));
}

const names = ["loss", "optimizer", "from", "to", "steps", "batchSize", "seed", "target", "numerics", "threads"];

function read(losses: readonly number[], rateOf: (index: number) => number): LearningRates {
  const smooth: number[] = [];
  let [sum, weight] = [0, 0];
  for (const loss of losses) {
    sum = memory * sum + (1 - memory) * loss;
    weight = memory * weight + (1 - memory);
    const value = sum / weight;
    if (!Number.isFinite(value) || value > 2 * Math.abs(smooth[0] ?? value)) break;
    smooth.push(value);
  }
  const curve = smooth.map((loss, index) => ({ rate: rateOf(index), loss }));
  const best = smooth.indexOf(Math.min(...smooth));
  const tooHigh = smooth.findIndex(
    (loss, index) => index > best && loss > smooth[best]! + 0.25 * Math.abs(smooth[0]! - smooth[best]!),
  );
  return {
    curve,
    suggested: steepest(smooth, best, rateOf),
    tooHigh: tooHigh >= 0 ? rateOf(tooHigh) : smooth.length < losses.length ? rateOf(smooth.length) : null,
  };
}

/** The first losses are those of single batches: what falls among them is chance. */
const settled = 10;
/** Steps over which a fall is measured. */
const span = 5;

/** The rate at which the smoothed loss falls most, before its minimum; smoothing sees it late, by about the span. */
function steepest(smooth: readonly number[], best: number, rateOf: (index: number) => number): number | null {
  const before = smooth[Math.min(settled, smooth.length - 1)]!;
  if (!(before - smooth[best]! > 0.02 * Math.abs(before))) return null;
  let [found, fall] = [-1, 0];
  for (let index = settled + span; index <= best; index++) {
    const here = smooth[index - span]! - smooth[index]!;
    if (here > fall) [found, fall] = [index, here];
  }
  return found < 0 ? null : rateOf(found - span);
}

/**
 * The finder's curve as a picture.
 *
 * @example learningRateChart({ curve: [{ rate: 0.1, loss: 2 }], suggested: 0.1, tooHigh: null }).title  // "Loss over the learning rate"
 */
export function learningRateChart({ curve, suggested }: LearningRates): Chart {
  const losses = curve.map(({ loss }) => loss);
  const marked = curve.filter(({ rate }) => rate === suggested);
  return {
    kind: "chart",
    title: "Loss over the learning rate",
    x: { label: "learning rate", log: true },
    y: { label: "smoothed loss", log: losses.length > 0 && Math.min(...losses) > 0 },
    series: [
      { name: "loss", points: curve.map(({ rate, loss }) => ({ x: rate, y: loss })) },
      ...(marked.length > 0
        ? [
            {
              name: "falls fastest",
              as: "dots" as const,
              points: marked.map(({ rate, loss }) => ({ x: rate, y: loss })),
            },
          ]
        : []),
    ],
  };
}
