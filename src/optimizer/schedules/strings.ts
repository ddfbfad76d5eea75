/** Schedules as they stand in optimizer strings: `adam(warmup(cosine(0.001), 500))`. A new schedule is one line in the table. */

import { type Call, type Reader, readCall, reader } from "../../base/call.ts";
import { cosineReader } from "./cosine.ts";
import { oneCycleReader } from "./one-cycle.ts";
import type { LearningRate } from "./schedule.ts";
import { stepDecayReader } from "./step-decay.ts";
import { warmupReader } from "./warmup.ts";

/** The rate that stays: a number. */
const constantReader: Reader<number> = reader({
  name: "constant",
  needs: { rate: "number" },
  takes: {},
  make: ({ rate }) => rate,
});

const readers: readonly Reader<LearningRate>[] = [
  constantReader,
  cosineReader,
  oneCycleReader,
  stepDecayReader,
  warmupReader(readRate),
];

/** A learning rate as it was written: a number, or the call of a schedule. */
export function readRate(rate: number | Call): LearningRate {
  return typeof rate === "number" ? rate : readCall("schedule", rate, readers);
}

/** An optimizer's arguments, with the learning rate read. */
export function withRate<T extends { readonly learningRate?: number | Call }>(
  values: T,
): Omit<T, "learningRate"> & { learningRate?: LearningRate } {
  const { learningRate, ...others } = values;
  return learningRate === undefined ? others : { ...others, learningRate: readRate(learningRate) };
}
