/** Random silence in training. Refuses rates outside [0, 1), and training without random numbers. */

import { type Reader, reader } from "../../base/call.ts";
import { GradusError, TrainingError } from "../../base/errors.ts";
import { dropout as drop } from "../../functions/dropout.ts";
import { type Layer, layer, type SameShape } from "../layer.ts";

/**
 * Dropout: in training each element becomes 0 with probability `rate`, and the others are multiplied by 1 / (1 − rate), so that
 * the mean stays; otherwise nothing happens. The same seed drops the same elements at the same step.
 *
 * @param rate  the share that is dropped, in [0, 1)
 * @returns     a layer that keeps the shape
 * @throws {GradusError} rate outside [0, 1)
 * @example network([784], dense(500), relu(), dropout(0.5), dense(10))
 * @see Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014)
 */
export function dropout<const Rate extends number>(rate: Rate): Layer<SameShape<`dropout(${Rate})`>> {
  if (!(rate >= 0 && rate < 1)) {
    throw new GradusError(`dropout: rate must be in [0, 1); got ${rate}. Write 0.5 to drop every second element.`, {
      operation: "dropout",
      expected: "[0, 1)",
      actual: String(rate),
    });
  }
  return layer({
    name: "dropout",
    arguments: [rate],
    gives: "unchanged",
    shape: (input) => input,
    apply: (x, _, { training, random, path }) => {
      if (!training || rate === 0) return x;
      if (!random) {
        throw new TrainingError(`dropout(${rate}) at layer ${path}: a training pass needs random numbers; got none.`, {
          operation: "dropout",
          layer: path,
        });
      }
      return drop(x, rate, { ...random.key(`dropout/${path}`), stream: random.stream });
    },
  });
}

export const dropoutReader: Reader<Layer> = reader({
  name: "dropout",
  needs: { rate: "number" },
  takes: {},
  make: ({ rate }) => dropout(rate),
});
