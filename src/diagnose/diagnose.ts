/**
 * The doctor for networks: everything that can be found out about a network and its data, one check after the other. Cheap ones first;
 * those that train do it on copies. Nothing is changed, and nothing is found that was not measured.
 */

import { checkOptionNames } from "../base/options.ts";
import type { Dataset } from "../data/dataset.ts";
import { accuracy } from "../loss/accuracy.ts";
import { asLoss, checkLoss, type Loss, type LossLike } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { LearningRate } from "../optimizer/schedules/schedule.ts";
import { evaluate } from "../train/evaluate.ts";
import { type Course, judgeCourse, meanOf } from "../train/health/curves.ts";
import { countClasses, type InputScale, judgeBalance, judgeInputs, measureInputs } from "../train/health/data.ts";
import { type Finding, type FindingName, shown } from "../train/health/finding.ts";
import { judgeLayers } from "../train/health/layers.ts";
import { type LayerLook, Look } from "../train/health/look.ts";
import { judgeLoss } from "../train/health/loss.ts";
import { Holdings } from "../train/holdings.ts";
import { checkData, checkPreparation } from "../train/options.ts";
import { type Place, placeOf, targetFor } from "../train/place.ts";
import { placeState } from "../train/state.ts";
import { countDuplicates, type Duplicates, judgeDuplicates } from "./duplicates.ts";
import { compareNeighbours, judgeNeighbours, type Neighbours } from "./labels.ts";
import { findLearningRate, type LearningRates } from "./learning-rate.ts";
import { judgeOneBatch, type OneBatch, overfitBatch } from "./one-batch.ts";

export interface DiagnoseOptions extends Place {
  readonly loss: LossLike;
  /** Examples to be tested with: for duplicates, and to know whether the network reads them. */
  readonly test?: Dataset | undefined;
  /** The optimizer with a learning rate, for the learning-rate finder. Default: Adam. */
  readonly optimizer?: ((learningRate: LearningRate) => Optimizer) | undefined;
  /** The learning rate that the run had, to be compared with what is found. */
  readonly learningRate?: number | undefined;
  /** The course of the run: the loss of every step, and the epochs' scores. */
  readonly course?: Course | undefined;
  /** Decides first values and order of the trainings on copies. Default 1. */
  readonly seed?: number;
  /** Called before each check, with what it asks. */
  readonly onCheck?: (what: string) => void;
}

/** What was measured; null where it could not be. */
export interface Measures {
  readonly inputs: InputScale;
  readonly classes: readonly number[] | null;
  readonly layers: readonly LayerLook[];
  /** The same network with first values of its own. */
  readonly untrainedLayers: readonly LayerLook[];
  readonly duplicates: Duplicates | null;
  readonly neighbours: Neighbours | null;
  readonly testAccuracy: number | null;
  readonly oneBatch: OneBatch;
  readonly learningRates: LearningRates;
}

export interface Diagnosis {
  /** Each at most once, in the order of the checks; empty where nothing is wrong. */
  readonly findings: readonly Finding[];
  readonly measures: Measures;
}

const names: Readonly<Record<keyof DiagnoseOptions, true>> = {
  loss: true,
  test: true,
  optimizer: true,
  learningRate: true,
  course: true,
  seed: true,
  onCheck: true,
  target: true,
  numerics: true,
  threads: true,
};

/**
 * What ails a network, or its data: findings by name, each with its figure, its limit and what to do.
 *
 * Looks at every layer's gradients and answers, at inputs and labels, at examples that stand in both sets; tries whether a copy of the
 * network can learn one batch by heart, and which learning rates it takes. The network stays as it is; one without values is looked at
 * with first ones.
 *
 * @param network  trained or not
 * @param data     what it learns from
 * @param options  loss; test set, optimizer, learning rate and course of the run where they are known
 * @returns        findings and everything that was measured
 * @throws {ShapeError | DataError} the network does not fit the data
 * @example
 * const { findings } = await diagnose(net, digits.train.take(500), { loss: crossEntropy(), test: digits.test });
 * findings.map(({ name }) => name)
 */
export async function diagnose(network: Network, data: Dataset, options: DiagnoseOptions): Promise<Diagnosis> {
  checkOptionNames("diagnose", options, Object.keys(names));
  const { test, course, seed = 1, onCheck = () => {} } = options;
  const loss = asLoss(options.loss);
  checkData("diagnose", network, data);
  checkLoss(network, loss);
  checkPreparation("diagnose", network, data);
  if (test) checkData("diagnose", network, test);
  const place = placeOf(options);
  onCheck("the inputs and the labels");
  const inputs = measureInputs(data);
  const classes = countClasses(data);
  const neighbours = await compareNeighbours(data);
  const duplicates = test ? countDuplicates(data, test) : null;
  const testAccuracy = await accuracyOf(network, test, loss, place);
  onCheck("every layer, forward and backward");
  const untrained = network.untrained().initialize({ seed });
  const layers = await lookAt(network.initialized ? network : untrained, data, loss, seed, place);
  const untrainedLayers = network.initialized ? await lookAt(untrained, data, loss, seed, place) : layers;
  onCheck("whether one batch can be learned by heart");
  const oneBatch = await overfitBatch(network, data, loss, seed, place);
  onCheck("which learning rates it takes");
  const optimizer = options.optimizer ?? ((learningRate: LearningRate) => adam({ learningRate }));
  const learningRates = await findLearningRate(network, data, { loss, optimizer, seed, ...place });
  const structural: readonly FindingName[] = ["vanishing-gradients", "exploding-gradients"];
  const findings = [
    judgeLoss(network, loss, data),
    judgeInputs(network, inputs),
    judgeBalance(data, classes),
    judgeNeighbours(neighbours, testAccuracy),
    duplicates && judgeDuplicates(duplicates, test!.length),
    ...judgeLayers(layers),
    ...judgeLayers(untrainedLayers).filter(({ name }) => structural.includes(name)),
    judgeOneBatch(oneBatch),
    ...(course ? judgeCourse(course) : []),
    judgeRate(options.learningRate, learningRates, course),
  ].filter((each) => each !== null);
  const once = findings.filter(({ name }, index) => findings.findIndex((other) => other.name === name) === index);
  const measures = { inputs, classes: classes && Array.from(classes), layers, untrainedLayers, duplicates, neighbours };
  return { findings: once, measures: { ...measures, testAccuracy, oneBatch, learningRates } };
}

/** Every layer of a network with the state it has. */
export async function lookAt(
  network: Network,
  data: Dataset,
  loss: Loss,
  seed: number,
  place: Place,
): Promise<LayerLook[]> {
  const holdings = new Holdings(await targetFor(network, place));
  try {
    const values = await placeState(network, holdings);
    return await (await Look.prepare({ network, loss, seed }, data, holdings)).take(values);
  } finally {
    holdings.release();
  }
}

/** Of a trained network on examples with classes. */
async function accuracyOf(
  network: Network,
  test: Dataset | undefined,
  loss: Loss,
  place: Place,
): Promise<number | null> {
  if (!test?.classes || !network.initialized || network.classes === null) return null;
  return (await evaluate(network, test, { loss, metrics: [accuracy()], ...place })).accuracy!;
}

/** A rate this much below the one at which the loss falls fastest wastes steps. */
const tooSlow = 100;
/** A run whose loss has fallen to this share of its beginning has had no bad rate. */
const wellFallen = 0.5;

/** The run's rate among those that were found; a run that learned well has had a good one, whatever was found. */
function judgeRate(
  rate: number | undefined,
  { suggested, tooHigh }: LearningRates,
  course: Course | undefined,
): Finding | null {
  if (rate === undefined || (course && course.losses.length > 0 && fallenTo(course) < wellFallen)) return null;
  if (tooHigh !== null && rate >= tooHigh) {
    return {
      name: "learning-rate-too-high",
      layer: null,
      sentence:
        `The learning rate is ${shown(rate)}; in the learning-rate finder the loss rises from ${shown(tooHigh)} on. ` +
        `Take ${suggested === null ? "a tenth of it" : shown(suggested)}.`,
      figures: { rate, tooHigh, ...(suggested === null ? {} : { suggested }) },
    };
  }
  if (suggested === null || rate * tooSlow >= suggested) return null;
  return {
    name: "learning-rate-too-low",
    layer: null,
    sentence:
      `The learning rate is ${shown(rate)}; in the learning-rate finder the loss falls fastest at ${shown(suggested)} (limit a factor of ` +
      `${tooSlow}). Take ${shown(suggested)}.`,
    figures: { rate, suggested },
  };
}

/** The mean loss of the last tenth over that of the first step, which no rate has spoiled. */
function fallenTo({ losses }: Course): number {
  const few = Math.max(1, Math.floor(losses.length / 10));
  return meanOf(losses, losses.length - few, losses.length) / losses[0]!;
}
