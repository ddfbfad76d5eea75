/**
 * The pen: curves through points, and what a round pen of some width leaves on a grid of pixels. Coordinates are the digit's own;
 * a frame says where the pixels lie in them. Basic arithmetic and square roots only, so the same bits everywhere.
 */

/** A curve as a chain of straight pieces: x, y, x, y, … */
export type Polyline = Float64Array;

/** Pixel (row, column) has its centre at x = left + (column + ½) · width, y = top + (row + ½) · height. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  /** The size of one pixel. */
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly columns: number;
}

/** Straight pieces per span between two points. */
const pieces = 7;

/**
 * The curve through points (x, y, x, y, …) that at each takes the direction from the one before to the one after (Catmull and Rom,
 * 1974). At a corner the curve ends and another begins.
 */
export function curveThrough(points: Float64Array, isCorner: (index: number) => boolean): Polyline {
  const last = points.length / 2 - 1;
  const curve = new Float64Array(2 * (last * pieces + 1));
  curve[0] = points[0]!;
  curve[1] = points[1]!;
  let offset = 2;
  for (let i = 0; i < last; i++) {
    const before = i === 0 || isCorner(i) ? i : i - 1;
    const after = i + 1 === last || isCorner(i + 1) ? i + 1 : i + 2;
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      for (let axis = 0; axis < 2; axis++) {
        const [a, b] = [points[2 * i + axis]!, points[2 * i + 2 + axis]!];
        const startSlope = (b - points[2 * before + axis]!) / 2;
        const endSlope = (points[2 * after + axis]! - a) / 2;
        const [rest, d] = [1 - t, b - a];
        // The cubic with these ends and slopes.
        curve[offset++] = a + t * t * (3 - 2 * t) * d + t * rest * (rest * startSlope - t * endSlope);
      }
    }
  }
  return curve;
}

/** The least box around the curves. */
export function boundsOf(curves: readonly Polyline[]): { left: number; top: number; right: number; bottom: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const curve of curves) {
    for (let i = 0; i < curve.length; i += 2) {
      left = Math.min(left, curve[i]!);
      right = Math.max(right, curve[i]!);
      top = Math.min(top, curve[i + 1]!);
      bottom = Math.max(bottom, curve[i + 1]!);
    }
  }
  return { left, top, right, bottom };
}

/**
 * How much of each pixel a round pen of the given radius covers along the curves, from 0 to 1, row by row: 1 well inside, 0 outside,
 * falling over the width of one pixel at the edge.
 */
export function trace(curves: readonly Polyline[], radius: number, frame: Frame): Float64Array {
  const { left, top, width, height, rows, columns } = frame;
  const pixel = Math.sqrt(width * height);
  const reach = radius + pixel / 2;
  const nearest = new Float64Array(rows * columns).fill(reach * reach);
  const clamp = (value: number, limit: number): number => Math.max(0, Math.min(limit, value));
  for (const curve of curves) {
    for (let i = 2; i < curve.length; i += 2) {
      const [ax, ay, bx, by] = [curve[i - 2]!, curve[i - 1]!, curve[i]!, curve[i + 1]!];
      const [dx, dy] = [bx - ax, by - ay];
      const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12);
      const firstColumn = clamp(Math.floor((Math.min(ax, bx) - reach - left) / width), columns);
      const endColumn = clamp(Math.ceil((Math.max(ax, bx) + reach - left) / width), columns);
      const firstRow = clamp(Math.floor((Math.min(ay, by) - reach - top) / height), rows);
      const endRow = clamp(Math.ceil((Math.max(ay, by) + reach - top) / height), rows);
      for (let row = firstRow; row < endRow; row++) {
        const py = top + (row + 0.5) * height - ay;
        for (let column = firstColumn; column < endColumn; column++) {
          const px = left + (column + 0.5) * width - ax;
          // The nearest point of the piece divides it at t.
          const t = Math.max(0, Math.min(1, (px * dx + py * dy) * inverse));
          const [ex, ey] = [px - t * dx, py - t * dy];
          const square = ex * ex + ey * ey;
          const index = row * columns + column;
          if (square < nearest[index]!) nearest[index] = square;
        }
      }
    }
  }
  return nearest.map((square) => Math.min(1, (reach - Math.sqrt(square)) / pixel));
}
