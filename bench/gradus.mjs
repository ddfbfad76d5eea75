/** Gradus as a contestant: a network that trains on and on, timed over its steps alone. */

import { adam, crossEntropy, dense, Network, relu, sgd, train } from "gradus";
import { fromArrays } from "gradus/data";

export const title = "gradus";

/** `take(steps)` trains on and gives the milliseconds of one step. */
export async function prepare({ sizes, batch, optimizer }, { inputs, targets }) {
  const layers = sizes.slice(1).flatMap((units, i) => (i === 0 ? [dense(units)] : [relu(), dense(units)]));
  const network = new Network([sizes[0]], layers);
  const data = fromArrays({ inputs, targets, inputShape: [sizes[0]] });
  return {
    take: async (steps) => {
      const rule = optimizer === "adam" ? adam() : sgd({ learningRate: 0.1 });
      const run = train(network, data, { loss: crossEntropy(), optimizer: rule, batchSize: batch, steps });
      const { samplesPerSecond, target, numerics } = await run;
      return { milliseconds: (1000 * batch) / samplesPerSecond, note: `${target}, ${numerics}` };
    },
  };
}
