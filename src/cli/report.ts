/**
 * How well a network reads a test set, for people: the share of right answers, which class is taken for which, and the surest
 * mistakes drawn. What `gradus train` ends with and `gradus evaluate` is about.
 */

import type { Dataset } from "../data/dataset.ts";
import { type ConfusionMatrix, confusionMatrix } from "../loss/confusion-matrix.ts";
import type { Network } from "../network/network.ts";
import { predictClasses } from "../train/evaluate.ts";
import { outputNames } from "./data.ts";
import { drawConfusion } from "./terminal/confusion.ts";
import { drawImage, frame, imageSize } from "./terminal/image.ts";
import { percent, significant, thousands } from "./terminal/numbers.ts";
import { beside } from "./terminal/style.ts";
import { print, type Terminal } from "./terminal.ts";

/** What a network answered to a data set with classes. */
export interface Answers {
  readonly network: Network;
  readonly data: Dataset;
  readonly predictions: Int32Array;
  readonly confusion: ConfusionMatrix;
}

export async function answersOf(network: Network, data: Dataset): Promise<Answers> {
  const predictions = await predictClasses(network, data);
  const names = outputNames(data, network.outputShape[0]!);
  return { network, data, predictions, confusion: confusionMatrix(predictions, data.targets, names) };
}

/** `98.0 %: 980 of 1,000 right, loss 0.0709`. */
export function verdict({ confusion }: Answers, loss: number, { style }: Terminal): string {
  const right = Math.round(confusion.accuracy * confusion.total);
  const share = style.bold(style.green(percent(confusion.accuracy)));
  return `${share}: ${thousands(right)} of ${thousands(confusion.total)} right, loss ${significant(loss)}`;
}

/** Wider matrices would break their lines. */
const mostClasses = 12;

export function printConfusion({ confusion }: Answers, terminal: Terminal): void {
  if (confusion.classes.length > mostClasses) return;
  const lines = drawConfusion(confusion.counts, confusion.classes, terminal.style);
  print(terminal, "", terminal.style.bold("What is taken for what"), ...indent(lines));
}

/** Mistakes that are looked at to find the surest. */
const mostMistakes = 500;

export async function printMistakes(answers: Answers, terminal: Terminal): Promise<void> {
  const { network, data, predictions, confusion } = answers;
  const size = imageSize(data.inputShape);
  const wrong = Array.from(predictions.keys()).filter((index) => predictions[index] !== data.targets[index]);
  if (size === null || wrong.length === 0) return;
  const { style } = terminal;
  const asked = wrong.slice(0, mostMistakes);
  const said = await network.classify(asked.map((index) => data.input(index)));
  const surest = asked
    .map((index, place) => ({ index, confidence: (said as { confidence: number }[])[place]!.confidence }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, perRow(size.columns, terminal.width));
  const blocks = surest.map(({ index, confidence }) => [
    ...drawExample(data, index, terminal),
    `is ${style.bold(data.label(index))}`,
    style.dim(`taken for ${confusion.classes[predictions[index]!]}`),
    style.dim(`with ${percent(confidence)}`),
  ]);
  const title = wrong.length === 1 ? "The one mistake" : `The surest of ${thousands(wrong.length)} mistakes`;
  print(terminal, "", style.bold(title), ...indent(beside(2, ...blocks)));
}

/** How many framed pictures stand side by side. */
export function perRow(columns: number, width: number): number {
  return Math.max(1, Math.floor((Math.min(80, width) - 2 + 2) / (columns + 4)));
}

/** One example as a framed picture; its values go back to what they were before normalization. */
export function drawExample(data: Dataset, index: number, { style }: Terminal): string[] {
  const { rows, columns } = imageSize(data.inputShape)!;
  const { multiply, add } = data.normalization;
  const pixels = data.input(index).data.map((value) => (value - add) / multiply);
  return frame(drawImage(pixels, rows, columns, style), columns, style);
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
