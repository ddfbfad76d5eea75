/** What the data alone tells, before a step is taken: inputs of an unusual scale, and classes that hardly come. */

import { sizeOf } from "../../base/shape.ts";
import type { Dataset } from "../../data/dataset.ts";
import { spreadIndices } from "../../data/draw.ts";
import type { Network } from "../../network/network.ts";
import { type Finding, limits, shown } from "./finding.ts";

/** The model values of some examples. */
export interface InputScale {
  readonly mean: number;
  readonly deviation: number;
  readonly largest: number;
}

/** Examples that are looked at, from all over the data. */
const sample = 256;

export function measureInputs(data: Dataset): InputScale {
  const { inputs, inputShape, length } = data;
  const { multiply, add } = data.scale;
  const size = sizeOf(inputShape);
  const places = spreadIndices(length, sample);
  let [sum, squares, largest] = [0, 0, 0];
  for (const example of places) {
    const from = example * size;
    for (let place = from; place < from + size; place++) {
      const value = inputs[place]! * multiply + add;
      sum += value;
      squares += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  const values = places.length * size;
  const mean = sum / values;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values - mean * mean)), largest };
}

/** Whether inputs are of the order of 1; networks that begin with a normalization take any, and indices are not measured. */
export function judgeInputs({ layers }: Network, { mean, deviation, largest }: InputScale): Finding | null {
  const first = layers.find(({ layer, parameters }) => layer.takes !== null || parameters.length > 0);
  if (first?.layer.takes) return null;
  const size = Math.sqrt(mean * mean + deviation * deviation);
  const isShifted = Math.abs(mean) > limits.inputsShift * deviation && deviation > 0;
  if (size <= limits.inputsHigh && size >= limits.inputsLow && !isShifted) return null;
  return {
    name: "inputs-not-normalized",
    layer: null,
    sentence:
      `The inputs have mean ${shown(mean)}, deviation ${shown(deviation)} and go up to ${shown(largest)}; networks learn from values of the ` +
      `order of 1 (root mean square from ${limits.inputsLow} to ${limits.inputsHigh}, mean within ${limits.inputsShift} deviations of 0). ` +
      "Use train.normalize() and test.normalize(train.normalization), or divide pixels by 255.",
    figures: { mean, deviation, largest },
  };
}

/** How many examples each class has; null where targets are values. */
export function countClasses({ classes, targets }: Dataset): Uint32Array | null {
  if (classes === null) return null;
  const counts = new Uint32Array(classes.length);
  for (let index = 0; index < targets.length; index++) counts[targets[index]!]!++;
  return counts;
}

export function judgeBalance({ classes, length }: Dataset, counts: Uint32Array | null): Finding | null {
  if (counts === null || counts.length < 2) return null;
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0);
  const least = counts.reduce((smallest, count) => Math.min(smallest, count), length);
  if (most <= limits.unbalanced * least) return null;
  const [frequent, rare] = [counts.indexOf(most), counts.indexOf(least)].map((index) => `"${classes![index]}"`);
  return {
    name: "labels-unbalanced",
    layer: null,
    sentence:
      `Class ${frequent} has ${most} of ${length} examples and class ${rare} ${least} (limit ${limits.unbalanced} to 1): always answering ` +
      `${frequent} is right in ${shown((100 * most) / length)} % of the cases. Repeat the rare examples (data.select([…])), and judge by the ` +
      "confusion matrix.",
    figures: { most, least, examples: length },
  };
}
