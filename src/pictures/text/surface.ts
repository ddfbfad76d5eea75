/** A surface in the terminal: its height by shades of grey, the lower the lighter, and the paths over it by the marks of their series. */

import { isShown } from "../chart.ts";
import { levelsOf } from "../levels.ts";
import type { Surface } from "../picture.ts";
import type { Room } from "./chart.ts";
import { legendLines, markOf, paintOf } from "./marks.ts";
import { endLabel } from "./scale.ts";

const shades: readonly string[] = [" ", "·", "░", "▒", "▓"];

export function surfaceLines(surface: Surface, { width, height, style }: Room): string[] {
  const { x, y, rows, columns, values, paths } = surface;
  const across = Math.max(10, Math.min(72, width - 2));
  const lines = Math.max(5, height - 2);
  const levels = levelsOf(values, shades.length);
  const cells = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: across }, (_, column) => {
      const row = Math.round((1 - line / (lines - 1)) * (rows - 1));
      const place = row * columns + Math.round((column / (across - 1)) * (columns - 1));
      return style.dim(shades[Math.min(shades.length - 1, Math.floor(levels[place]!))]!);
    }),
  );
  for (const [index, path] of paths.entries()) {
    for (const point of path.points.filter((each) => isShown(each, surface))) {
      const column = Math.round(((point.x - x.from) / (x.to - x.from)) * (across - 1));
      const line = Math.round((1 - (point.y - y.from) / (y.to - y.from)) * (lines - 1));
      if (cells[line]?.[column] === undefined) continue;
      cells[line][column] = paintOf(index, style)(markOf(index));
    }
  }
  const ends = `${x.label} from ${endLabel(x.from, x)} to ${endLabel(x.to, x)}, ${y.label} from ${endLabel(y.from, y)} to ${endLabel(y.to, y)} upward`;
  const names = paths.map(({ name }) => name);
  return [...legendLines(names, width, style), ...cells.map((row) => `  ${row.join("")}`), style.dim(`  ${ends}`)];
}
