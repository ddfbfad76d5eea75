/** What a workload is, what comes of measuring it, and how patiently that is done. */

import type { CpuTarget } from "../targets/target.ts";
import { LimitProbe, type Limits } from "./limits.ts";
import { rooflineSeconds, type Work } from "./roofline.ts";

/** How much time a measurement may take. */
export interface Pace {
  /** Measurements at least; the median counts. */
  readonly rounds: number;
  /** Seconds of one of them, at least. */
  readonly roundSeconds: number;
  /** Training steps before the measurement, or fewer if they take longer than `warmUpSeconds`. */
  readonly warmUpSteps: number;
  readonly warmUpSeconds: number;
}

export const thorough: Pace = { rounds: 9, roundSeconds: 0.08, warmUpSteps: 2000, warmUpSeconds: 20 };
export const quick: Pace = { rounds: 7, roundSeconds: 0.02, warmUpSteps: 200, warmUpSeconds: 1 };

/** What a workload measures of itself. */
export interface Timing {
  /** Of each round, per step. */
  readonly seconds: readonly number[];
  readonly work: Work;
  /** Training steps taken before; absent where nothing is trained. */
  readonly warmUp?: number;
}

export interface Workload {
  readonly name: string;
  /** Calls `between` from time to time, so that the machine's limits are measured in the same minute. */
  time(target: CpuTarget, pace: Pace, between: () => Promise<void>): Promise<Timing>;
}

/** One line of the bench. */
export interface Measurement {
  readonly workload: string;
  readonly target: string;
  readonly numerics: string;
  readonly threads: number;
  /** Of one step, the median of all rounds. */
  readonly milliseconds: number;
  /** 10⁹ floating-point operations per second. */
  readonly gflops: number;
  /** The roofline's time over the measured one: 1 is as fast as this machine can be. */
  readonly share: number;
  /** What the machine gave: 10⁹ floating-point operations, and 10⁹ bytes, per second. */
  readonly peak: number;
  readonly bandwidth: number;
  readonly rounds: number;
  readonly warmUp?: number;
}

/** Limits are probed so often before anything else, and so often between rounds. */
const [firstProbes, laterProbes] = [15, 3];

export async function measureWorkload(workload: Workload, target: CpuTarget, pace: Pace): Promise<Measurement> {
  const probe = await LimitProbe.prepare(target);
  const probeTimes = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await probe.measure();
  };
  try {
    await probeTimes(firstProbes);
    const timing = await workload.time(target, pace, () => probeTimes(laterProbes));
    return measurementOf(workload.name, target, timing, probe.limits);
  } finally {
    probe.release();
  }
}

function measurementOf(
  workload: string,
  target: CpuTarget,
  { seconds, work, warmUp }: Timing,
  limits: Limits,
): Measurement {
  const { name, numerics, threads } = target;
  const time = median(seconds);
  return {
    workload,
    target: name,
    numerics,
    threads,
    milliseconds: 1000 * time,
    gflops: work.flops / time / 1e9,
    share: rooflineSeconds(work, limits) / time,
    peak: limits.flops / 1e9,
    bandwidth: limits.bandwidth / 1e9,
    rounds: seconds.length,
    ...(warmUp === undefined ? {} : { warmUp }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
