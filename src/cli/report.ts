/**
 * How well a network reads a test set, for people: the share of right answers, which class is taken for which, and the surest
 * mistakes drawn. What `gradus train` ends with and `gradus evaluate` is about.
 */

import type { Dataset } from "../data/dataset.ts";
import { type ConfusionMatrix, confusionMatrix } from "../loss/confusion-matrix.ts";
import type { Network } from "../network/network.ts";
import { pixelsOf, surestMistakes } from "../pictures/of/answers.ts";
import type { Picture } from "../pictures/picture.ts";
import { drawConfusion } from "../pictures/terminal/confusion.ts";
import { drawableSize, drawImage, frame, imageSize } from "../pictures/terminal/image.ts";
import { percent, significant, thousands } from "../pictures/terminal/numbers.ts";
import { beside } from "../pictures/terminal/style.ts";
import { pictureLines } from "../pictures/text.ts";
import { predictClasses } from "../train/evaluate.ts";
import { inWords, outputNames } from "./data.ts";
import { print, type Terminal } from "./terminal.ts";

/** What a network answered to a data set with classes. */
export interface Answers {
  readonly network: Network;
  readonly data: Dataset;
  readonly predictions: Int32Array;
  /** The names of the outputs. */
  readonly names: readonly string[];
  /** How many answers are right. */
  readonly right: number;
  /** Which class is taken for which; null where there are too many to look at. */
  readonly confusion: ConfusionMatrix | null;
}

/** Beyond it nobody reads the counts, and they grow with the square. */
const mostCounted = 100;

export async function answersOf(network: Network, data: Dataset): Promise<Answers> {
  const predictions = await predictClasses(network, data);
  const names = outputNames(data, network.outputShape[0]!);
  const right = predictions.reduce((sum, prediction, index) => sum + (prediction === data.targets[index] ? 1 : 0), 0);
  const confusion = names.length <= mostCounted ? confusionMatrix(predictions, data.targets, names) : null;
  return { network, data, predictions, names, right, confusion };
}

/** `98.0 %: 980 of 1,000 right, loss 0.0709`. */
export function verdict({ right, data }: Answers, loss: number, { style }: Terminal): string {
  const share = style.bold(style.green(percent(right / data.length)));
  return `${share}: ${thousands(right)} of ${thousands(data.length)} right, loss ${significant(loss)}`;
}

/** Wider matrices would break their lines. */
const mostClasses = 12;

export function printConfusion({ confusion, names }: Answers, terminal: Terminal): void {
  if (confusion === null || names.length > mostClasses) {
    const sentence = `What is taken for what is shown for up to ${mostClasses} classes; here are ${thousands(names.length)}.`;
    print(terminal, "", terminal.style.dim(sentence));
    return;
  }
  const lines = drawConfusion(confusion.counts, names.map(inWords), terminal.style);
  print(terminal, "", terminal.style.bold("What is taken for what"), ...indent(lines));
}

export async function printMistakes(answers: Answers, terminal: Terminal): Promise<void> {
  const { network, data, predictions, names } = answers;
  const size = drawableSize(data.inputShape, terminal.width);
  const wrong = data.length - answers.right;
  if (size === null || wrong === 0) return;
  const { style } = terminal;
  const surest = await surestMistakes(network, data, predictions, perRow(size.columns, terminal.width));
  const blocks = surest.map(({ index, answer, confidence }) => [
    ...drawExample(data, index, terminal),
    `is ${style.bold(inWords(data.label(index)))}`,
    style.dim(`taken for ${inWords(names[answer]!)}`),
    style.dim(`with ${percent(confidence)}`),
  ]);
  const title = wrong === 1 ? "The one mistake" : `The surest of ${thousands(wrong)} mistakes`;
  print(terminal, "", style.bold(title), ...indent(beside(2, ...blocks)));
}

/** How many framed pictures stand side by side. */
export function perRow(columns: number, width: number): number {
  return Math.max(1, Math.floor((Math.min(80, width) - 2 + 2) / (columns + 4)));
}

/** One example as a framed picture; its values go back to what they were before normalization. */
export function drawExample(data: Dataset, index: number, { style }: Terminal): string[] {
  const { rows, columns } = imageSize(data.inputShape)!;
  return frame(drawImage(pixelsOf(data, index), rows, columns, style), columns, style);
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** Pictures under their titles, indented; `height` is that of a chart in lines. */
export function printPictures(pictures: readonly Picture[], height: number, terminal: Terminal): void {
  const { style, width } = terminal;
  for (const picture of pictures) {
    print(terminal, "", style.bold(picture.title));
    print(terminal, ...indent(pictureLines(picture, { width: width - 2, height, style })));
  }
}
