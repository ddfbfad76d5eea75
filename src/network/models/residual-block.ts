/**
 * The blocks of residual networks: convolutions with batch normalization, and a way past them. Without that way a block is its plain twin,
 * which has the same parameters and is harder to train the deeper it gets.
 */

import { heNormal, zeros } from "../initializers.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../layers/activations.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { checkpointed } from "../layers/checkpointed.ts";
import { conv2d } from "../layers/conv.ts";
import { residual } from "../layers/residual.ts";

/** How blocks are built, all of one network alike. */
export interface BlockStyle {
  /** Whether each block begins as the identity: the last scale of its body is 0 at first. */
  readonly zeroGamma: boolean;
  /** Whether there is a way past each block; without it the network is the plain twin. */
  readonly skips: boolean;
  /** Whether normalization and relu come before each convolution, and nothing after the sum. */
  readonly preactivation: boolean;
  /** Whether the backward pass computes what is inside of a block again. */
  readonly checkpointed: boolean;
}

/** A convolution without bias, for a normalization follows; as many rows and columns come out as go in, divided by the stride. */
export function convolution(filters: number, size: number, stride = 1): Layer {
  return conv2d(filters, size, { stride, padding: (size - 1) / 2, bias: false, initializer: heNormal() });
}

/** Convolutions from first to last, with what stands between them. */
export function block(convolutions: readonly Layer[], shortcut: readonly Layer[], style: BlockStyle): Layer[] {
  const body = style.preactivation
    ? convolutions.flatMap((conv) => [batchNorm(), relu(), conv])
    : convolutions.flatMap((conv, i) => {
        const isLast = i === convolutions.length - 1;
        const norm = batchNorm(isLast && style.zeroGamma ? { initializer: zeros() } : {});
        return isLast ? [conv, norm] : [conv, norm, relu()];
      });
  const parts = style.skips ? [residual({ body, shortcut }) as Layer] : body;
  const whole = style.checkpointed ? [checkpointed(...parts)] : parts;
  return style.preactivation ? whole : [...whole, relu()];
}
