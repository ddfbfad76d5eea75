/**
 * `gradus train`: the three steps on a data set. Without arguments it learns the built-in handwriting; with `--json` it tells the
 * same as lines of JSON. An interrupt ends the run after the present steps and keeps what was learned.
 */

import { DataError } from "../base/errors.ts";
import { show } from "../base/show.ts";
import { checkAugmentations } from "../data/augment/augment.ts";
import { parseAugmentation } from "../data/augment/strings.ts";
import { knownShape } from "../data/catalog.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { Network } from "../network/network.ts";
import { parseLayers } from "../network/strings.ts";
import { parseAveraging } from "../optimizer/averaging.ts";
import { parseOptimizer } from "../optimizer/strings.ts";
import type { EarlyStoppingOptions } from "../train/early-stopping.ts";
import type { TrainingEvent } from "../train/events.ts";
import { checkRunFolder } from "../train/folder.ts";
import { layoutOf, settingOf } from "../train/layout.ts";
import { eventLine } from "../train/log.ts";
import { checkData, type TrainOptions } from "../train/options.ts";
import { train } from "../train/train.ts";
import { type Arguments, type Flag, positiveInteger, positiveNumber, UsageError, wholeNumber } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { readData } from "./data.ts";
import { defaultsFor } from "./defaults.ts";
import { dataDirFlag, jsonFlag, lossFlag, placeFlags, readLoss, readPlace } from "./flags.ts";
import { type Options, Story } from "./story.ts";
import { interruptible, print, type Terminal } from "./terminal.ts";

const flags: readonly Flag[] = [
  {
    name: "layers",
    aliases: ["l"],
    value: '"LAYERS"',
    help: 'Step 1, the network: layers from input to output, in quotes: "flatten dense(64) tanh dense(10)".',
  },
  { ...lossFlag, help: `Step 2, the loss: ${lossFlag.help}` },
  {
    name: "optimizer",
    value: "NAME",
    help: 'Step 3, the optimizer: adam (default), adamw, sgd, rmsprop or adagrad; with arguments in quotes: "sgd(0.1, momentum=0.9)".',
  },
  {
    name: "learning-rate",
    aliases: ["lr"],
    value: "RATE",
    help: "How far one step goes. Default: the optimizer's own.",
  },
  {
    name: "schedule",
    value: "NAME",
    help: 'How the learning rate changes: constant (default), cosine, oneCycle, or in quotes "stepDecay(every=1000)".',
  },
  { name: "warmup-steps", value: "N", help: "Steps at the beginning in which the learning rate rises to its value." },
  {
    name: "clip-norm",
    value: "MAX",
    help: "Make gradients smaller where the norm of all of them together exceeds this.",
  },
  { name: "clip-value", value: "MAX", help: "Cut every element of the gradients to this size." },
  {
    name: "averaging",
    value: "NAME",
    help: 'Keep averages of the parameters, and take them in the end: ema, or in quotes "ema(0.99)".',
  },
  {
    name: "early-stopping",
    value: "N",
    help: "End after N epochs without a better test score, and go back to the best. The score is then no longer that of unseen data.",
  },
  { name: "early-stopping-metric", value: "NAME", help: "What early stopping looks at: loss (default) or accuracy." },
  { name: "epochs", aliases: ["e"], value: "N", help: "Passes over the data." },
  { name: "batch-size", aliases: ["batch", "b"], value: "N", help: "Examples that one step looks at." },
  {
    name: "augment",
    value: '"LIST"',
    help: 'Vary the examples anew at every step, in quotes: "shift(2) rotate(10) elastic(34, 4)"; also scale, shear, flip, crop, noise, cutout, mixup.',
  },
  { name: "steps", value: "N", help: "Steps at most, over all epochs." },
  { name: "take", value: "N", help: "Learn from the first N examples only; ink draws as many as asked." },
  { name: "no-shuffle", help: "Keep the order of the data in every epoch." },
  {
    name: "seed",
    value: "N",
    help: "Decides first values, order, dropout and augmentation: same seed, same bits. Default 1.",
  },
  dataDirFlag,
  {
    name: "out",
    aliases: ["o"],
    value: "DIR",
    help: "Keep the model, the events and the configuration in this folder.",
  },
  { name: "profile", help: "Time about a second of steps kernel by kernel, and end with a table. No result changes." },
  { name: "no-warnings", help: "Say nothing of what ails the run; gradus diagnose can tell it later." },
  ...placeFlags,
  jsonFlag,
];

export const trainCommand: Command = {
  name: "train",
  usage: "[DATA] [FLAGS]",
  about:
    "Picks a good function out of a set of functions, in three steps. The network is the set: each setting of its parameters is " +
    "one function. The loss says how good one is over all the data. The optimizer goes downhill on the loss, step by step.\n\n" +
    "DATA is ink (handwriting from a generator, the default, nothing to download), mnist, fashion-mnist, semeion, usps, or a " +
    "folder with IDX files of MNIST's names.\n\n" +
    "Every flag has a default that suits the data. Ctrl-C ends the run; with --out the model is kept as it then is.",
  flags,
  examples: [
    { line: "gradus train", note: "a network learns to read the built-in handwriting" },
    {
      line: "gradus train mnist --epochs 3 --out runs/mnist",
      note: "60,000 real digits; the model is kept in runs/mnist",
    },
    { line: 'gradus train --layers "flatten dense(10)"', note: "without a hidden layer: how far does that go?" },
    { line: 'gradus train --optimizer "sgd(0.1)" --batch-size 100', note: "plain gradient descent" },
    {
      line: 'gradus train mnist --augment "shift(2) rotate(10)"',
      note: "no digit is seen twice alike",
    },
    { line: "gradus train mnist --epochs 1 --profile", note: "where does the time of a step go?" },
    { line: "gradus train --json | tail -n 1", note: "the last line sums up the run" },
  ],
  run: runTrain,
};

async function runTrain(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("train", 1, "It takes one data set; layers go in quotes, after --layers.");
  const source = args.positionals[0] ?? "ink";
  const asked = readOptions(args);
  if (asked.out !== undefined) await checkRunFolder(asked.out);
  const layers = args.text("layers");
  if (layers !== undefined) checkLayers(layers, source);
  const data = await readData(source, args, terminal);
  checkClasses(data.train);
  const defaults = defaultsFor(data.train);
  const network = Network.from(data.train.inputShape, layers ?? defaults.layers);
  checkData("train", network, data.train);
  checkAugmentations(asked.augment ?? [], settingOf(network, layoutOf(data.train)));
  const options: Options = {
    ...asked,
    // Where the steps are counted, they say how many passes are needed.
    epochs: asked.epochs ?? (asked.steps === undefined ? defaults.epochs : undefined),
    batchSize: asked.batchSize ?? defaults.batchSize,
    validation: data.test,
    metrics: [accuracy()],
  };
  return interruptible(terminal, (signal) =>
    args.has("json")
      ? tellMachine(network, data.train, { ...options, signal }, terminal)
      : tellPeople(source, network, data, { ...options, signal }, terminal),
  );
}

/** What is wrong with layers whatever the data holds is said before the data is read, and perhaps downloaded. */
function checkLayers(layers: string, source: string): void {
  const parsed = parseLayers(layers);
  const shape = knownShape(source);
  if (shape !== null) new Network(shape, parsed);
}

function checkClasses({ classes }: Dataset): void {
  if (classes?.length !== 1) return;
  throw new DataError(
    `train: needs data of two classes at least; all examples are of one class, ${show(classes[0]!)}. Check the labels.`,
    { operation: "train", expected: "two classes", actual: classes[0]! },
  );
}

/** What the flags say about the run; checked before any data is read. */
function readOptions(args: Arguments): Options {
  const averaging = args.text("averaging");
  return {
    loss: readLoss(args) ?? crossEntropy(),
    optimizer: parseOptimizer(args.text("optimizer") ?? "adam", {
      learningRate: args.number("learning-rate", positiveNumber),
      schedule: args.text("schedule"),
      warmupSteps: args.number("warmup-steps", positiveInteger),
    }),
    augment: parseAugmentation(args.text("augment") ?? ""),
    clipNorm: args.number("clip-norm", positiveNumber),
    clipValue: args.number("clip-value", positiveNumber),
    averaging: averaging === undefined ? undefined : parseAveraging(averaging),
    earlyStopping: readEarlyStopping(args),
    epochs: args.number("epochs", positiveInteger),
    steps: args.number("steps", positiveInteger),
    batchSize: args.number("batch-size", positiveInteger),
    seed: args.number("seed", wholeNumber) ?? 1,
    shuffle: !args.has("no-shuffle"),
    out: args.text("out"),
    profile: args.has("profile"),
    warnings: !args.has("no-warnings"),
    ...readPlace(args),
  };
}

function readEarlyStopping(args: Arguments): EarlyStoppingOptions | undefined {
  const patience = args.number("early-stopping", positiveInteger);
  const metric = args.oneOf("early-stopping-metric", ["loss", "accuracy"]);
  if (patience !== undefined) return { patience, ...(metric === undefined ? {} : { metric }) };
  if (metric === undefined) return undefined;
  throw new UsageError(`--early-stopping-metric: needs --early-stopping too, for how many epochs; got none.`);
}

async function tellMachine(net: Network, data: Dataset, options: TrainOptions, terminal: Terminal): Promise<ExitCode> {
  return follow(net, data, options, terminal, (event) => print(terminal, eventLine(event)));
}

async function tellPeople(
  source: string,
  network: Network,
  data: Split,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  const story = new Story(source, network, data, options, terminal);
  await story.begin();
  try {
    const code = await follow(network, data.train, options, terminal, (event) => story.show(event));
    await (code === 0 ? story.end() : story.breakOff());
    return code;
  } finally {
    story.stop();
  }
}

/** Trains and tells every event. */
async function follow(
  network: Network,
  data: Dataset,
  options: TrainOptions,
  terminal: Terminal,
  tell: (event: TrainingEvent) => void,
): Promise<ExitCode> {
  const run = train(network, data, options);
  for await (const event of run) tell(event);
  const { aborted, steps } = await run;
  if (aborted && steps === 0 && options.out !== undefined && !terminal.isRead()) {
    terminal.complain(
      `gradus train: nobody reads standard output; stopped before the first step, ${options.out} has no model.`,
    );
  }
  return aborted ? 130 : 0;
}
