/**
 * Layer strings: a network's layers as one line, `flatten residual(dense(256) relu) dropout(0.5) dense(10)`, with the names of the
 * functions. What networks print is read here. A new layer is one line in the table.
 */

import { parseCalls, type Reader, readCall } from "../base/call.ts";
import type { Layer } from "./layer.ts";
import { activationReaders } from "./layers/activations.ts";
import { adaptivePoolReaders } from "./layers/adaptive-pool.ts";
import { batchNormReader } from "./layers/batch-norm.ts";
import { channelReaders } from "./layers/channels.ts";
import { checkpointedReader } from "./layers/checkpointed.ts";
import { convReaders } from "./layers/conv.ts";
import { convTransposeReaders } from "./layers/conv-transpose.ts";
import { denseReader } from "./layers/dense.ts";
import { depthwiseConvReaders } from "./layers/depthwise-conv.ts";
import { dropoutReaders } from "./layers/dropout.ts";
import { embeddingReader } from "./layers/embedding.ts";
import { flattenReader } from "./layers/flatten.ts";
import { globalPoolReaders } from "./layers/global-pool.ts";
import { groupNormReaders } from "./layers/group-norm.ts";
import { layerNormReaders } from "./layers/layer-norm.ts";
import { maxoutReader } from "./layers/maxout.ts";
import { parallelReader } from "./layers/parallel.ts";
import { poolReaders } from "./layers/pool.ts";
import { preluReader } from "./layers/prelu.ts";
import { reshapeReader } from "./layers/reshape.ts";
import { residualReader } from "./layers/residual.ts";
import { sequentialReader } from "./layers/sequential.ts";
import { softmaxReaders } from "./layers/softmax.ts";
import { subsampleReader } from "./layers/subsample.ts";
import { upsampleReaders } from "./layers/upsample.ts";

/** A slip is told the first of them. */
const readers: readonly Reader<Layer>[] = [
  denseReader,
  flattenReader,
  parallelReader,
  reshapeReader,
  residualReader,
  sequentialReader,
  checkpointedReader,
  ...convReaders,
  ...poolReaders,
  ...dropoutReaders,
  ...activationReaders,
  batchNormReader,
  ...layerNormReaders,
  ...groupNormReaders,
  preluReader,
  maxoutReader,
  ...softmaxReaders,
  ...convTransposeReaders,
  ...depthwiseConvReaders,
  ...adaptivePoolReaders,
  ...globalPoolReaders,
  ...upsampleReaders,
  subsampleReader,
  ...channelReaders,
  embeddingReader,
];

/**
 * The layers of a layer string.
 *
 * @param text  such as `flatten dense(128) relu dense(10)`
 * @param own   readers for layers of your own, made with {@link reader}
 * @throws {GradusError} an unknown layer, an argument that does not fit, or a slip of the pen, with its position
 */
export function parseLayers(text: string, own: readonly Reader<Layer>[] = []): Layer[] {
  return parseCalls("layers", text).map((call) => readCall("layer", call, [...own, ...readers]));
}
