/** What a network looks for: pictures that excite its filters, neurons and outputs most, found by gradient ascent on the input. */

import {
  accuracy,
  adam,
  compile,
  crossEntropy,
  evaluate,
  grad,
  lectureCnn,
  type Network,
  type Tensor,
  tensor,
  train,
  uniform,
} from "gradus";
import type { Image } from "gradus/pictures";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting } from "./experiment.ts";
import { mean, range } from "./numbers.ts";

/** Where it is looked: a layer of the lecture's CNN, and how many of its units. */
const places = [
  { path: "1", name: "filters of the first convolution", units: 25 },
  { path: "3", name: "filters of the second", units: 12 },
  { path: "7", name: "hidden neurons", units: 12 },
] as const;
const outputs = { path: "8", units: 10 } as const;

/** What one unit of a layer answers to each of as many pictures: the first unit to the first, and so on. */
function answers(net: Network, path: string, x: Tensor): Tensor {
  let seen: Tensor | null = null;
  net.apply(net.state, x, {
    training: false,
    random: null,
    observe: (placed, output) => {
      if (placed.path === path) seen = output;
    },
  });
  const output = seen!;
  const [count, units] = [output.shape[0]!, output.shape.at(-1)!];
  const own = Array.from({ length: count * units }, (_, i) => (i % units === Math.floor(i / units) ? 1 : 0));
  // A filter is asked wherever it looks.
  const shape = [count, ...output.shape.slice(1, -1).map(() => 1), units];
  return output.mul(tensor(own, { shape }) as Tensor);
}

/** Pictures from faint noise uphill, ink from 0 to 1; `penalty` is what each pixel of ink costs. */
async function ascend(
  net: Network,
  { path, units }: { path: string; units: number },
  penalty: number,
  steps: number,
): Promise<Float32Array> {
  const climb = compile((x: Tensor) => {
    const slope = grad((image: Tensor) => answers(net, path, image).sum().sub(image.abs().sum().mul(penalty)))(x);
    const length = slope.square().sum([1, 2], { keepDims: true }).sqrt().add(1e-8);
    return x.add(slope.div(length).mul(0.3)).maximum(0).minimum(1);
  });
  let x = uniform([units, 28, 28], { high: 0.2, seed: 1 }) as Tensor;
  for (let step = 0; step < steps; step++) x = await climb(x);
  return (await x.data()) as Float32Array;
}

function imagesOf(pixels: Float32Array, title: (unit: number) => string): Image[] {
  return range(0, pixels.length / 784 - 1).map((unit) => {
    return { title: title(unit), rows: 28, columns: 28, values: pixels.subarray(unit * 784, (unit + 1) * 784) };
  });
}

/** The network's confidence that each picture is the digit it was made for. */
async function confidences(net: Network, pixels: Float32Array): Promise<number[]> {
  const said = (await net.classify(tensor(pixels, { shape: [10, 28, 28] }))) as unknown as { confidences: number[] }[];
  return said.map((one, digit) => one.confidences[digit]!);
}

/** What ink costs with the L1 term. */
const penalty = 0.1;

async function run({ short, tell, data }: Setting): Promise<Report> {
  const digits = await data("mnist");
  const net = lectureCnn() as unknown as Network;
  tell("training");
  const loss = crossEntropy();
  const training = digits.train.take(short ? 1000 : 30_000);
  await train(net, training, { loss, optimizer: adam(), epochs: 2, batchSize: 50, seed: 1, warnings: false });
  const scores = await evaluate(net, digits.test.take(short ? 500 : 10_000), { loss, metrics: [accuracy()] });
  const steps = short ? 20 : 200;
  const pictures: Report["pictures"][number][] = [];
  for (const place of short ? places.slice(0, 1) : places) {
    tell(place.name);
    const pixels = await ascend(net, place, 0, steps);
    pictures.push({ kind: "images", title: `What excites ${place.name} most`, images: imagesOf(pixels, String) });
  }
  tell("outputs, without and with the L1 term");
  const [plain, sparse] = [await ascend(net, outputs, 0, steps), await ascend(net, outputs, penalty, steps)];
  pictures.push({ kind: "images", title: "Digits to the network", images: imagesOf(plain, String) });
  pictures.push({ kind: "images", title: "Digits to the network, where ink costs", images: imagesOf(sparse, String) });
  const [sure, sureSparse] = [await confidences(net, plain), await confidences(net, sparse)];
  const real = mean(Array.from(digits.test.take(500).values()));
  const [ink, inkSparse] = [mean(Array.from(plain)), mean(Array.from(sparse))];
  return {
    tables: [
      {
        title: `Pictures made for each output; the network reads ${percent(scores.accuracy!)} of the test digits`,
        columns: ["digit", "confidence", "confidence with L1"],
        rows: range(0, 9).map((digit) => [digit, sure[digit]!, sureSparse[digit]!]),
      },
      {
        title: "Share of ink",
        columns: ["pictures", "ink"],
        rows: [
          ["without L1", ink],
          ["with L1", inkSparse],
          ["real digits", real],
        ],
      },
    ],
    pictures,
    figures: { accuracy: scores.accuracy, sure, sureSparse, ink, inkSparse, real },
    verdict: verdictOf({ sure, sureSparse, ink, inkSparse, real }),
  };
}

interface Seen {
  readonly sure: readonly number[];
  readonly sureSparse: readonly number[];
  readonly ink: number;
  readonly inkSparse: number;
  readonly real: number;
}

function verdictOf({ sure, sureSparse, ink, inkSparse, real }: Seen): Report["verdict"] {
  const fooled = sure.filter((confidence) => confidence > 0.9).length;
  const [isFooled, isSparser] = [fooled >= 8, inkSparse < 0.8 * ink];
  return {
    says:
      "pictures that excite an output most are noise to people though the network is sure of its digit, and a term that makes ink cost (L1) makes them " +
      "look a little more like digits",
    measured:
      `of ten such pictures the network is more than 90 % sure of ${fooled} (mean ${percent(mean(sure))}); ${percent(ink)} of them is ink, with the term ` +
      `${percent(inkSparse)} (mean confidence ${percent(mean(sureSparse))}), of real digits ${percent(real)}`,
    agrees: isFooled && isSparser ? "yes" : isFooled || isSparser ? "partly" : "no",
    ...(!(isFooled && isSparser) && { because: "Whether they look like digits is for the eye: see the pictures." }),
  };
}

export const filtersExperiment: Experiment = {
  name: "filters",
  question: "What do filters, neurons and outputs look for?",
  needs: ["mnist"],
  run,
};
