/** What is watched beside the loss: a number per example, averaged over the examples. Own metrics are functions over tensors. */

import type { Tensor } from "../tensor/tensor.ts";
import { checkPerExample, checkPerExampleOf, type PerExample } from "./loss.ts";

export interface Metric {
  readonly name: string;
  /** `[batch, ...out]` and the batch's targets to `[batch]`, float. */
  perExample(output: Tensor, target: Tensor): Tensor;
}

/** A metric, or a function named like one. */
export type MetricLike = Metric | PerExample;

/** Makes a metric; the result of `perExample` is checked to be `[batch]` and becomes a float of the outputs' dtype. */
export function defineMetric(name: string, perExample: PerExample): Metric {
  return {
    name,
    perExample: (output, target) => {
      const values = checkPerExample(name, output, perExample(output, target));
      return values.dtype === output.dtype ? values : values.cast(output.dtype);
    },
  };
}

/** The metric itself, or one made from a function. */
export function asMetric(metric: MetricLike): Metric {
  if (typeof metric === "function") return defineMetric(metric.name || "metric", metric);
  checkPerExampleOf(metric, "metric", "accuracy()");
  return metric;
}
