/** The door `gradus`: tensors, and the three steps. */

export { type Reader, reader } from "./base/call.ts";
export type { DType } from "./base/dtype.ts";
export {
  DataError,
  DTypeError,
  FileError,
  GradusError,
  ShapeError,
  TargetError,
  TrainingError,
} from "./base/errors.ts";
export type { Shape } from "./base/shape.ts";
export { accuracy } from "./loss/accuracy.ts";
export { type ConfusionMatrix, confusionMatrix } from "./loss/confusion-matrix.ts";
export { crossEntropy } from "./loss/cross-entropy.ts";
export type { Loss, LossLike, LossOptions } from "./loss/loss.ts";
export { meanSquaredError } from "./loss/mean-squared-error.ts";
export type { Metric, MetricLike } from "./loss/metric.ts";
export type { Classification, Example } from "./network/answer.ts";
export type { Initializer } from "./network/initializer.ts";
export { type Layer, type LayerDefinition, layer, type ShapeRule } from "./network/layer.ts";
export { leakyRelu, relu, sigmoid, softmax, tanh } from "./network/layers/activations.ts";
export { dense } from "./network/layers/dense.ts";
export { dropout } from "./network/layers/dropout.ts";
export { flatten } from "./network/layers/flatten.ts";
export { type ParallelOptions, parallel } from "./network/layers/parallel.ts";
export { reshape } from "./network/layers/reshape.ts";
export { residual } from "./network/layers/residual.ts";
export { sequential } from "./network/layers/sequential.ts";
export { decodeModel, encodeModel, type LoadOptions, load } from "./network/model.ts";
export { Network, network } from "./network/network.ts";
export { version } from "./network/version.ts";
export { type AdamOptions, adam, adamw } from "./optimizer/adam.ts";
export type { LearningRate, Optimizer } from "./optimizer/optimizer.ts";
export { type SgdOptions, sgd } from "./optimizer/sgd.ts";
export { parseOptimizer } from "./optimizer/strings.ts";
export type { KernelTime, Numerics, TargetName } from "./targets/target.ts";
export { compile } from "./tensor/compile.ts";
export { arange, full, normal, ones, tensor, uniform, zeros } from "./tensor/create.ts";
export { grad, valueAndGrad } from "./tensor/grad.ts";
export { concat, stack } from "./tensor/join.ts";
export { realize, Tensor } from "./tensor/tensor.ts";
export { type EvaluateOptions, evaluate, predictClasses } from "./train/evaluate.ts";
export type {
  EndEvent,
  EpochEvent,
  ProfileEvent,
  Result,
  Scores,
  StartEvent,
  StepEvent,
  TrainingEvent,
} from "./train/events.ts";
export type { TrainOptions } from "./train/options.ts";
export type { Run } from "./train/run.ts";
export { train } from "./train/train.ts";
