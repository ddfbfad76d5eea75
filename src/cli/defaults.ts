/** What `gradus train` does where it is not told: a network and a schedule that suit the data's size. */

import { sizeOf } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";

export interface Defaults {
  readonly layers: string;
  readonly epochs: number;
  readonly batchSize: number;
}

/** Small pictures get one hidden layer, larger ones two; many examples get fewer passes and larger batches. */
export function defaultsFor(data: Dataset): Defaults {
  const hidden = sizeOf(data.inputShape) <= 400 ? "dense(128) relu" : "dense(500) relu dense(500) relu";
  const outputs = data.classes?.length ?? sizeOf(data.targetShape);
  const flat = data.inputShape.length === 1 ? "" : "flatten ";
  return { layers: `${flat}${hidden} dense(${outputs})`, ...scheduleFor(data.length) };
}

function scheduleFor(examples: number): { epochs: number; batchSize: number } {
  if (examples >= 50_000) return { epochs: 3, batchSize: 100 };
  return { epochs: examples < 2_000 ? 30 : 10, batchSize: 32 };
}
