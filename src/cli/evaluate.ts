/** `gradus evaluate`: how good a saved model is on the test set of a data set. Changes nothing. */

import { sameShape } from "../base/shape.ts";
import { jsonLine } from "../base/show.ts";
import { knownShape } from "../data/catalog.ts";
import type { Dataset } from "../data/dataset.ts";
import { accuracy } from "../loss/accuracy.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import type { Loss } from "../loss/loss.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { decidingLayer } from "../network/meaning.ts";
import type { Network } from "../network/network.ts";
import { thousands } from "../pictures/terminal/numbers.ts";
import { evaluate } from "../train/evaluate.ts";
import { targetFor } from "../train/place.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { classesInWords, readData, shapeInWords } from "./data.ts";
import { dataDirFlag, jsonFlag, lossFlag, placeFlags, readLoss, readPlace } from "./flags.ts";
import { openModel } from "./model.ts";
import { type Answers, answersOf, printConfusion, printMistakes, verdict } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

export const evaluateCommand: Command = {
  name: "evaluate",
  usage: "MODEL [DATA] [FLAGS]",
  about:
    "How good is the function that training picked, on examples it has never seen? Shows the loss, the share of right answers, " +
    "which class is taken for which, and the surest mistakes.\n\n" +
    "MODEL is a .safetensors file or a run folder, as gradus train --out writes it. DATA is named as for gradus train; its test " +
    "set is asked. Default: ink, for networks that take 16×16 pictures.",
  flags: [dataDirFlag, lossFlag, ...placeFlags, jsonFlag],
  examples: [
    { line: "gradus evaluate runs/first", note: "on the built-in handwriting" },
    { line: "gradus evaluate runs/first semeion", note: "can it read the digits of real people?" },
    { line: "gradus evaluate runs/first --json", note: "loss, accuracy and the confusion matrix as one line" },
  ],
  run: runEvaluate,
};

async function runEvaluate(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("evaluate", 2, "It takes a model and one data set.");
  const place = readPlace(args);
  const asked = readLoss(args);
  const network = await openModel("evaluate", args);
  const source = args.positionals[1] ?? defaultData(network);
  checkKnown("evaluate", source, network);
  const data = prepared((await readData(source, args, terminal)).test, network);
  const loss = asked ?? lossFor(network);
  const scores = await evaluate(network, data, { loss, metrics: [accuracy()], ...place });
  const answers = await answersOf(network, data);
  if (args.has("json")) {
    const { name: target, numerics } = await targetFor(network, place);
    const { names: classes, confusion } = answers;
    const found = { data: source, examples: data.length, ...scores, classes, confusion: confusion?.counts ?? null };
    print(terminal, jsonLine({ event: "evaluation", model: args.positionals[0], ...found, target, numerics }));
    return 0;
  }
  await tell(source, answers, scores.loss, terminal);
  return 0;
}

async function tell(source: string, answers: Answers, loss: number, terminal: Terminal): Promise<void> {
  const { network, data } = answers;
  const { style } = terminal;
  const known = network.classes;
  print(
    terminal,
    "",
    `${style.bold("Network")}   ${network}`,
    `${style.bold("Test set")}  ${source}, ${thousands(data.length)} examples`,
    `${style.bold("Accuracy")}  ${verdict(answers, loss, terminal)}`,
  );
  if (known && data.classes && known.join() !== data.classes.join()) {
    print(terminal, "", style.yellow(`It learned other classes: ${classesInWords(known)}.`));
  }
  printConfusion(answers, terminal);
  await printMistakes(answers, terminal);
}

/** Examples prepared as those were that the network learned from. */
export function prepared(data: Dataset, network: Network): Dataset {
  return network.normalization === null ? data : data.normalize(network.normalization);
}

/** A network that ends with probabilities was not trained on cross entropy. */
export function lossFor(network: Network): Loss {
  return decidingLayer(network)?.layer.gives === "probabilities" ? meanSquaredError() : crossEntropy();
}

/** What is known of the data before it is read, and perhaps downloaded. */
export function checkKnown(command: string, source: string, { inputShape }: Network): void {
  const shape = knownShape(source);
  if (shape === null || sameShape(shape, inputShape)) return;
  throw new UsageError(
    `gradus ${command}: ${source} has inputs ${shapeInWords(shape)}, and the model takes ${shapeInWords(inputShape)}. ` +
      `Name data of that shape, or train a model on ${source}.`,
  );
}

function defaultData(network: Network): string {
  if (network.inputShape.join() === "16,16") return "ink";
  const example = network.inputShape.join() === "28,28" ? "mnist" : "DATA";
  throw new UsageError(
    `gradus evaluate: needs a data set for a network that takes ${shapeInWords(network.inputShape)} inputs: ` +
      `gradus evaluate MODEL ${example}.`,
  );
}
