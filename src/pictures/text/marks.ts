/** How series are told apart in the terminal: each has a colour and, for where there are no colours, a mark. */

import type { Paint, Style } from "../terminal/style.ts";

const marks: readonly string[] = ["●", "▲", "■", "◆", "○", "△", "□", "◇"];

export function markOf(index: number): string {
  return marks[index % marks.length]!;
}

export function paintOf(index: number, style: Style): Paint {
  const paints = [style.cyan, style.yellow, style.green, style.red, style.blue, style.bold];
  return paints[index % paints.length]!;
}

/** The names of the series with their marks, in as many lines as they need. */
export function legendLines(names: readonly string[], width: number, style: Style): string[] {
  const lines: string[] = [];
  let [line, taken] = ["", 0];
  for (const [index, name] of names.entries()) {
    const needed = name.length + 2;
    if (taken > 0 && taken + 3 + needed > width) {
      lines.push(line);
      [line, taken] = ["", 0];
    }
    line += `${taken > 0 ? "   " : ""}${paintOf(index, style)(markOf(index))} ${name}`;
    taken += needed + (taken > 0 ? 3 : 0);
  }
  return taken === 0 ? lines : [...lines, line];
}
