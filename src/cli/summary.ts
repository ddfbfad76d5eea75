/** `gradus summary`: a network as a table, from a layer string or a saved model. Computes nothing. */

import { kindAt } from "#file";
import { jsonLine, showValue } from "../base/show.ts";
import { Network } from "../network/network.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { classesInWords } from "./data.ts";
import { jsonFlag } from "./flags.ts";
import { openModel } from "./model.ts";
import { print, type Terminal } from "./terminal.ts";

const inputFlag = {
  name: "input",
  aliases: ["i"],
  value: "SHAPE",
  help: "The shape of one example, for layers: 16,16 (default) or 28,28 or 784.",
} as const;

export const summaryCommand: Command = {
  name: "summary",
  usage: "MODEL | LAYERS [FLAGS]",
  about:
    "Layers, shapes and parameter counts of a network: of a saved model (a .safetensors file or a run folder), or of layers in " +
    "one line, in quotes. Layers that do not fit together are refused with the way out.",
  flags: [inputFlag, jsonFlag],
  examples: [
    { line: 'gradus summary "flatten dense(128) relu dense(10)"', note: "34,186 parameters" },
    { line: 'gradus summary "dense(500) relu dense(10)" --input 784', note: "for examples of 784 numbers" },
    { line: "gradus summary runs/first", note: "of a saved model" },
  ],
  run: runSummary,
};

async function runSummary(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("summary", 1, "Layers go in quotes.");
  const network = await networkOf(args);
  const { classes, normalization } = network;
  if (args.has("json")) {
    const { outputShape, parameterCount: parameters, stateSpecs } = network;
    const state = stateSpecs.map(({ name, shape }) => ({ name, shape }));
    print(terminal, jsonLine({ event: "summary", ...network.describe(), outputShape, parameters, state }));
    return 0;
  }
  print(terminal, network.summary());
  if (classes) print(terminal, classesInWords(classes));
  if (normalization && (normalization.multiply !== 1 || normalization.add !== 0)) {
    print(terminal, `inputs · ${normalization.multiply} + ${normalization.add}`);
  }
  return 0;
}

async function networkOf(args: Arguments): Promise<Network> {
  const what = args.positionals[0];
  if (what === undefined) {
    throw new UsageError(
      'gradus summary: needs a model, or layers in quotes: gradus summary "flatten dense(128) relu dense(10)".',
    );
  }
  const isModel = what.endsWith(".safetensors") || (await kindAt(what)) !== null || /^[\w.~-]*\//.test(what);
  if (!isModel) return Network.from(inputShape(args), what);
  if (args.has("input")) throw new UsageError("--input: is for layers; a model knows its input. Leave it out.");
  return openModel("summary", args);
}

/** `16,16`, `16x16` or `[16, 16]`. */
function inputShape(args: Arguments): number[] {
  const text = args.text("input") ?? "16,16";
  const numbers = text
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(/[,x×]/)
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.every((number) => Number.isSafeInteger(number) && number > 0)) return numbers;
  throw new UsageError(
    `--input: needs positive integers with commas between them, such as 16,16; got ${showValue(text)}.`,
  );
}
