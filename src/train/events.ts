/**
 * What a training run tells: typed events, plain data throughout, so that the progress line, the log file and a page can read
 * the same stream. Counting starts at 1: step 1 is the first step of the run, epoch 1 its first pass over the data.
 */

import type { Shape } from "../base/shape.ts";
import type { KernelTime, Numerics, TargetName } from "../targets/target.ts";
import type { EarlyStopping } from "./early-stopping.ts";
import type { Finding, FindingName } from "./health/finding.ts";

/**
 * Means over a set of examples, by metric name. `loss` is the mean over the examples under every reduction, so that figures
 * compare across batch sizes.
 */
export interface Scores {
  readonly loss: number;
  readonly [metric: string]: number;
}

/** Once, before the first step. */
export interface StartEvent {
  readonly event: "start";
  /** The network as a layer string. */
  readonly layers: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Numbers that training changes. */
  readonly parameters: number;
  readonly loss: string;
  readonly optimizer: string;
  /** How examples were varied, in the order in which it was done; empty where they were not. */
  readonly augment: string;
  /** The largest norm of all gradients together, and the largest size of an element; null where gradients are not clipped by it. */
  readonly clipNorm: number | null;
  readonly clipValue: number | null;
  /** How the parameters are averaged, as `ema(0.999)`; null where they are not. */
  readonly averaging: string | null;
  /** What ends the run before its last step, with all defaults; null where nothing does. */
  readonly earlyStopping: EarlyStopping | null;
  /** What the data set is called, "mnist"; null where it has no name. */
  readonly data: string | null;
  /** Examples in the training set, and in the validation set if there is one. */
  readonly examples: number;
  readonly validationExamples: number | null;
  /** Passes over the data; the last one is cut short where `steps` says so. */
  readonly epochs: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly target: TargetName;
  readonly numerics: Numerics;
  readonly threads: number;
}

/** Once per chunk of steps: as many as fit some tens of milliseconds. No result depends on where a chunk ends. */
export interface StepEvent {
  readonly event: "step";
  readonly epoch: number;
  /** The number of the chunk's last step. */
  readonly step: number;
  /** The loss of each step in the chunk, mean over its batch, before its update. */
  readonly losses: Float32Array;
  /** The metrics of each step, like `losses`. */
  readonly metrics: Readonly<Record<string, Float32Array>>;
  /** The learning rate of the chunk's last step; null for an optimizer without one. */
  readonly learningRate: number | null;
  /** The norm of all gradients together at each step, before it was clipped; null without clipNorm. */
  readonly gradientNorms: Float32Array | null;
  /** Examples the chunk learned from. */
  readonly examples: number;
  /** Time since the start of the run, in seconds. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** At the end of each pass over the data, also of one that `steps` cut short; the network's parameters are those of this moment. */
export interface EpochEvent {
  readonly event: "epoch";
  readonly epoch: number;
  readonly step: number;
  /** Means over the epoch's examples, each seen with the parameters of its own step. */
  readonly training: Scores;
  readonly validation: Scores | null;
  readonly seconds: number;
}

/** The model was written to the run folder. */
export interface CheckpointEvent {
  readonly event: "checkpoint";
  readonly epoch: number;
  readonly step: number;
  readonly file: string;
}

/** Something that ails the run, as far as it shows by the way; each finding once. `gradus diagnose` looks closer. */
export interface WarningEvent extends Omit<Finding, "name"> {
  readonly event: "warning";
  readonly finding: FindingName;
  readonly epoch: number;
  readonly step: number;
}

/** Once, before the end, where early stopping has ended the run. */
export interface StopEvent {
  readonly event: "stop";
  readonly epoch: number;
  readonly step: number;
  /** Which score of the validation set was watched. */
  readonly metric: string;
  /** Epochs without improvement that were waited for. */
  readonly patience: number;
  /** The best epoch and its score; null where no epoch had a score that is a number. */
  readonly bestEpoch: number | null;
  readonly best: number | null;
  /** Whether the network gets the best epoch's parameters. */
  readonly restored: boolean;
}

/** Once, before the end, where a profile was asked for: what the kernels of a training step took. */
export interface ProfileEvent {
  readonly event: "profile";
  /** Steps that were watched; 0 where the run was too short. */
  readonly steps: number;
  /** Time of these steps, the clock's own included. */
  readonly seconds: number;
  /** Over all these steps, in the order of the program. */
  readonly kernels: readonly KernelTime[];
}

/** What a finished or aborted run can say in one line. Its metrics stand beside `loss` under their own names. */
export interface RunFacts {
  /** Of the validation set where there is one, else of training: in the epoch that the parameters are from. */
  readonly loss: number;
  /** SHA-256 over the parameters: equal hashes, equal bits. */
  readonly hash: string;
  readonly numerics: Numerics;
  readonly target: TargetName;
  readonly threads: number;
  /** Time of the whole run, validation included. */
  readonly seconds: number;
  readonly steps: number;
  /** Passes over the data that were completed; one cut short by `steps` or a signal does not count. */
  readonly epochs: number;
  /** Examples learned from per second of training, validation and compilation left out. */
  readonly samplesPerSecond: number;
  /** Whether an AbortSignal ended the run. */
  readonly aborted: boolean;
  /** Whether early stopping ended the run. */
  readonly stoppedEarly: boolean;
  /** The epoch that early stopping went back to; null where it did not. */
  readonly bestEpoch: number | null;
  /**
   * Whether a result in some kernel was so small that it became zero; where none was, other targets give the same bits. Undefined on
   * targets that cannot tell.
   */
  readonly underflow: boolean | undefined;
}

/** Once, last. */
export type EndEvent = { readonly event: "end" } & RunFacts & { readonly [metric: string]: number };

/** What `await train(…)` gives. */
export type Result = RunFacts & {
  /** The epochs' events, in order. */
  readonly history: readonly EpochEvent[];
} & { readonly [metric: string]: number };

export type TrainingEvent =
  | StartEvent
  | StepEvent
  | EpochEvent
  | CheckpointEvent
  | WarningEvent
  | StopEvent
  | ProfileEvent
  | EndEvent;
