/** The table that `gradus train --profile` ends with: the kernels of a training step, the costliest first. */

import { count, percent, significant } from "../pictures/terminal/numbers.ts";
import { padEnd, padStart } from "../pictures/terminal/style.ts";
import type { KernelTime } from "../targets/target.ts";
import type { ProfileEvent } from "../train/events.ts";
import { print, type Terminal } from "./terminal.ts";

/** Columns of the figures beside the name. */
const figureColumns = 7 + 12 + 9 + 10 + 8;

export function printProfile({ steps, kernels }: ProfileEvent, terminal: Terminal): void {
  const { style, width } = terminal;
  if (steps === 0) {
    const sentence = "Nothing to profile: the run was over with its first chunk of steps. Take more steps.";
    print(terminal, "", style.dim(sentence));
    return;
  }
  const total = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  const nameWidth = width - 2 - figureColumns;
  const heading = ["calls", "µs per step", "share", "GFLOP/s", "GB/s"];
  const row = (name: string, figures: readonly string[]): string => {
    const [calls, time, share, gflops, gigabytes] = figures as [string, string, string, string, string];
    const columns = padStart(calls, 7) + padStart(time, 12) + padStart(share, 9) + padStart(gflops, 10);
    return `  ${padEnd(shorten(name, nameWidth), nameWidth)}${columns}${padStart(gigabytes, 8)}`;
  };
  print(terminal, "", style.bold(`Profile of ${count(steps, "step")}`), style.dim(row("kernel", heading)));
  for (const kernel of kernels.toSorted((a, b) => b.seconds - a.seconds)) {
    print(terminal, row(kernel.name, figuresOf(kernel, steps, total)));
  }
  print(terminal, style.dim(row("together", figuresOf(together(kernels), steps, total))));
}

function figuresOf({ calls, seconds, flops, bytes }: KernelTime, steps: number, total: number): string[] {
  const perSecond = (amount: number): string => (seconds > 0 ? (amount / seconds / 1e9).toFixed(1) : "–");
  const time = significant((1e6 * seconds) / steps, 3);
  return [String(calls / steps), time, percent(seconds / total), perSecond(flops), perSecond(bytes)];
}

function together(kernels: readonly KernelTime[]): KernelTime {
  const sum = (of: (kernel: KernelTime) => number): number => kernels.reduce((total, one) => total + of(one), 0);
  return {
    name: "together",
    calls: sum(({ calls }) => calls),
    seconds: sum(({ seconds }) => seconds),
    flops: sum(({ flops }) => flops),
    bytes: sum(({ bytes }) => bytes),
  };
}

/** Names of fused kernels can be long: the shape at their end says more than the middle. */
function shorten(name: string, width: number): string {
  if (name.length <= width) return name;
  const end = Math.floor(width / 2);
  return `${name.slice(0, width - end - 1)}…${name.slice(name.length - end)}`;
}
