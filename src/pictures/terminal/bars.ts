/**
 * Horizontal bars in eighths of a character, for confidences and progress.
 */

import { padStart, type Style } from "./style.ts";

const eighths: readonly string[] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `fraction · width` columns, drawn in steps of an eighth. */
export function bar(fraction: number, width: number): string {
  const clipped = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
  const units = Math.round(clipped * width * 8);
  return "█".repeat(Math.floor(units / 8)) + eighths[units % 8]!;
}

/** One line per class: label, bar, percentage; the largest stands out. */
export function drawConfidences(
  labels: readonly string[],
  confidences: ArrayLike<number>,
  width: number,
  style: Style,
): string[] {
  const values = Array.from(confidences);
  const best = values.indexOf(Math.max(...values));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  return values.map((value, index) => {
    const label = padStart(labels[index] ?? String(index), labelWidth);
    const drawn = bar(value, width);
    // Nobody is as sure as 100 %.
    const figure = value < 1 && value >= 0.9995 ? "99.9 %" : `${(value * 100).toFixed(1)} %`;
    const line = `${label} ${index === best ? style.green(drawn) : style.dim(drawn)}`;
    return `${index === best ? style.bold(line) : line} ${index === best ? style.bold(figure) : style.dim(figure)}`;
  });
}

/** A progress track of fixed width: `━━━━━━━╸────────`. */
export function track(fraction: number, width: number, style: Style): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return style.green("━".repeat(filled)) + style.dim("─".repeat(width - filled));
}
