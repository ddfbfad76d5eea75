/**
 * Weights as images: what each neuron of a first layer looks for in a picture, and the filters of a convolution. Refuses layers that
 * have no weights, with those that have.
 */

import { GradusError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { show } from "../../base/show.ts";
import type { ParameterSpec } from "../../network/layer.ts";
import type { Network } from "../../network/network.ts";
import { type PlacedLayer, withParts } from "../../network/placed.ts";
import type { Image, Images } from "../picture.ts";
import { imageSize } from "../terminal/image.ts";

/** More say no more. */
const mostImages = 64;

/** A layer's weight: a parameter of at least two axes. */
interface Weighted {
  readonly placed: PlacedLayer;
  readonly weight: ParameterSpec;
}

/**
 * The weights of a layer as images, positive and negative in two colours.
 *
 * A dense layer that sees a whole picture gives one image per neuron, a convolution one per filter and input channel; other layers give
 * their whole matrix, a row per neuron. At most 64 images.
 *
 * @param network  with parameters
 * @param layer    path of the layer, "1" or "2.body.0". Default: the first with weights
 * @throws {GradusError} there is no such layer, or it has no weights
 * @example (await weightsOf(net)).images[0]  // { title: "0", rows: 16, columns: 16, values: … }
 */
export async function weightsOf(network: Network, layer?: string): Promise<Images> {
  const { placed, weight } = choose(network, layer);
  const values = Float32Array.from(await network.state.get(weight.name)!.data());
  const images = cut(values, weight.shape, placed, network);
  const shown = images.slice(0, mostImages);
  const rest = images.length > shown.length ? `, the first ${shown.length} of ${images.length}` : "";
  return {
    kind: "images",
    scale: "signed",
    title: `Weights of layer ${placed.path}, ${placed.layer.title}${rest}`,
    images: shown,
  };
}

function choose(network: Network, layer: string | undefined): Weighted {
  const all = withParts(network.layers).flatMap((placed): Weighted[] => {
    const weight = placed.parameters.find(({ shape }) => shape.length >= 2);
    return weight ? [{ placed, weight }] : [];
  });
  const found = layer === undefined ? all[0] : all.find(({ placed }) => placed.path === layer);
  if (found) return found;
  const paths = all.map(({ placed }) => `${placed.path} ${placed.layer.title}`).join(", ");
  const actual = layer === undefined ? "the network has none" : `layer ${show(layer)} has none`;
  const hint = all.length === 0 ? "Give a network with dense or convolutional layers." : `There are ${paths}.`;
  throw new GradusError(`weightsOf: needs a layer with weights; ${actual}. ${hint}`, {
    operation: "weightsOf",
    actual,
    hint,
  });
}

function cut(values: Float32Array, shape: readonly number[], placed: PlacedLayer, network: Network): Image[] {
  if (shape.length === 4) return filters(values, shape);
  const inputs = sizeOf(shape.slice(1));
  const picture = imageSize(network.inputShape);
  const seesPicture = picture !== null && inputs === picture.rows * picture.columns && isFirst(placed, network);
  if (!seesPicture) return [{ rows: shape[0]!, columns: inputs, values }];
  return Array.from({ length: shape[0]! }, (_, neuron) => ({
    title: String(neuron),
    ...picture,
    values: values.subarray(neuron * inputs, (neuron + 1) * inputs),
  }));
}

/** Whether the layer sees the input itself: those before it keep all values and have no parameters. */
function isFirst({ path }: PlacedLayer, network: Network): boolean {
  const before = network.layers.slice(
    0,
    network.layers.findIndex((placed) => placed.path === path),
  );
  const values = sizeOf(network.inputShape);
  return before.every(
    ({ parameters, parts, outputShape }) =>
      parameters.length === 0 && parts.length === 0 && sizeOf(outputShape) === values,
  );
}

/** `[out, in, rows, columns]` */
function filters(values: Float32Array, [out, channels, rows, columns]: readonly number[]): Image[] {
  const size = rows! * columns!;
  return Array.from({ length: out! * channels! }, (_, index) => ({
    title: channels === 1 ? String(index) : `${Math.floor(index / channels!)}, channel ${index % channels!}`,
    rows: rows!,
    columns: columns!,
    values: values.subarray(index * size, (index + 1) * size),
  }));
}
