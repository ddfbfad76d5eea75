/** What training is asked to do, with every default in one place. Refuses what cannot work before anything is computed. */

import { DataError, ShapeError, TrainingError } from "../base/errors.ts";
import { type Shape, sameShape, showShape } from "../base/shape.ts";
import { show, showValue } from "../base/show.ts";
import { checkAugmentations } from "../data/augment/augment.ts";
import type { Augmentation } from "../data/augment/augmentation.ts";
import type { Dataset } from "../data/dataset.ts";
import { asLoss, checkLoss, type Loss, type LossLike } from "../loss/loss.ts";
import { asMetric, type Metric, type MetricLike } from "../loss/metric.ts";
import { FunctionalNetwork } from "../network/functional-network.ts";
import { Network, type Normalization } from "../network/network.ts";
import { type Averaging, checkAveraging, withAveraging } from "../optimizer/averaging.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Numerics, TargetName } from "../targets/target.ts";
import { type Clipping, clippingOf } from "./clip.ts";
import { type EarlyStopping, type EarlyStoppingOptions, earlyStoppingOf } from "./early-stopping.ts";
import type { RunFacts, TrainingEvent } from "./events.ts";
import { layoutOf, settingOf } from "./layout.ts";

export interface TrainOptions {
  /** Step 2: how good a function is. A function over tensors that gives one number per example will do. */
  readonly loss: LossLike;
  /** Step 3: how the next function follows from the gradient. */
  readonly optimizer: Optimizer;
  /** Passes over the data. Default 1, or as many as `steps` needs. */
  readonly epochs?: number;
  /** Steps at most; the last pass is cut short there. */
  readonly steps?: number;
  /** Examples per step; the last step of a pass takes what is left. Default 32. */
  readonly batchSize?: number;
  /**
   * How examples are varied, anew at every step and in this order, before the network learns from them. Loss and metrics of training
   * are those of the varied examples; validation sees the examples as they are. Default: not at all.
   */
  readonly augment?: readonly Augmentation[];
  /** Decides first values, order, dropout and augmentation, an integer from 0. Default 0. */
  readonly seed?: number;
  /**
   * Makes the gradients smaller where the norm of all of them together is larger than this: `g · clipNorm / (‖g‖ + 1e-6)`, as PyTorch's
   * `clip_grad_norm_` does. Infinity only tells the norms, in the step events. Default: nothing is clipped.
   */
  readonly clipNorm?: number;
  /** Cuts every element of every gradient to ±clipValue. Default: nothing is clipped. */
  readonly clipValue?: number;
  /**
   * Averages the parameters along the run. The network then holds the averages from the first step on: they are what is validated,
   * saved and left at the end, while the steps go on from parameters of their own. Buffers, such as running means, are not averaged.
   * Default: none.
   */
  readonly averaging?: Averaging;
  /** Whether each pass has an order of its own. Default true. */
  readonly shuffle?: boolean;
  /** Examples to be asked about after each pass; nothing is learned from them. */
  readonly validation?: Dataset;
  /**
   * Ends the run when a score of the validation set gets no better, with the parameters of the best epoch. Default: the run takes all
   * its steps.
   */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** What else is watched. Default: nothing. */
  readonly metrics?: readonly MetricLike[];
  /**
   * A folder for the model, the events and the configuration (Node, Deno, Bun), written from the first finished step on. Default:
   * nothing is written.
   */
  readonly out?: string;
  /** Ends the run between two steps, with everything saved; a step that takes long is left or finished within a tenth of a second. */
  readonly signal?: AbortSignal;
  /**
   * Called with every event, in order. The network's parameters are then those of the step; they lie in memory that the next step changes,
   * so what is to be kept is read at once: `net.parameters.get("0.weight").data()` copies.
   */
  readonly callbacks?: readonly ((event: TrainingEvent) => void)[];
  /**
   * Whether what ails the run is told as warning events: by its data, its losses and, in runs of some seconds, a look at its layers now and
   * then, which takes less than 2 % of the time. No result changes. Default true.
   */
  readonly warnings?: boolean;
  /** Whether about a second of steps is timed kernel by kernel and told as an event before the end; no result changes. Default false. */
  readonly profile?: boolean;
  /** Default: GRADUS_TARGET, else x64 where it runs and wasm elsewhere; the reference for a float64 network. */
  readonly target?: TargetName;
  /** Default: GRADUS_NUMERICS, else fused where the target can. */
  readonly numerics?: Numerics;
  /** 1 to 64; no result depends on it. Default: GRADUS_THREADS, else as many as the machine has processors. */
  readonly threads?: number;
}

/** The options with defaults, checked against network and data. */
export interface Plan extends Clipping {
  readonly network: Network;
  readonly data: Dataset;
  readonly validation: Dataset | null;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly optimizer: Optimizer;
  readonly augment: readonly Augmentation[];
  readonly epochs: number;
  /** Of the whole run. */
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly averaging: Averaging | null;
  readonly earlyStopping: EarlyStopping | null;
}

export function planOf(network: Network, data: Dataset, options: TrainOptions): Plan {
  const { validation = null, averaging = null, augment = [], seed = 0, shuffle = true } = options;
  if (options.loss === undefined || options.optimizer === undefined) {
    const missing = options.loss === undefined ? "loss" : "optimizer";
    const hint = missing === "loss" ? "loss: crossEntropy()" : "optimizer: adam()";
    throw new TrainingError(
      `train: needs ${missing === "loss" ? "a" : "an"} ${missing}; got none. Give one, as in ${hint}.`,
      { operation: "train", hint },
    );
  }
  checkOptimizer(options.optimizer);
  const loss = asLoss(options.loss);
  checkData("train", network, data);
  checkLoss(network, loss);
  if (validation) {
    checkData("validation", network, validation);
    checkSameKind(data, validation);
  }
  checkAugmentations(augment, settingOf(network, layoutOf(data)));
  const batchSize = Math.min(count("batchSize", options.batchSize ?? 32), data.length);
  const perEpoch = Math.ceil(data.length / batchSize);
  const limit = options.steps === undefined ? Infinity : count("steps", options.steps);
  const wanted = options.epochs ?? (options.steps === undefined ? 1 : Math.ceil(limit / perEpoch));
  const steps = Math.min(limit, count("epochs", wanted) * perEpoch);
  if (averaging !== null) checkAveraging(averaging);
  const optimizer = averaging === null ? options.optimizer : withAveraging(options.optimizer, averaging);
  // Schedules look at the run's length, and refuse one that they do not fit.
  optimizer.scalars(1, steps);
  const metrics = metricsOf(options.metrics ?? []);
  const scores = ["loss", ...metrics.map(({ name }) => name)];
  return {
    network,
    data,
    validation,
    loss,
    metrics,
    optimizer,
    augment,
    epochs: Math.ceil(steps / perEpoch),
    steps,
    batchSize,
    seed,
    shuffle,
    averaging,
    ...clippingOf(options),
    earlyStopping:
      options.earlyStopping === undefined ? null : earlyStoppingOf(options.earlyStopping, scores, validation !== null),
  };
}

/** What a result says beside its metrics: no metric may be called so. The compiler sees that none is missing. */
const taken: Readonly<Record<Exclude<keyof RunFacts, "loss"> | "event" | "history", true>> = {
  event: true,
  hash: true,
  numerics: true,
  target: true,
  threads: true,
  seconds: true,
  steps: true,
  epochs: true,
  samplesPerSecond: true,
  aborted: true,
  stoppedEarly: true,
  bestEpoch: true,
  underflow: true,
  history: true,
};

/** Metrics by name: two of one name, or of the name of another fact, would be one figure. */
export function metricsOf(given: readonly MetricLike[]): Metric[] {
  const metrics = given.map(asMetric);
  const fact = metrics.find(({ name }) => Object.hasOwn(taken, name));
  if (fact) {
    throw new TrainingError(
      `metrics: no metric may have a name that a result needs: ${Object.keys(taken).join(", ")}; got ${fact.name}. ` +
        "Rename the function.",
      { operation: "metrics", actual: fact.name, hint: "Rename the function." },
    );
  }
  const names = ["loss", ...metrics.map(({ name }) => name)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return metrics;
  throw new TrainingError(`metrics: every metric needs a name of its own; got ${twice} twice. Rename the function.`, {
    operation: "metrics",
    actual: twice,
  });
}

/** Throws where the data is not what the network takes, or its labels name outputs that are not there. */
export function checkData(operation: string, network: Network, data: Dataset): void {
  checkOneEach(operation, network);
  if (!sameShape(data.inputShape, network.inputShape)) {
    const [expected, actual] = [showShape(network.inputShape), showShape(data.inputShape)];
    throw new ShapeError(
      `${operation}: the network takes inputs ${expected}; the data has ${actual}. Begin with network(${actual}, …).`,
      { operation, expected, actual },
    );
  }
  const classes = network.outputShape[0];
  if (!data.classes || network.outputShape.length !== 1 || classes === undefined) return;
  if (classes === 1 || data.classes.length <= classes) return;
  throw new DataError(
    `${operation}: the data has ${data.classes.length} classes and the network ${classes} outputs. ` +
      `End the network with dense(${data.classes.length}).`,
    { operation, expected: String(data.classes.length), actual: showShape(network.outputShape as Shape) },
  );
}

/** For JavaScript, which knows no types: what stands where an optimizer should. */
function checkOptimizer(optimizer: unknown): void {
  const { scalars, update } = (optimizer ?? {}) as Partial<Optimizer>;
  if (typeof scalars === "function" && typeof update === "function") return;
  const actual = showValue(optimizer);
  const hint = "Write optimizer: adam(), or parseOptimizer(text).";
  throw new TrainingError(`train: optimizer must be one that adam() or its like make; got ${actual}. ${hint}`, {
    operation: "train",
    option: "optimizer",
    actual,
    hint,
  });
}

/** For JavaScript, which knows no types. */
function checkOneEach(operation: string, network: unknown): void {
  if (network instanceof Network) return;
  const actual = network instanceof FunctionalNetwork ? String(network) : showValue(network);
  const hint = "Let forward take one input apart, and give one output that the loss takes apart.";
  throw new TrainingError(
    `${operation}: needs a network with one input and one output; got ${show(actual, 200)}. ${hint}`,
    { operation, actual, hint },
  );
}

/** Throws where validation data was prepared in another way than training data, or numbers the classes differently. */
function checkSameKind(data: Dataset, validation: Dataset): void {
  if (!sameScale(data.normalization, validation.normalization)) {
    const [expected, actual] = [showScale(data.normalization), showScale(validation.normalization)];
    throw new DataError(
      `validation: needs the training data's normalization, ${expected}; got ${actual}. ` +
        "Use validation.normalize(train.normalization).",
      { operation: "validation", expected, actual, hint: "validation.normalize(train.normalization)" },
    );
  }
  const [known, given] = [data.classes ?? [], validation.classes ?? []];
  const other = given.findIndex((name, index) => index < known.length && name !== known[index]);
  if (other < 0) return;
  throw new DataError(
    `validation: needs the training data's classes; class ${other} is ${show(known[other]!)} there and ` +
      `${show(given[other]!)} here. Give both the same list of classes.`,
    { operation: "validation", expected: known[other]!, actual: given[other]! },
  );
}

/** Throws where the data was not prepared as that which the network learned from. */
export function checkPreparation(operation: string, { normalization }: Network, data: Dataset): void {
  if (normalization === null || sameScale(normalization, data.normalization)) return;
  const [expected, actual] = [showScale(normalization), showScale(data.normalization)];
  throw new DataError(
    `${operation}: needs the normalization that the network was trained with, ${expected}; got ${actual}. ` +
      "Use data.normalize(net.normalization).",
    { operation, expected, actual, hint: "data.normalize(net.normalization)" },
  );
}

function sameScale(a: Normalization, b: Normalization): boolean {
  return a.multiply === b.multiply && a.add === b.add;
}

function showScale({ multiply, add }: Normalization): string {
  return multiply === 1 && add === 0 ? "none" : `value · ${multiply} + ${add}`;
}

function count(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TrainingError(`train: ${option} must be a positive integer; got ${value}. Give 1 or more.`, {
    operation: "train",
    option,
    actual: String(value),
  });
}
