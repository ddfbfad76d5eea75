/**
 * `gradus draw`: pictures of a run and of what it learned, small in the terminal and as SVG files: curves, weights, confusion matrix,
 * mistakes, activations. Draws what can be drawn from what is given, and says for one that is asked for by name what it needs.
 */

import { checkFolder, kindAt } from "#file";
import { showPath } from "../base/show.ts";
import type { Dataset } from "../data/dataset.ts";
import { lookAt } from "../diagnose/diagnose.ts";
import { confusionMatrix } from "../loss/confusion-matrix.ts";
import type { Network } from "../network/network.ts";
import { activationsOf } from "../pictures/of/activations.ts";
import { confusionOf, mistakesOf } from "../pictures/of/answers.ts";
import { curvesOf } from "../pictures/of/curves.ts";
import { gradientNormsOf } from "../pictures/of/gradients.ts";
import { weightsOf } from "../pictures/of/weights.ts";
import type { Picture } from "../pictures/picture.ts";
import { savePictures } from "../pictures/save.ts";
import { imageSize } from "../pictures/terminal/image.ts";
import { predictClasses } from "../train/evaluate.ts";
import { checkData } from "../train/options.ts";
import { readRun } from "../train/read-run.ts";
import { type Arguments, UsageError, wholeNumber } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { outputNames, readData } from "./data.ts";
import { lossFor, prepared } from "./evaluate.ts";
import { dataDirFlag } from "./flags.ts";
import { openModel } from "./model.ts";
import { printPictures } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

/** What there is to draw from. */
interface Given {
  /** The path that was named. */
  readonly path: string;
  readonly network: Network;
  /** The test set; null where none was named. */
  readonly data: Dataset | null;
  readonly layer: string | undefined;
  readonly example: number;
}

interface Kind {
  readonly needs: "a run folder" | "a model" | "data with classes" | "grey pictures with classes" | "data";
  readonly draw: (given: Given, data: Dataset) => Promise<readonly Picture[]>;
}

/** Every picture by its name. */
const kinds: Readonly<Record<string, Kind>> = {
  curves: { needs: "a run folder", draw: async ({ path }) => curvesOf((await readRun(path)).events) },
  weights: { needs: "a model", draw: async ({ network, layer }) => [await weightsOf(network, layer)] },
  confusion: { needs: "data with classes", draw: async ({ network }, data) => [await drawConfusion(network, data)] },
  mistakes: {
    needs: "grey pictures with classes",
    draw: async ({ network }, data) => [await mistakesOf(network, data)],
  },
  gradients: { needs: "data", draw: async ({ network }, data) => [await drawGradients(network, data)] },
  activations: { needs: "data", draw: ({ network, example }, data) => activationsOf(network, data.input(example)) },
};
const names: readonly string[] = Object.keys(kinds);

export const drawCommand: Command = {
  name: "draw",
  usage: "MODEL [DATA] [FLAGS]",
  about:
    "Pictures of a run and of what it learned: its curves, the weights of the first layer or another, which class is taken for which, " +
    "the surest mistakes, and what each layer makes of an example. Small in the terminal; with --out as SVG files too.\n\n" +
    "MODEL is a run folder or a .safetensors file; curves need the folder. DATA is named as for gradus train; its test set is asked.",
  flags: [
    {
      name: "what",
      value: '"LIST"',
      help: `Only these, in quotes: ${names.join(" ")}. Default: all that can be drawn.`,
    },
    {
      name: "layer",
      value: "PATH",
      help: "Whose weights, as gradus summary counts layers: 1, or 2.body.0. Default: the first.",
    },
    { name: "example", value: "N", help: "Whose activations: an example of the test set, counted from 0. Default 0." },
    { name: "out", aliases: ["o"], value: "DIR", help: "Write the pictures into this folder, as SVG." },
    dataDirFlag,
  ],
  examples: [
    { line: "gradus draw runs/first", note: "curves, and what the first layer looks for" },
    { line: "gradus draw runs/first ink --out pictures", note: "all there is, also as SVG" },
    { line: 'gradus draw runs/first ink --what "mistakes confusion"', note: "only these" },
  ],
  run: runDraw,
};

async function runDraw(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("draw", 2, "It takes a model and one data set.");
  const asked = readNames(args);
  const example = args.number("example", wholeNumber) ?? 0;
  const out = args.text("out");
  if (out !== undefined) await checkFolder(out);
  const network = await openModel("draw", args);
  const path = args.positionals[0]!;
  const source = args.positionals[1];
  const data = source === undefined ? null : prepared((await readData(source, args, terminal)).test, network);
  if (data) checkData("draw", network, data);
  const given: Given = { path, network, data, layer: args.text("layer"), example };
  for (const name of asked ?? names) {
    const missing = await whatIsMissing(name, given);
    if (missing !== null && asked !== null) throw new UsageError(missing);
    if (missing === null) await drawOne(name, given, out, terminal);
  }
  return 0;
}

function readNames(args: Arguments): string[] | null {
  const text = args.text("what");
  if (text === undefined) return null;
  const asked = text.split(/[\s,]+/).filter((name) => name !== "");
  const unknown = asked.find((name) => !names.includes(name));
  if (asked.length > 0 && unknown === undefined) return asked;
  throw new UsageError(`--what: needs some of ${names.join(", ")}; got "${unknown ?? text}".`);
}

/** Why a picture cannot be drawn from what is given; null where it can. */
async function whatIsMissing(name: string, { path, network, data }: Given): Promise<string | null> {
  const { needs } = kinds[name]!;
  if (needs === "a run folder") {
    const isRun = (await kindAt(`${path}/events.jsonl`)) === "file";
    return isRun
      ? null
      : `--what ${name}: needs the folder of a run, with its events; ${showPath(path)} is a model alone.`;
  }
  if (needs === "a model") return null;
  if (data === null) return `--what ${name}: needs a data set; none is named. Write gradus draw MODEL DATA.`;
  if (needs === "data") return null;
  const hasClasses = data.classes !== null && network.outputShape.length === 1 && network.outputShape[0]! > 1;
  if (!hasClasses) return `--what ${name}: needs data with classes, and a network that answers with them.`;
  const isGrey = needs === "data with classes" || imageSize(data.inputShape) !== null;
  return isGrey ? null : `--what ${name}: needs grey pictures; the inputs are [${data.inputShape.join(", ")}].`;
}

async function drawOne(name: string, given: Given, out: string | undefined, terminal: Terminal): Promise<void> {
  const pictures = await kinds[name]!.draw(given, given.data!);
  printPictures(pictures, 12, terminal);
  if (out !== undefined)
    print(terminal, terminal.style.dim(`  ${(await savePictures(out, name, pictures)).join(", ")}`));
}

/** Of the loss that such a network is trained on, over the test set. */
async function drawGradients(network: Network, data: Dataset): Promise<Picture> {
  return gradientNormsOf(await lookAt(network, data, lossFor(network), 1, {}));
}

async function drawConfusion(network: Network, data: Dataset): Promise<Picture> {
  const classes = outputNames(data, network.outputShape[0]!);
  return confusionOf(confusionMatrix(await predictClasses(network, data), data.targets, classes), classes);
}
