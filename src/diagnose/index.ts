/** The door `gradus/diagnose`: what ails a network and its data, and which learning rates it takes. */

export type { Finding, FindingName } from "../train/health/finding.ts";
export type { LayerLook } from "../train/health/look.ts";
export { type DiagnoseOptions, type Diagnosis, diagnose, type Measures } from "./diagnose.ts";
export { findLearningRate, type LearningRateOptions, type LearningRates, learningRateChart } from "./learning-rate.ts";
