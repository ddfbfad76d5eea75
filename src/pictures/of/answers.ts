/** What a network takes for what, as a matrix, and its surest mistakes, as images. Refuses examples that are no pictures. */

import { ShapeError } from "../../base/errors.ts";
import { showShape } from "../../base/shape.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { ConfusionMatrix } from "../../loss/confusion-matrix.ts";
import type { Network } from "../../network/network.ts";
import { predictClasses } from "../../train/evaluate.ts";
import type { Image, Images, Matrix } from "../picture.ts";
import { imageSize } from "../terminal/image.ts";
import { percent, thousands } from "../terminal/numbers.ts";

/**
 * A confusion matrix as a picture: a row per true class, a column per answer.
 *
 * @param counts   what `confusionMatrix` gives
 * @param classes  the names of the classes, in order
 * @example confusionOf(confusionMatrix([0, 1, 1], [0, 1, 0], ["cat", "dog"]), ["cat", "dog"]).values  // [[1, 1], [0, 1]]
 */
export function confusionOf({ counts }: ConfusionMatrix, classes: readonly string[]): Matrix {
  const title = "What is taken for what";
  const values = counts.map((row) => Array.from(row));
  return { kind: "matrix", title, rowLabel: "true", columnLabel: "answered", rows: classes, columns: classes, values };
}

/** A wrong answer. */
export interface Mistake {
  /** Which example of the data set. */
  readonly index: number;
  /** The class it was taken for. */
  readonly answer: number;
  /** The probability that the network gave this class. */
  readonly confidence: number;
}

/** Mistakes that are looked at to find the surest, and confidences of all of them together. */
const mostMistakes = 500;
const mostConfidences = 1_000_000;

/** The wrong answers of which the network was surest, the surest first; among the first 500 wrong ones. */
export async function surestMistakes(
  network: Network,
  data: Dataset,
  predictions: Int32Array,
  most: number,
): Promise<Mistake[]> {
  const wrong = Array.from(predictions.keys()).filter((index) => predictions[index] !== data.targets[index]);
  const outputs = network.outputShape[0]!;
  const asked = wrong.slice(0, Math.max(1, Math.min(mostMistakes, Math.floor(mostConfidences / outputs))));
  if (asked.length === 0) return [];
  const said = (await network.classify(asked.map((index) => data.input(index)))) as { confidence: number }[];
  return asked
    .map((index, place) => ({ index, answer: predictions[index]!, confidence: said[place]!.confidence }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, most);
}

/**
 * The surest mistakes of a network on a data set of pictures.
 *
 * @param most  how many at most
 * @returns     images with what they are, and for what they are taken; none where everything is right
 * @throws {ShapeError} the inputs are no grey pictures
 * @example await mistakesOf(net, digits.test, 3)  // a picture of three images at most
 */
export async function mistakesOf(network: Network, data: Dataset, most = 12): Promise<Images> {
  const size = pictureSize("mistakesOf", data);
  const predictions = await predictClasses(network, data);
  const wrong = predictions.reduce((sum, answer, index) => sum + (answer === data.targets[index] ? 0 : 1), 0);
  const mistakes = await surestMistakes(network, data, predictions, most);
  const named = (label: number): string => data.classes?.[label] ?? String(label);
  const images = mistakes.map(({ index, answer, confidence }): Image => {
    const title = `${named(data.target(index) as number)}: ${named(answer)}, ${percent(confidence)}`;
    return { title, ...size, values: pixelsOf(data, index) };
  });
  return { kind: "images", title: `The surest of ${thousands(wrong)} mistakes`, images };
}

/** An example's values as they were before normalization: from paper to ink. */
export function pixelsOf(data: Dataset, index: number): Float32Array {
  const { multiply, add } = data.normalization;
  return data.input(index).data.map((value) => (value - add) / multiply);
}

function pictureSize(operation: string, { inputShape }: Dataset): { rows: number; columns: number } {
  const size = imageSize(inputShape);
  if (size !== null) return size;
  throw new ShapeError(
    `${operation}: needs grey pictures, inputs [rows, columns] or [rows, columns, 1]; got ${showShape(inputShape)}. ` +
      "Look at confusionOf or at the numbers.",
    { operation, expected: "[rows, columns]", actual: showShape(inputShape) },
  );
}
