/** Small networks and data sets on which training can be followed by hand. For tests. */

import { RandomStream } from "../base/rng.ts";
import type { Dataset } from "../data/dataset.ts";
import { fromArrays } from "../data/from-arrays.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { constant } from "../network/initializers.ts";
import { dense } from "../network/layers/dense.ts";
import { type Network, network } from "../network/network.ts";
import { sgd } from "../optimizer/sgd.ts";
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
