/** Residual networks for large pictures, with 18 to 152 layers: what won ImageNet in 2015. */

import { checkOptionNames } from "../../base/options.ts";
import type { Shape } from "../../base/shape.ts";
import type { Mutable } from "../../base/shape-types.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../layers/activations.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { globalAveragePool } from "../layers/global-pool.ts";
import { maxPool2d } from "../layers/pool.ts";
import { Network } from "../network.ts";
import { type BlockStyle, block, convolution } from "./residual-block.ts";

export interface ResnetOptions {
  /** Number of outputs, which are logits. Default 1000. */
  readonly classes?: number;
  /** The shape of one picture, `[rows, columns, channels]`. Default `[224, 224, 3]`. */
  readonly input?: Shape;
  /** Whether each block begins as the identity: its last normalization's weight is 0 at first. Default false. */
  readonly zeroGamma?: boolean;
  /** Whether there are ways past the blocks; without them this is the plain twin. Default true. */
  readonly skips?: boolean;
  /**
   * Whether the backward pass computes what is inside of each block again, for a third of the memory and a third more time. Default
   * false. Names and bits are the same, but without skips names inside of blocks are longer.
   */
  readonly checkpointed?: boolean;
}

const optionNames: readonly (keyof ResnetOptions)[] = ["classes", "input", "zeroGamma", "skips", "checkpointed"];

type Defaults = Readonly<Record<never, never>>;
type InputOf<O> = O extends { readonly input: infer In extends Shape } ? Mutable<In> : [224, 224, 3];
type ClassesOf<O> = O extends { readonly classes: infer Classes extends number } ? Classes : 1000;
type Resnet<O> = Network<InputOf<O>, [ClassesOf<O>]>;

/**
 * A residual network with 18 layers: blocks of two convolutions of 3×3. 11,689,512 parameters for 1000 classes.
 *
 * @param options  classes, input, zeroGamma, skips, checkpointed
 * @throws {ShapeError} the pictures are too small, or no pictures
 * @example resnet18().parameterCount  // 11689512
 * @see He, Zhang, Ren, Sun, Deep residual learning for image recognition (2015), table 1
 */
export function resnet18<const O extends ResnetOptions = Defaults>(options?: O): Resnet<O> {
  return resnet(basic, [2, 2, 2, 2], options);
}

/** {@link resnet18} with 34 layers: 21,797,672 parameters. */
export function resnet34<const O extends ResnetOptions = Defaults>(options?: O): Resnet<O> {
  return resnet(basic, [3, 4, 6, 3], options);
}

/** {@link resnet18} with 50 layers, in blocks of 1×1, 3×3 and 1×1 with four times the filters at the end: 25,557,032 parameters. */
export function resnet50<const O extends ResnetOptions = Defaults>(options?: O): Resnet<O> {
  return resnet(bottleneck, [3, 4, 6, 3], options);
}

/** {@link resnet50} with 101 layers: 44,549,160 parameters. */
export function resnet101<const O extends ResnetOptions = Defaults>(options?: O): Resnet<O> {
  return resnet(bottleneck, [3, 4, 23, 3], options);
}

/** {@link resnet50} with 152 layers: 60,192,808 parameters. */
export function resnet152<const O extends ResnetOptions = Defaults>(options?: O): Resnet<O> {
  return resnet(bottleneck, [3, 8, 36, 3], options);
}

/** The convolutions of a block. The second one of a bottleneck has the stride, as in PyTorch; the paper gives it to the first. */
interface Kind {
  convolutions(filters: number, stride: number): Layer[];
  /** Channels that come out, in filters. */
  readonly growth: number;
}

const basic: Kind = {
  convolutions: (filters, stride) => [convolution(filters, 3, stride), convolution(filters, 3)],
  growth: 1,
};

const bottleneck: Kind = {
  convolutions: (filters, stride) => [
    convolution(filters, 1),
    convolution(filters, 3, stride),
    convolution(4 * filters, 1),
  ],
  growth: 4,
};

function resnet<O extends ResnetOptions>(kind: Kind, blocks: readonly number[], options?: O): Resnet<O> {
  if (options !== undefined) checkOptionNames("resnet", options, optionNames);
  const {
    classes = 1000,
    input = [224, 224, 3],
    zeroGamma = false,
    skips = true,
    checkpointed = false,
  } = options ?? {};
  const style: BlockStyle = { zeroGamma, skips, checkpointed, preactivation: false };
  const layers: Layer[] = [convolution(64, 7, 2), batchNorm(), relu(), maxPool2d(3, { stride: 2, padding: 1 })];
  let channels = 64;
  blocks.forEach((count, stage) => {
    const filters = 64 << stage;
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const changes = stride > 1 || channels !== kind.growth * filters;
      const shortcut = changes ? [convolution(kind.growth * filters, 1, stride), batchNorm()] : [];
      layers.push(...block(kind.convolutions(filters, stride), shortcut, style));
      channels = kind.growth * filters;
    }
  });
  return new Network(input, [...layers, globalAveragePool(), dense(classes)]) as Network as Resnet<O>;
}
