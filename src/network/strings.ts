/**
 * Layer strings: a network's layers as one line, `flatten residual(dense(256) relu) dropout(0.5) dense(10)`, with the names of the
 * functions. What networks print is read here. A new layer is one line in the table.
 */

import { parseCalls, type Reader, readCall } from "../base/call.ts";
import type { Layer } from "./layer.ts";
import { activationReaders } from "./layers/activations.ts";
import { denseReader } from "./layers/dense.ts";
import { dropoutReader } from "./layers/dropout.ts";
import { flattenReader } from "./layers/flatten.ts";
import { parallelReader } from "./layers/parallel.ts";
import { reshapeReader } from "./layers/reshape.ts";
import { residualReader } from "./layers/residual.ts";
import { sequentialReader } from "./layers/sequential.ts";

const readers: readonly Reader<Layer>[] = [
  denseReader,
  dropoutReader,
  flattenReader,
  parallelReader,
  reshapeReader,
  residualReader,
  sequentialReader,
  ...activationReaders,
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
