/**
 * The level of each value of a surface: its rank among all, from 0 to the number of levels. Level lines of a function are those of any
 * increasing function of it, and ranks show narrow valleys and wide plains alike.
 */

/** Values between two quantiles get a level in between, so that lines stay smooth; what is not finite is highest. */
export function levelsOf(values: ArrayLike<number>, levels: number): Float64Array {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const bounds = Array.from({ length: levels + 1 }, (_, level) =>
    sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor((level * (sorted.length - 1)) / levels))]!,
  );
  return Float64Array.from(values, (value) => levelOf(value, bounds));
}

function levelOf(value: number, bounds: readonly number[]): number {
  const levels = bounds.length - 1;
  if (!Number.isFinite(value)) return levels;
  let level = 0;
  while (level < levels - 1 && value >= bounds[level + 1]!) level++;
  const [low, high] = [bounds[level]!, bounds[level + 1]!];
  const part = high > low ? (value - low) / (high - low) : 0;
  return level + Math.min(1, Math.max(0, part));
}
