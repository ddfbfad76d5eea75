/** Is deeper always better? Plain nets of more layers end with more error on the training data itself; residual nets do not. */

import { accuracy, cifarResnet, cosine, crossEntropy, evaluate, type Network, sgd, train } from "gradus";
import { type Dataset, fromArrays } from "gradus/data";
import { percent } from "../report.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";

const kinds = ["plain", "residual"] as const;
type Kind = (typeof kinds)[number];

interface Found {
  readonly kind: Kind;
  readonly depth: number;
  /** Errors after training. */
  readonly training: number;
  readonly test: number;
}

/** Pictures of half the size, `[14, 14, 1]`: means of four pixels. */
function shrunk(pictures: Dataset): Dataset {
  const values = pictures.values();
  const inputs = new Float32Array(values.length / 4);
  for (let place = 0; place < inputs.length; place++) {
    const [example, row, column] = [Math.floor(place / 196), Math.floor(place / 14) % 14, place % 14];
    const from = example * 784 + row * 56 + column * 2;
    inputs[place] = (values[from]! + values[from + 1]! + values[from + 28]! + values[from + 29]!) / 4;
  }
  const { targets, classes } = pictures;
  return fromArrays({ inputs, targets: targets as Int32Array, classes: classes!, inputShape: [14, 14, 1] });
}

async function learn(kind: Kind, depth: number, training: Dataset, test: Dataset, epochs: number): Promise<Found> {
  const net = cifarResnet(depth, { input: [14, 14, 1], skips: kind === "residual" }) as unknown as Network;
  const loss = crossEntropy();
  const optimizer = sgd({ learningRate: cosine(0.05), momentum: 0.9, weightDecay: 1e-4 });
  await train(net, training, { loss, optimizer, epochs, batchSize: 64, seed: 1, warnings: false });
  const error = async (data: Dataset): Promise<number> =>
    1 - (await evaluate(net, data, { loss, metrics: [accuracy()] })).accuracy!;
  return { kind, depth, training: await error(training), test: await error(test) };
}

async function run({ short, tell, data }: Setting): Promise<Report> {
  const clothes = await data("fashion-mnist");
  const training = shrunk(clothes.train.take(short ? 128 : 2000));
  const test = shrunk(clothes.test.take(short ? 128 : 2000)).normalize(training.normalize().normalization);
  const depths = short ? [8, 14] : [8, 20, 32, 44, 56];
  const found: Found[] = [];
  for (const kind of kinds) {
    for (const depth of depths) {
      found.push(await learn(kind, depth, training.normalize(), test, short ? 1 : 24));
      tell(`${kind}, ${depth} layers: training error ${percent(found.at(-1)!.training)}`);
    }
  }
  const of = (kind: Kind, depth: number): Found => found.find((one) => one.kind === kind && one.depth === depth)!;
  return {
    tables: [
      {
        title: `Error after ${short ? 1 : 24} epochs, ${training.length} pictures of 14×14`,
        columns: ["layers", "plain, training", "residual, training", "plain, test", "residual, test"],
        rows: depths.map((depth) => [
          depth,
          ...kinds.map((kind) => of(kind, depth).training),
          ...kinds.map((kind) => of(kind, depth).test),
        ]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Training error by depth",
        x: { label: "layers" },
        y: { label: "training error" },
        series: kinds.map((kind) => ({
          name: kind,
          points: depths.map((depth) => ({ x: depth, y: of(kind, depth).training })),
        })),
      },
    ],
    figures: { found },
    verdict: verdictOf(depths, of),
  };
}

function verdictOf(depths: readonly number[], of: (kind: Kind, depth: number) => Found): Verdict {
  const [first, last] = [depths[0]!, depths.at(-1)!];
  const worse = of("plain", last).training - of("plain", first).training;
  const held = of("residual", last).training - of("residual", first).training;
  const list = (kind: Kind): string =>
    depths.map((depth) => `${depth}: ${percent(of(kind, depth).training)}`).join(", ");
  const [degrades, holds] = [worse > 0.02, held <= 0.02 && of("residual", last).training < of("plain", last).training];
  return {
    says:
      "a plain net of 56 layers has more error than one of 20, in training already, so that it is not overfitting, and with residual connections " +
      "depth does not hurt (He and others 2015)",
    measured: `training error of plain nets ${list("plain")}; of residual nets ${list("residual")}`,
    agrees: degrades && holds ? "yes" : degrades || holds ? "partly" : "no",
    ...(!(degrades && holds) && {
      because: degrades
        ? "Residual nets too learn less here the deeper they are, in so few steps on few pictures, but they end before the plain ones."
        : "With so few steps the shallow plain nets are not at their best either.",
    }),
  };
}

export const plainOrResidualExperiment: Experiment = {
  name: "plain-or-residual",
  question: "Is deeper always better?",
  needs: ["fashion-mnist"],
  run,
};
