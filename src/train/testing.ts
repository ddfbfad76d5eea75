/** Small networks and data sets on which training can be followed by hand, or beside PyTorch. For tests. */

import { readFileSync } from "node:fs";
import { RandomStream } from "../base/rng.ts";
import type { Dataset } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { constant } from "../network/initializers.ts";
import { tanh } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { type Network, network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TrainingEvent } from "./events.ts";
import type { TrainOptions } from "./options.ts";

/** y = 2x, five examples. */
export const line: Dataset<[1]> = fromArrays({
  inputs: [1, 2, 3, -1, 0.5],
  targets: [[2], [4], [6], [-2], [1]],
  inputShape: [1],
});

/** Two classes, divided by the sign of the sum. */
export function sides(count: number): Dataset<[2]> {
  const random = new RandomStream(0, "sides");
  const coordinate = (n: number): number => 2 * random.uniform(n) - 1;
  const inputs = Array.from({ length: count }, (_, i) => [coordinate(2 * i), coordinate(2 * i + 1)]);
  return fromArrays({
    inputs,
    targets: inputs.map(([a, b]) => (a! + b! > 0 ? 1 : 0)),
    inputShape: [2],
    classes: ["−", "+"],
  });
}

/** y = wx, w = 0 at first. */
export const slope = (): Network<[1], [1]> => network([1], dense(1, { bias: false, initializer: constant(0) }));
export const weightOf = async (net: Network<any, any>): Promise<number> =>
  (await net.parameters.get("0.weight")!.data())[0]!;
export const byHand: TrainOptions = { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.1 }), shuffle: false };

export async function eventsOf(run: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** The training that PyTorch did in golden/training.json. */
export interface Golden {
  readonly inputs: number[][];
  readonly targets: number[][];
  readonly start: Readonly<Record<string, number[] | number[][]>>;
  readonly cases: Readonly<Record<string, Case>>;
}

export interface Case {
  readonly losses: number[];
  readonly norms: number[];
  readonly parameters: Readonly<Record<string, number[] | number[][]>>;
}

export const golden: Golden = JSON.parse(
  readFileSync(new URL("golden/training.json", import.meta.url), "utf8"),
) as Golden;

/** The network with which PyTorch began, in float64. */
export function goldenNetwork(): Network {
  const start = Object.entries(golden.start).map(([name, values]): [string, Tensor] => [
    name,
    tensor(values as number[], { dtype: "float64" }) as Tensor,
  ]);
  return network([3], dense(4), tanh(), dense(2)).setParameters(new Map(start)) as unknown as Network;
}

export const goldenData: Dataset<[3]> = fromArrays({ inputs: golden.inputs, targets: golden.targets, inputShape: [3] });
export const goldenOptions: TrainOptions = {
  loss: meanSquaredError(),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  batchSize: 6,
  epochs: 8,
  shuffle: false,
};
