/** How strong a pixel is drawn: 0 is paper; 1 is ink, or in signed images the largest size there is, with its sign. */

export function strengthOf(values: ArrayLike<number>, scale: "ink" | "signed"): (place: number) => number {
  if (scale === "ink") return (place) => Math.min(1, Math.max(0, finite(values[place])));
  let largest = 0;
  for (let place = 0; place < values.length; place++) largest = Math.max(largest, Math.abs(finite(values[place])));
  return largest === 0 ? () => 0 : (place) => finite(values[place]) / largest;
}

/** What is missing or not finite is paper. */
function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
