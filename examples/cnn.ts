/** Convolutional networks on MNIST and Fashion-MNIST: a small one that is quick, and a larger one that sees no picture twice alike. */

import { accuracy, adam, crossEntropy, ema, Network, oneCycle, type TrainOptions, train } from "gradus";
import { type Augmentation, flip, rotate, type Split, scale, shift } from "gradus/data";
import { fashionMnist, has, mnist } from "./data.ts";
import { type Figure, figure, isMain, percent } from "./report.ts";

/** 206,922 parameters. */
const small =
  "reshape([28, 28, 1]) conv2d(16, 3, padding=1) relu maxPool2d(2) conv2d(32, 3, padding=1) relu maxPool2d(2) " +
  "flatten dense(128) relu dense(10)";

/** 104,650 parameters. */
const large =
  "reshape([28, 28, 1]) conv2d(32, 3, padding=1) batchNorm relu maxPool2d(2) conv2d(64, 3, padding=1) batchNorm relu maxPool2d(2) " +
  "conv2d(128, 3, padding=1) batchNorm relu maxPool2d(2) flatten dropout(0.2) dense(10)";

/** What is learned, and how. */
export interface Recipe {
  readonly layers: string;
  readonly epochs: number;
  readonly augment?: readonly Augmentation[];
  readonly averaging?: TrainOptions["averaging"];
}

export const recipes: Readonly<Record<"quick" | "varied" | "clothes", Recipe>> = {
  quick: { layers: small, epochs: 6 },
  varied: { layers: large, epochs: 12, augment: [shift(2), rotate(10), scale(0.1)], averaging: ema({ decay: 0.995 }) },
  clothes: { layers: large, epochs: 12, augment: [flip(), shift(1)], averaging: ema({ decay: 0.995 }) },
};

/** Accuracy on the pictures of the test set, and the seconds of the run. */
export async function learnPictures(
  { layers, epochs, augment, averaging }: Recipe,
  { train: pictures, test }: Split,
  seed = 1,
): Promise<{ readonly accuracy: number; readonly seconds: number }> {
  const run = train(Network.from([28, 28], layers), pictures, {
    loss: crossEntropy(),
    optimizer: adam({ learningRate: oneCycle(0.003) }),
    ...(augment ? { augment } : {}),
    ...(averaging ? { averaging } : {}),
    epochs,
    batchSize: 100,
    seed,
    validation: test,
    metrics: [accuracy()],
  });
  for await (const event of run) {
    if (event.event === "epoch") {
      console.log(`epoch ${event.epoch}: ${percent(event.validation!.accuracy!)} after ${event.seconds.toFixed(1)} s`);
    }
  }
  const { accuracy: found, seconds } = await run;
  return { accuracy: found!, seconds };
}

export async function main(): Promise<Figure[]> {
  const figures: Figure[] = [];
  if (has("mnist")) {
    const digits = await mnist();
    const quick = await learnPictures(recipes.quick, digits);
    figures.push(figure(`MNIST, six epochs, ${quick.seconds.toFixed(0)} s`, quick.accuracy, { atLeast: 0.99 }));
    const varied = await learnPictures(recipes.varied, digits);
    figures.push(figure(`MNIST, varied pictures, ${varied.seconds.toFixed(0)} s`, varied.accuracy, { atLeast: 0.994 }));
  }
  if (has("fashion-mnist")) {
    const clothes = await learnPictures(recipes.clothes, await fashionMnist());
    figures.push(figure(`Fashion-MNIST, ${clothes.seconds.toFixed(0)} s`, clothes.accuracy, { atLeast: 0.925 }));
  }
  return figures;
}

if (isMain(import.meta.url)) console.table(await main());
