/** How strong a pixel is drawn: 0 is paper; 1 is ink, or in signed images the largest size in all of them, with its sign. */

import type { Images } from "./picture.ts";

/** The strength of a value in these images; what is missing or not finite is paper. */
export function strengthOf({ images, scale }: Images): (value: number | undefined) => number {
  if (scale !== "signed") return (value) => Math.min(1, Math.max(0, finite(value)));
  let largest = 0;
  for (const { values } of images) {
    for (let place = 0; place < values.length; place++) largest = Math.max(largest, Math.abs(finite(values[place])));
  }
  return largest === 0 ? () => 0 : (value) => finite(value) / largest;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
