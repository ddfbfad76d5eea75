/**
 * Affine maps of values, `value · multiply + add`: what stored bytes mean, and how values are normalized. Coefficients that programs
 * use are float32.
 */

import { DataError } from "../base/errors.ts";

/** `value · multiply + add`. */
export interface Scale {
  readonly multiply: number;
  readonly add: number;
}

export const identityScale: Scale = { multiply: 1, add: 0 };

/** Bytes from 0 to 255 as values from 0 to 1. */
export const byteScale: Scale = { multiply: 1 / 255, add: 0 };

/** First one map, then the other; float32 coefficients. */
export function composeScales(first: Scale, second: Scale): Scale {
  return {
    multiply: Math.fround(first.multiply * second.multiply),
    add: Math.fround(first.add * second.multiply + second.add),
  };
}

/** The map that gives the values mean 0 and standard deviation 1. The values are the stored ones under `storage`. */
export function measureScale(stored: Uint8Array | Float32Array, storage: Scale): Scale {
  let sum = 0;
  for (let i = 0; i < stored.length; i++) sum += stored[i]!;
  const mean = sum / stored.length;
  let squares = 0;
  for (let i = 0; i < stored.length; i++) {
    const difference = stored[i]! - mean;
    squares += difference * difference;
  }
  const deviation = Math.sqrt(squares / stored.length);
  if (!(deviation > 0)) {
    throw new DataError(
      `normalize: needs values that differ; all ${stored.length} are ${mean * storage.multiply + storage.add}. Check the inputs.`,
      { operation: "normalize", actual: String(mean) },
    );
  }
  const multiply = 1 / (deviation * Math.abs(storage.multiply));
  return { multiply, add: -(mean * storage.multiply + storage.add) * multiply };
}
