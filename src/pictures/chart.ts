/** What every drawing of a chart asks: which points it shows, the names of its series in order, and the ends of its axes. */

import type { Axis, Chart, Point } from "./picture.ts";

/** Whether a point has a place: finite, and above 0 on logarithmic axes. */
export function isShown({ x, y }: Point, chart: { readonly x: Axis; readonly y: Axis }): boolean {
  return isPlace(x, chart.x) && isPlace(y, chart.y);
}

export function isPlace(value: number, axis: Axis): boolean {
  return Number.isFinite(value) && (!axis.log || value > 0);
}

/** Each name once, in order: equal names are one colour, in all panels. */
export function seriesNames({ series }: Pick<Chart, "series">): string[] {
  return [...new Set(series.map(({ name }) => name))];
}
