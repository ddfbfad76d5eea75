/** Residual networks of 6n + 2 layers for small pictures, on which the paper shows what depth does with and without skips. */

import { GradusError } from "../../base/errors.ts";
import { checkOptionNames } from "../../base/options.ts";
import type { Shape } from "../../base/shape.ts";
import type { Mutable } from "../../base/shape-types.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../layers/activations.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { globalAveragePool } from "../layers/global-pool.ts";
import { subsample2d } from "../layers/subsample.ts";
import { Network } from "../network.ts";
import { type BlockStyle, block, convolution } from "./residual-block.ts";

export interface CifarResnetOptions {
  /** Number of outputs, which are logits. Default 10. */
  readonly classes?: number;
  /** The shape of one picture, `[rows, columns, channels]`. Default `[32, 32, 3]`. */
  readonly input?: Shape;
  /** Whether normalization and relu come before each convolution, so that nothing stands on the way past the blocks. Default false. */
  readonly preactivation?: boolean;
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

const optionNames: readonly (keyof CifarResnetOptions)[] = [
  "classes",
  "input",
  "preactivation",
  "zeroGamma",
  "skips",
  "checkpointed",
];

type Defaults = Readonly<Record<never, never>>;
type InputOf<O> = O extends { readonly input: infer In extends Shape } ? Mutable<In> : [32, 32, 3];
type ClassesOf<O> = O extends { readonly classes: infer Classes extends number } ? Classes : 10;

/**
 * A residual network of 6n + 2 layers: a convolution, three stages of n blocks with 16, 32 and 64 filters of 3×3, and a dense layer. Where
 * a stage begins, the way past the block takes every second row and column and adds channels of zeros, so it has no parameters.
 *
 * @param depth    20, 32, 44, 56, 110, … layers
 * @param options  classes, input, preactivation, zeroGamma, skips, checkpointed
 * @throws {GradusError} the depth is not 6n + 2 with n from 1; preactivation and zeroGamma, or no skips and zeroGamma, together
 * @example cifarResnet(20).parameterCount  // 269722
 * @see He, Zhang, Ren, Sun, Deep residual learning for image recognition (2015), §4.2; Identity mappings in deep residual networks (2016)
 */
export function cifarResnet<const O extends CifarResnetOptions = Defaults>(
  depth: number,
  options?: O,
): Network<InputOf<O>, [ClassesOf<O>]> {
  const blocks = (depth - 2) / 6;
  if (!Number.isSafeInteger(blocks) || blocks < 1) {
    throw new GradusError(
      `cifarResnet: the depth must be 6n + 2, such as 20, 32, 44, 56 or 110; got ${depth}. Take one of these.`,
      { operation: "cifarResnet", expected: "6n + 2", actual: String(depth) },
    );
  }
  if (options !== undefined) checkOptionNames("cifarResnet", options, optionNames);
  const { classes = 10, input = [32, 32, 3], preactivation = false, zeroGamma = false, skips = true } = options ?? {};
  const { checkpointed = false } = options ?? {};
  checkZeroGamma(zeroGamma, preactivation, skips);
  const style: BlockStyle = { preactivation, zeroGamma, skips, checkpointed };
  const norm = (): Layer[] => [batchNorm(), relu()];
  const layers: Layer[] = [convolution(16, 3), ...(preactivation ? [] : norm())];
  for (const filters of [16, 32, 64]) {
    for (let i = 0; i < blocks; i++) {
      const stride = filters > 16 && i === 0 ? 2 : 1;
      const shortcut = stride === 1 ? [] : [subsample2d(2, { newChannels: filters / 2 })];
      layers.push(...block([convolution(filters, 3, stride), convolution(filters, 3)], shortcut, style));
    }
  }
  const end = [...(preactivation ? norm() : []), globalAveragePool(), dense(classes)];
  return new Network(input, [...layers, ...end]) as Network as Network<InputOf<O>, [ClassesOf<O>]>;
}

/** A block whose last weight is 0 must have a way past it, and a last normalization. */
function checkZeroGamma(zeroGamma: boolean, preactivation: boolean, skips: boolean): void {
  if (!zeroGamma || (skips && !preactivation)) return;
  const reason = skips ? "with preactivation no block ends with a normalization" : "without skips nothing would pass";
  throw new GradusError(`cifarResnet: zeroGamma needs blocks that end as the identity; ${reason}. Leave it out.`, {
    operation: "cifarResnet",
    option: "zeroGamma",
    hint: "Leave it out.",
  });
}
