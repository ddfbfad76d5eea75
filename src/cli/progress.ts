/**
 * A training run in the terminal: one line that is rewritten while it runs, one line that stays per epoch, and the loss curve
 * at the end. Reads the run's events and nothing else. Where lines cannot be rewritten (pipes, logs), only the staying lines
 * are written.
 */

import { track } from "../pictures/terminal/bars.ts";
import { drawCurve } from "../pictures/terminal/curve.ts";
import { duration, percent, rate, significant, thousands } from "../pictures/terminal/numbers.ts";
import { padEnd, padStart, visible } from "../pictures/terminal/style.ts";
import type { EpochEvent, Scores, StartEvent, StepEvent, TrainingEvent, WarningEvent } from "../train/events.ts";
import { wrapText } from "./arguments.ts";
import { print, type Terminal } from "./terminal.ts";

/** Epoch lines that stay on the screen; longer runs show every n-th epoch. */
const mostLines = 20;
/** The live line is drawn at most this often, in seconds: more is flicker. */
const redrawEvery = 0.05;

export class Progress {
  readonly #terminal: Terminal;
  /** Every step's loss, in order, for the curve. */
  readonly #losses: number[] = [];
  readonly #validation: { readonly step: number; readonly value: number }[] = [];
  #start: StartEvent | null = null;
  #live = false;
  #drawn = Number.NEGATIVE_INFINITY;
  /** The first chunk: it pays for what is done once, so speed is measured from its end. */
  #first: StepEvent | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(event: TrainingEvent): void {
    if (event.event === "start") this.#start = event;
    else if (event.event === "step") this.#step(event);
    else if (event.event === "epoch") this.#epoch(event);
    else if (event.event === "warning") this.#warn(event);
    else if (event.event === "end") this.#clear();
  }

  /** Removes the live line, for what is printed next. */
  stop(): void {
    this.#clear();
  }

  /** The loss over the steps; the test loss after each epoch as dots. Empty for runs too short to have a course. */
  curve(height: number): string[] {
    if (this.#losses.length < 8) return [];
    const last = this.#losses.length;
    const options = {
      width: Math.min(78, this.#terminal.width),
      height,
      from: "step 1",
      to: `step ${thousands(last)}`,
      title: this.#validation.length > 0 ? "training loss,  ● test loss" : "training loss",
      marks: this.#validation.map(({ step, value }) => ({ at: step / last, value })),
    };
    return drawCurve(this.#losses, options, this.#terminal.style);
  }

  #step(event: StepEvent): void {
    for (const loss of event.losses) this.#losses.push(loss);
    this.#first ??= event;
    if (!this.#terminal.live || event.seconds - this.#drawn < redrawEvery) return;
    this.#drawn = event.seconds;
    this.#live = true;
    this.#terminal.write(`\r\u001b[2K${liveLine(event, this.#start!, this.#left(event), this.#terminal)}`);
  }

  /** Seconds to the end, at the pace so far; not finite as long as there is none. */
  #left({ step, seconds }: StepEvent): number {
    const perStep = (seconds - this.#first!.seconds) / (step - this.#first!.step);
    return perStep * (this.#start!.steps - step);
  }

  #epoch(event: EpochEvent): void {
    if (event.validation) this.#validation.push({ step: event.step, value: event.validation.loss });
    const { epochs } = this.#start!;
    const every = Math.ceil(epochs / mostLines);
    if (event.epoch % every !== 0 && event.epoch !== epochs) return;
    this.#clear();
    print(this.#terminal, epochLine(event, epochs, this.#terminal));
  }

  #warn({ finding, sentence }: WarningEvent): void {
    this.#clear();
    const { style, width } = this.#terminal;
    const [first, ...rest] = wrapText(`${finding}: ${sentence}`, width - 4);
    print(this.#terminal, style.yellow(`! ${first}`), ...rest.map((line) => style.yellow(`  ${line}`)));
  }

  #clear(): void {
    if (this.#live) this.#terminal.write("\r\u001b[2K");
    this.#live = false;
  }
}

/** Columns that keep their places while the numbers change: progress, loss, metrics, speed, time left. */
function liveLine(event: StepEvent, start: StartEvent, left: number, { style, width }: Terminal): string {
  const head = `epoch ${padStart(String(event.epoch), String(start.epochs).length)}/${start.epochs}`;
  const facts = [
    `loss ${padEnd(significant(mean(event.losses), 3), 7)}`,
    ...Object.values(event.metrics).map((values) => padStart(percent(mean(values)), 7)),
    `${padStart(rate(event.samplesPerSecond), 7)} samples/s`,
    ...(Number.isFinite(left) ? [`${duration(left)} left`] : []),
  ];
  const taken = (): number => facts.reduce((sum, fact) => sum + fact.length + 2, head.length + 2);
  while (facts.length > 1 && taken() + 4 >= width) facts.pop();
  const room = Math.min(30, width - 1 - Math.max(taken(), Math.min(68, width - 5)));
  const drawn = track(event.step / start.steps, room, style);
  return [style.bold(head), drawn, ...facts].join("  ");
}

/** One epoch in one line, as it stays on the screen: what was learned from, and after the bar the same figures of the test set. */
export function epochLine(event: EpochEvent, epochs: number, { style, width }: Terminal): string {
  const head = `epoch ${padStart(String(event.epoch), String(epochs).length)}/${epochs}`;
  const named = figures(event.training).map(([name, value]) => `${name} ${value}`);
  const test = event.validation && figures(event.validation).map(([, value]) => value);
  const line = [style.bold(head), ...named, ...(test ? [`${style.dim("│")} test ${test.join("  ")}`] : [])].join("  ");
  const time = style.dim(padStart(duration(event.seconds), 6));
  return visible(line).length + 8 > width ? line.trimEnd() : `${line}  ${time}`;
}

/** Each score with its name, in columns. */
function figures(scores: Scores): [name: string, value: string][] {
  return Object.entries(scores)
    .filter(([name]) => name !== "examples")
    .map(([name, value]) => [name, name === "loss" ? padEnd(significant(value, 3), 7) : padStart(percent(value), 7)]);
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
