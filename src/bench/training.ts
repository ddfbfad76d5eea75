/**
 * Workloads that train: a network with cross-entropy on 4,000 drawn digits in shuffled batches, by the same `train` that everybody calls. Thousands of steps come before the measurement: a network that has just begun, or one that sees
 * one batch for ever, computes with other numbers than training does.
 */

import { sizeOf } from "../base/shape.ts";
import { compileModule } from "../compiler/compile.ts";
import type { Dataset } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { ink } from "../data/ink.ts";
import { simplifyModule } from "../graph/simplify.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import type { Layer } from "../network/layer.ts";
import { relu } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { Network } from "../network/network.ts";
import { adam } from "../optimizer/adam.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { sgd } from "../optimizer/sgd.ts";
import type { CpuTarget } from "../targets/target.ts";
import type { StepEvent } from "../train/events.ts";
import { planOf, type TrainOptions } from "../train/options.ts";
import { specOf, traceStep } from "../train/step.ts";
import { train } from "../train/train.ts";
import { type Work, workOf } from "./roofline.ts";
import type { Pace, Timing, Workload } from "./workload.ts";

export type OptimizerName = "sgd" | "sgdm" | "adam";

/** What is trained, on how many examples at a time, and how. */
export interface TrainingSpec {
  network(): Network;
  readonly batch: number;
  readonly optimizer: OptimizerName;
}

/** Learning rates at which these networks learn and stay finite. */
export const optimizers: Readonly<Record<OptimizerName, () => Optimizer>> = {
  sgd: () => sgd({ learningRate: 0.1 }),
  sgdm: () => sgd({ learningRate: 0.01, momentum: 0.9 }),
  adam: () => adam(),
};

const examples = 4000;
/** Steps of a run that is ended by a signal. */
const endless = 1_000_000_000;

export function training(name: string, spec: TrainingSpec): Workload {
  return { name, time: (target, pace, between) => timeTraining(spec, target, pace, between) };
}

/** A fully connected network with relu between its layers: inputs, units of the hidden layers, outputs. */
export function perceptron([inputs, ...units]: readonly number[]): Network {
  return new Network(
    [inputs!],
    units.flatMap((size, i): Layer[] => (i === 0 ? [dense(size)] : [relu(), dense(size)])),
  );
}

async function timeTraining(
  spec: TrainingSpec,
  target: CpuTarget,
  pace: Pace,
  between: () => Promise<void>,
): Promise<Timing> {
  const network = spec.network();
  const data = await digits(network);
  const stop = new AbortController();
  const watch = new Watch(Math.min(spec.batch, examples), pace, stop);
  const options: TrainOptions = {
    loss: crossEntropy(),
    optimizer: optimizers[spec.optimizer](),
    batchSize: spec.batch,
    steps: endless,
    target: target.name,
    numerics: target.numerics,
    threads: target.threads,
    signal: stop.signal,
    callbacks: [(event) => event.event === "step" && watch.chunk(event)],
  };
  await between();
  watch.begin();
  await train(network, data, options);
  await between();
  return { seconds: watch.rounds, work: workOfStep(network, data, options, target), warmUp: watch.warmUp };
}

/**
 * Chunks of steps: those to warm up, then those that are gathered into rounds, until there are enough. Time is what passes between
 * one chunk's end and the next one's: steps, shuffles, events.
 */
class Watch {
  readonly rounds: number[] = [];
  warmUp = 0;
  readonly #batch: number;
  readonly #pace: Pace;
  readonly #stop: AbortController;
  #last = 0;
  #warmSeconds = 0;
  #steps = 0;
  #seconds = 0;

  constructor(batch: number, pace: Pace, stop: AbortController) {
    this.#batch = batch;
    this.#pace = pace;
    this.#stop = stop;
  }

  begin(): void {
    this.#last = performance.now();
  }

  /** Notes a chunk; of the last chunks of epochs, whose batch is smaller, only warming up takes notice. */
  chunk({ losses, examples: seen }: StepEvent): void {
    const { rounds, roundSeconds, warmUpSteps, warmUpSeconds } = this.#pace;
    const seconds = (performance.now() - this.#last) / 1000;
    if (this.warmUp < warmUpSteps && this.#warmSeconds < warmUpSeconds) {
      this.warmUp += losses.length;
      this.#warmSeconds += seconds;
    } else if (seen === losses.length * this.#batch) {
      this.#steps += losses.length;
      this.#seconds += seconds;
      if (this.#seconds >= roundSeconds) this.#round();
    }
    if (this.rounds.length >= rounds) this.#stop.abort();
    this.#last = performance.now();
  }

  #round(): void {
    this.rounds.push(this.#seconds / this.#steps);
    [this.#steps, this.#seconds] = [0, 0];
  }
}

/** What a step has to do, by the program that is compiled for it. */
function workOfStep(network: Network, data: Dataset, options: TrainOptions, { machine }: CpuTarget): Work {
  const plan = planOf(network, data, options);
  const { module } = traceStep(specOf(plan, plan.batchSize, 1));
  return workOf(compileModule(simplifyModule(module), machine));
}

/** Drawn digits, stretched to as many values as the network takes; where digits and outputs differ in number, some share a label. */
export async function digits({ inputShape, outputShape }: Network): Promise<Dataset> {
  const inputs = sizeOf(inputShape);
  const size = inputs <= 400 ? 16 : 28;
  const { train: drawn } = await ink({ size, train: examples, test: 1 });
  const pixels = size * size;
  const values = drawn.values();
  const stretched = new Float32Array(examples * inputs);
  for (let i = 0; i < stretched.length; i++) {
    const [row, column] = [Math.floor(i / inputs), i % inputs];
    stretched[i] = values[row * pixels + Math.floor((column * pixels) / inputs)]!;
  }
  const targets = Int32Array.from(drawn.targets, (label) => label % outputShape[0]!);
  const classes = Array.from({ length: outputShape[0]! }, (_, label) => String(label));
  return fromArrays({ inputs: stretched, targets, inputShape, classes });
}
