/** What each layer of a network makes of one example, as images. Refuses an example that the network does not take. */

import type { Example } from "../../network/answer.ts";
import { checkBatch, type Network } from "../../network/network.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Image, Images } from "../picture.ts";

/** Channels that are shown of a layer. */
const mostChannels = 16;

/**
 * The activations of every layer for one example: a picture per layer, an image per channel. Vectors are laid out in rows.
 *
 * @param example  what `data.input(index)` gives
 * @throws {ShapeError} the network does not take the example
 * @example (await activationsOf(net, digits.test.input(0))).length  // as many as there are layers
 */
export async function activationsOf(network: Network, example: Example): Promise<Images[]> {
  checkBatch(network.inputShape, [1, ...example.shape]);
  const seen: { title: string; shape: readonly number[]; output: Tensor }[] = [];
  const x = tensor(example.data, { shape: [1, ...example.shape] as [number, ...number[]] });
  network.apply(network.state, x.cast(network.dtype), {
    training: false,
    random: null,
    observe: ({ layer, path, outputShape }, output) =>
      seen.push({ title: `${path} ${layer.title}`, shape: outputShape, output }),
  });
  const pictures: Images[] = [];
  for (const { title, shape, output } of seen) {
    const images = layOut(Float32Array.from(await output.data()), shape);
    pictures.push({ kind: "images", scale: "signed", title, images });
  }
  return pictures;
}

/** Channels-last images apart from each other; everything else as one image that is wider than high. */
function layOut(values: Float32Array, shape: readonly number[]): Image[] {
  if (shape.length !== 3) {
    const columns = shape.length === 2 ? shape[1]! : Math.ceil(Math.sqrt(values.length * 3));
    return [{ rows: Math.ceil(values.length / columns), columns, values }];
  }
  const [rows, columns, channels] = shape as readonly [number, number, number];
  return Array.from({ length: Math.min(channels, mostChannels) }, (_, channel) => ({
    title: String(channel),
    rows,
    columns,
    values: Float32Array.from({ length: rows * columns }, (_, place) => values[place * channels + channel]!),
  }));
}
