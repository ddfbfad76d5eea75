/**
 * Affine maps of values, `value · multiply + add`: what stored bytes mean, and how values are normalized. Coefficients that programs
 * use are float32. Refuses maps that are none, and those that lead out of what float32 holds.
 */

import { DataError } from "../base/errors.ts";
import { showValue } from "../base/show.ts";

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

/** Throws unless the map is one, of numbers that float32 holds. */
export function checkScale(operation: string, scale: unknown): asserts scale is Scale {
  const { multiply, add } = (scale ?? {}) as Partial<Scale>;
  const isFinite = (value: unknown): boolean => typeof value === "number" && Number.isFinite(Math.fround(value));
  if (isFinite(multiply) && isFinite(add)) return;
  const isRecord = typeof scale === "object" && scale !== null && !Array.isArray(scale);
  const actual = isRecord ? `multiply ${showValue(multiply)} and add ${showValue(add)}` : showValue(scale);
  throw new DataError(
    `${operation}: needs { multiply, add }, two finite numbers; got ${actual}. Write { multiply: 1 / 255, add: 0 }.`,
    { operation, expected: "{ multiply, add }", actual },
  );
}

/** Throws where a stored value becomes one that float32 does not hold. */
export function checkScaled(operation: string, stored: Uint8Array | Float32Array, { multiply, add }: Scale): void {
  const at = (value: number): number => Math.fround(Math.fround(value * multiply) + add);
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const bad = [least, most].find((value) => !Number.isFinite(at(value)));
  if (bad === undefined) return;
  throw new DataError(
    `${operation}: every value must stay finite; ${bad} · ${multiply} + ${add} does not. Take numbers nearer to 1.`,
    { operation, actual: String(bad) },
  );
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
