/**
 * `gradus compare`: deep or wide? Families of networks with equal parameters, work or time, trained from the same seeds; a table with
 * intervals, small charts, and a sentence for each budget. With --out what was trained is kept and not trained again.
 */

import { jsonLine, show } from "../base/show.ts";
import { parseOptimizer } from "../optimizer/strings.ts";
import { tableLines } from "../pictures/report.ts";
import { savePictures } from "../pictures/save.ts";
import { duration, percent, significant } from "../pictures/terminal/numbers.ts";
import { type CompareOptions, compare } from "../search/compare.ts";
import { type Comparison, comparisonCharts, comparisonTable } from "../search/comparison.ts";
import { deep, type Family, family } from "../search/family.ts";
import type { Outcome } from "../search/trial.ts";
import { type Arguments, positiveInteger, positiveNumber, UsageError, wrapText } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { readData } from "./data.ts";
import { dataDirFlag, jsonFlag, lossFlag, placeFlags, readLoss, readPlace } from "./flags.ts";
import { printPictures } from "./report.ts";
import { interruptible, print, type Terminal } from "./terminal.ts";

export const compareCommand: Command = {
  name: "compare",
  usage: "[DATA] [FLAGS]",
  about:
    "Deep or wide? Each family of networks is given as many parameters as each budget says, by its width N, and is trained from the same " +
    "seeds on the same data; errors on the test set are compared seed by seed, with 95 % intervals.\n\n" +
    "Without arguments: one against three hidden layers on the built-in handwriting. DATA is named as for gradus train. With --out an " +
    "interrupted comparison goes on where it was, and one with more seeds or budgets trains only what is new.",
  flags: [
    {
      name: "depths",
      value: "LIST",
      help: "Hidden layers of the families: 1,3 (default). The first is what the others are compared with.",
    },
    {
      name: "families",
      value: '"LIST"',
      help: 'Families of your own instead, separated by semicolons: "wide = flatten dense(N) relu dense(10); conv = …".',
    },
    { name: "budgets", value: "LIST", help: "Numbers of parameters: 5000,20000,80000 (default)." },
    {
      name: "match",
      value: "WHAT",
      help: "What else is equal: parameters (default; equal steps), operations, or time.",
    },
    { name: "seeds", value: "N", help: "How many seeds, at least 2. Default 5." },
    { name: "epochs", aliases: ["e"], value: "N", help: "Passes over the data. Default 5." },
    { name: "steps", value: "N", help: "Steps instead; with --match operations those of the first family." },
    { name: "seconds", value: "S", help: "With --match time: how long each network learns. Default 5." },
    lossFlag,
    { name: "optimizer", value: "NAME", help: "adam (default), or another as for gradus train." },
    { name: "learning-rate", aliases: ["lr"], value: "RATE", help: "Default: the optimizer's own." },
    { name: "batch-size", aliases: ["batch", "b"], value: "N", help: "Examples that one step looks at. Default 32." },
    { name: "take", value: "N", help: "Learn from the first N examples only. Default for ink: 2,000." },
    {
      name: "out",
      aliases: ["o"],
      value: "DIR",
      help: "Keep every outcome and the charts in this folder, and go on from what is there.",
    },
    dataDirFlag,
    ...placeFlags,
    jsonFlag,
  ],
  examples: [
    { line: "gradus compare", note: "one against three hidden layers, under two minutes" },
    { line: "gradus compare mnist --depths 1,2,4 --take 10000 --out runs/depth", note: "resumable" },
    {
      line: 'gradus compare --families "dense = flatten dense(N) relu dense(10); conv = reshape([16, 16, 1]) conv2d(N, 3) relu flatten dense(10)"',
      note: "any structure with one open number",
    },
  ],
  run: runCompare,
};

async function runCompare(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("compare", 1, "It takes one data set; families go in quotes, after --families.");
  const source = args.positionals[0] ?? "ink";
  const asked = readOptions(args);
  const budgets = readIntegers(args, "budgets") ?? [5000, 20_000, 80_000];
  const own = args.text("families");
  const depths = readIntegers(args, "depths") ?? [1, 3];
  const named = own === undefined ? null : parseFamilies(own);
  const data = await readData(source, args, terminal);
  // Enough for a first answer; others are as large as they are.
  const few = source === "ink" && args.text("take") === undefined;
  const train = few ? data.train.take(2000) : data.train;
  const outputs = train.classes?.length ?? train.targetShape[0] ?? 1;
  const families = named ?? depths.map((depth) => deep(depth, train.inputShape, outputs));
  const json = args.has("json");
  const progress = progressOf(json, terminal);
  return interruptible(terminal, async (signal) => {
    const options = { ...asked, data: { train, test: data.test }, families, budgets };
    const result = await compare({ ...options, signal, onOutcome: progress });
    const out = args.text("out");
    const files = out === undefined ? [] : await savePictures(out, "comparison", comparisonCharts(result));
    if (json) print(terminal, jsonLine({ event: "comparison", ...result, files }));
    else tell(result, files, terminal);
    if (!signal.aborted) return 0;
    const kept =
      out === undefined ? "Nothing is kept without --out DIR." : `What is done is in ${out}; the same command goes on.`;
    terminal.complain(`gradus compare: interrupted after ${result.outcomes.length} trainings. ${kept}`);
    return 130;
  });
}

function readOptions(args: Arguments): Omit<CompareOptions, "data" | "families" | "budgets"> {
  const loss = readLoss(args);
  const text = args.text("optimizer");
  const learningRate = args.number("learning-rate", positiveNumber);
  const optimizer =
    text === undefined && learningRate === undefined
      ? {}
      : { optimizer: parseOptimizer(text ?? "adam", { learningRate }) };
  const given = {
    match: args.oneOf("match", ["parameters", "operations", "time"]),
    seeds: args.number("seeds", positiveInteger),
    epochs: args.number("epochs", positiveInteger),
    steps: args.number("steps", positiveInteger),
    seconds: args.number("seconds", positiveNumber),
    batchSize: args.number("batch-size", positiveInteger),
    out: args.text("out"),
    loss,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...set, ...optimizer, ...readPlace(args) };
}

function readIntegers(args: Arguments, name: string): number[] | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.every((number) => Number.isSafeInteger(number) && number > 0)) return numbers;
  throw new UsageError(`--${name}: needs positive integers with commas between them; got "${show(text)}".`);
}

/** `wide = flatten dense(N) …; deep = …` */
function parseFamilies(text: string): Family[] {
  return text.split(";").map((part) => {
    const place = part.indexOf("=");
    const [name, layers] = [part.slice(0, place).trim(), part.slice(place + 1).trim()];
    if (place > 0 && /^[^()]+$/.test(name) && layers !== "") return family(name, layers);
    throw new UsageError(
      `--families: each is a name, = and layers with N: "wide = flatten dense(N) relu dense(10)"; got "${show(part.trim())}".`,
    );
  });
}

/** One line per training that is done, with the time that is left. */
function progressOf(json: boolean, terminal: Terminal): NonNullable<CompareOptions["onOutcome"]> {
  const begun = performance.now();
  let trained = 0;
  return (outcome: Outcome, done, all, known) => {
    if (json) return print(terminal, jsonLine({ event: "outcome", ...outcome, known }));
    if (!known) trained++;
    const { family: name, budget, width, seed, accuracy, loss } = outcome;
    const score = accuracy === null ? `loss ${significant(loss, 3)}` : `error ${percent(1 - accuracy)}`;
    const left =
      trained === 0 ? "" : `, ${duration(((performance.now() - begun) / 1000 / trained) * (all - done))} left`;
    const line = `${done}/${all}  ${name}, ${budget} parameters (width ${width}), seed ${seed}: ${score}${known ? ", from before" : left}`;
    print(terminal, terminal.style.dim(line));
  };
}

function tell(result: Comparison, files: readonly string[], terminal: Terminal): void {
  const { style, width } = terminal;
  print(terminal, "", ...tableLines(comparisonTable(result), style));
  printPictures(comparisonCharts(result), 11, terminal);
  print(terminal, "", ...result.sentences.flatMap((sentence) => wrapText(sentence, width)));
  if (result.match === "time")
    print(terminal, style.dim("Equal time: other machines and other runs give other figures."));
  if (files.length > 0) print(terminal, "", style.dim(files.join(", ")));
}
