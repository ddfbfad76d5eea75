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
export { type CrossEntropyOptions, crossEntropy } from "./loss/cross-entropy.ts";
export type { Loss, LossLike, LossOptions } from "./loss/loss.ts";
export { meanSquaredError } from "./loss/mean-squared-error.ts";
export type { Metric, MetricLike } from "./loss/metric.ts";
export { parseLoss } from "./loss/strings.ts";
export type { Classification, Example } from "./network/answer.ts";
export { type Calls, functional } from "./network/functional.ts";
export { FunctionalNetwork } from "./network/functional-network.ts";
export type { Initializer } from "./network/initializer.ts";
export { type Layer, type LayerDefinition, layer, type ShapeRule } from "./network/layer.ts";
export {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  relu,
  relu6,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./network/layers/activations.ts";
export { adaptiveAveragePool2d, adaptiveMaxPool2d } from "./network/layers/adaptive-pool.ts";
export { type BatchNormOptions, batchNorm } from "./network/layers/batch-norm.ts";
export { takeChannels, unitBias } from "./network/layers/channels.ts";
export { checkpointed } from "./network/layers/checkpointed.ts";
export { conv1d, conv2d, conv3d } from "./network/layers/conv.ts";
export { convTranspose1d, convTranspose2d, convTranspose3d } from "./network/layers/conv-transpose.ts";
export { dense } from "./network/layers/dense.ts";
export { depthwiseConv2d, separableConv2d } from "./network/layers/depthwise-conv.ts";
export { dropout, gaussianNoise, spatialDropout, stochasticDepth } from "./network/layers/dropout.ts";
export { embedding } from "./network/layers/embedding.ts";
export { flatten } from "./network/layers/flatten.ts";
export { globalAveragePool, globalMaxPool } from "./network/layers/global-pool.ts";
export { groupNorm, instanceNorm } from "./network/layers/group-norm.ts";
export { type LayerNormOptions, layerNorm, rmsNorm } from "./network/layers/layer-norm.ts";
export { maxout } from "./network/layers/maxout.ts";
export type { NormOptions } from "./network/layers/norm.ts";
export { type ParallelOptions, parallel } from "./network/layers/parallel.ts";
export {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "./network/layers/pool.ts";
export { prelu } from "./network/layers/prelu.ts";
export { reshape } from "./network/layers/reshape.ts";
export { residual } from "./network/layers/residual.ts";
export { sequential } from "./network/layers/sequential.ts";
export { logSoftmax, softmax } from "./network/layers/softmax.ts";
export { subsample2d } from "./network/layers/subsample.ts";
export { upsample2d, zeroPad2d } from "./network/layers/upsample.ts";
export { decodeModel, encodeModel, type LoadIntoOptions, type LoadOptions, load } from "./network/model.ts";
export { alexnet } from "./network/models/alexnet.ts";
export { type CifarResnetOptions, cifarResnet } from "./network/models/cifar-resnet.ts";
export { lectureCnn } from "./network/models/lecture-cnn.ts";
export { lecun1989 } from "./network/models/lecun1989.ts";
export { lenet } from "./network/models/lenet.ts";
export { type MlpOptions, mlp } from "./network/models/mlp.ts";
export { type ResnetOptions, resnet18, resnet34, resnet50, resnet101, resnet152 } from "./network/models/resnet.ts";
export { vgg19 } from "./network/models/vgg.ts";
export { Network, network } from "./network/network.ts";
export { version } from "./network/version.ts";
export { type AdagradOptions, adagrad } from "./optimizer/adagrad.ts";
export { type AdamOptions, adam, adamw } from "./optimizer/adam.ts";
export { type Averaging, type EmaOptions, ema, parseAveraging } from "./optimizer/averaging.ts";
export type { Optimizer } from "./optimizer/optimizer.ts";
export { type RmspropOptions, rmsprop } from "./optimizer/rmsprop.ts";
export { type CosineOptions, cosine } from "./optimizer/schedules/cosine.ts";
export { type OneCycleOptions, oneCycle } from "./optimizer/schedules/one-cycle.ts";
export type { LearningRate, Schedule } from "./optimizer/schedules/schedule.ts";
export { type StepDecayOptions, stepDecay } from "./optimizer/schedules/step-decay.ts";
export { type WarmupOptions, warmup } from "./optimizer/schedules/warmup.ts";
export { type SgdOptions, sgd } from "./optimizer/sgd.ts";
export { parseOptimizer, type RateOptions } from "./optimizer/strings.ts";
export type { KernelTime, Numerics, TargetName } from "./targets/target.ts";
export { compile } from "./tensor/compile.ts";
export { arange, full, normal, ones, tensor, uniform, zeros } from "./tensor/create.ts";
export { grad, valueAndGrad } from "./tensor/grad.ts";
export { concat, stack } from "./tensor/join.ts";
export { realize, Tensor } from "./tensor/tensor.ts";
export type { EarlyStoppingOptions } from "./train/early-stopping.ts";
export { type EvaluateOptions, evaluate, predictClasses } from "./train/evaluate.ts";
export type {
  EndEvent,
  EpochEvent,
  ProfileEvent,
  Result,
  Scores,
  StartEvent,
  StepEvent,
  StopEvent,
  TrainingEvent,
  WarningEvent,
} from "./train/events.ts";
export type { FindingName } from "./train/health/finding.ts";
export type { TrainOptions } from "./train/options.ts";
export type { Run } from "./train/run.ts";
export { train } from "./train/train.ts";
