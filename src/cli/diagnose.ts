/**
 * `gradus diagnose`: what ails a run, or a model, on its data. Prints each finding with its figure and the way out, and exits with 1 where
 * there is one, as linters do. Without data it judges the course of the run alone, and says so.
 */

import { kindAt } from "#file";
import { type Printable, printCall } from "../base/call.ts";
import { jsonLine, showPath } from "../base/show.ts";
import { type DiagnoseOptions, type Diagnosis, diagnose } from "../diagnose/diagnose.ts";
import { learningRateChart } from "../diagnose/learning-rate.ts";
import { parseLoss } from "../loss/strings.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { type LearningRate, rateAt } from "../optimizer/schedules/schedule.ts";
import { parseOptimizer } from "../optimizer/strings.ts";
import { gradientNormsOf } from "../pictures/of/gradients.ts";
import type { Chart } from "../pictures/picture.ts";
import { savePictures } from "../pictures/save.ts";
import { percent, significant } from "../pictures/terminal/numbers.ts";
import { alignColumns } from "../pictures/terminal/style.ts";
import type { EpochEvent } from "../train/events.ts";
import { type Course, judgeCourse } from "../train/health/curves.ts";
import type { Finding } from "../train/health/finding.ts";
import { type RunRecord, readRun } from "../train/read-run.ts";
import { type Arguments, UsageError, wholeNumber, wrapText } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { readData } from "./data.ts";
import { checkKnown, lossFor, prepared } from "./evaluate.ts";
import { dataDirFlag, jsonFlag, lossFlag, placeFlags, readLoss, readPlace } from "./flags.ts";
import { openModel } from "./model.ts";
import { indent, printPictures } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

export const diagnoseCommand: Command = {
  name: "diagnose",
  usage: "RUN|MODEL [DATA] [FLAGS]",
  about:
    "What ails a network? Looks at the gradients and answers of every layer, at inputs, labels and examples that stand in both sets, at the " +
    "course of the run; tries whether one batch can be learned by heart, and which learning rates work. Each finding says what was " +
    "measured, the limit, and what to do. The model stays as it is.\n\n" +
    "RUN is a folder that gradus train --out wrote; of a model alone the course is not known. DATA is named as for gradus train. Default: " +
    "what the run learned from.\n\n" +
    "Exits with 0 where nothing is found, with 1 where something is.",
  flags: [
    { ...lossFlag, help: `What the model was trained on. Default: the run's. ${lossFlag.help}` },
    { name: "seed", value: "N", help: "Decides first values and order of the short trainings on copies. Default 1." },
    {
      name: "out",
      aliases: ["o"],
      value: "DIR",
      help: "Write gradient norms and the learning-rate curve into this folder, as SVG.",
    },
    dataDirFlag,
    ...placeFlags,
    jsonFlag,
  ],
  examples: [
    { line: "gradus diagnose runs/first", note: "the run on the data it learned from" },
    { line: "gradus diagnose model.safetensors mnist", note: "a model alone: all but its course" },
    { line: "gradus diagnose runs/first --json", note: "a line per finding, and one with all that was measured" },
  ],
  run: runDiagnose,
};

async function runDiagnose(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("diagnose", 2, "It takes a run or a model, and one data set.");
  const seed = args.number("seed", wholeNumber) ?? 1;
  const asked = readLoss(args);
  const place = readPlace(args);
  const network = await openModel("diagnose", args);
  const record = await recordOf(args.positionals[0]!);
  const source = args.positionals[1] ?? record?.start.data ?? null;
  const course = record && courseOf(record);
  if (source === null) return withoutData(course, args, terminal);
  checkKnown("diagnose", source, network);
  const { train, test } = await readSplit(source, args, record, network, terminal);
  const json = args.has("json");
  const recorded = record && lossOf(record);
  const result = await diagnose(network, train, {
    loss: asked ?? recorded ?? lossFor(network),
    test,
    ...(record ? optimizerOf(record) : {}),
    ...(course ? { course } : {}),
    seed,
    ...place,
    onCheck: (what) => {
      if (terminal.live && !json) terminal.write(`\r\u001b[2K${terminal.style.dim(`looking at ${what} …`)}`);
    },
  });
  if (terminal.live && !json) terminal.write("\r\u001b[2K");
  const out = args.text("out");
  const files = out === undefined ? [] : await savePictures(out, "diagnosis", picturesOf(result));
  if (json) tellJson(result, files, terminal);
  else tell(result, files, terminal);
  return result.findings.length === 0 ? 0 : 1;
}

/** The record of a run folder; null for a model alone. */
async function recordOf(path: string): Promise<RunRecord | null> {
  return (await kindAt(path)) === "folder" ? readRun(path) : null;
}

async function readSplit(
  source: string,
  args: Arguments,
  record: RunRecord | null,
  network: Network,
  terminal: Terminal,
): ReturnType<typeof readData> {
  const { train, test } = await readData(source, args, terminal);
  // As many examples as the run had: it may have taken fewer.
  const examples = record?.start.data === source ? Math.min(train.length, record.start.examples) : train.length;
  return { train: prepared(train.take(examples), network), test: prepared(test, network) };
}

/** The loss of the run; undefined for a function of the user's. */
function lossOf({ start }: RunRecord): ReturnType<typeof parseLoss> | undefined {
  try {
    return parseLoss(start.loss);
  } catch {
    return undefined;
  }
}

/** The largest rate that the run had, and its optimizer with any other; of an optimizer of the user's only the rate. */
function optimizerOf({ start, events }: RunRecord): Pick<DiagnoseOptions, "optimizer" | "learningRate"> {
  const rates = events.flatMap((event) => (event.event === "step" ? (event.learningRate ?? []) : []));
  const learningRate = rates.length === 0 ? {} : { learningRate: Math.max(...rates) };
  try {
    const { name, options } = parseOptimizer(start.optimizer);
    const { learningRate: _, ...others } = options as Readonly<Record<string, Printable>>;
    const withRate = (rate: number): Optimizer => parseOptimizer(printCall(name, [rate], others));
    const plain = withRate(1);
    const optimizer = (rate: LearningRate): Optimizer => ({
      ...plain,
      scalars: (step, total) => withRate(rateAt(rate, step, total)).scalars(step, total),
    });
    return { optimizer, ...learningRate };
  } catch {
    return learningRate;
  }
}

function courseOf({ events }: RunRecord): Course {
  const losses = events.flatMap((event) => (event.event === "step" ? Array.from(event.losses) : []));
  return { losses, epochs: events.filter((event): event is EpochEvent => event.event === "epoch") };
}

/** The course is all there is to be judged. */
function withoutData(course: Course | null, args: Arguments, terminal: Terminal): ExitCode {
  const path = showPath(args.positionals[0]);
  if (course === null) {
    throw new UsageError(
      `gradus diagnose: ${path} is a model alone and no data set is named, so there is nothing to look at. ` +
        "Write gradus diagnose MODEL DATA, or name a run folder.",
    );
  }
  const findings = judgeCourse(course);
  if (args.has("json")) tellFindings(findings, terminal);
  else {
    printFindings(findings, terminal);
    const reason =
      "The run does not say what it learned from: only its course was judged. gradus diagnose RUN DATA looks at all.";
    print(terminal, "", ...wrapText(reason, terminal.width).map(terminal.style.dim));
  }
  return findings.length === 0 ? 0 : 1;
}

function tellFindings(findings: readonly Finding[], terminal: Terminal): void {
  for (const finding of findings) print(terminal, jsonLine({ event: "finding", ...finding }));
}

function tellJson({ findings, measures }: Diagnosis, files: readonly string[], terminal: Terminal): void {
  tellFindings(findings, terminal);
  print(terminal, jsonLine({ event: "diagnosis", findings: findings.length, measures, files }));
}

function picturesOf({ measures }: Diagnosis): Chart[] {
  return [gradientNormsOf(measures.layers), learningRateChart(measures.learningRates)];
}

function tell(result: Diagnosis, files: readonly string[], terminal: Terminal): void {
  const { style } = terminal;
  const { measures, findings } = result;
  print(terminal, "", style.bold("Layers"), ...indent(layerLines(result, terminal)));
  printPictures(picturesOf(result), 9, terminal);
  const { suggested, tooHigh } = measures.learningRates;
  print(terminal, `  ${rateSentence(suggested, tooHigh)}`, "");
  printFindings(findings, terminal);
  if (files.length > 0) print(terminal, "", style.dim(files.join(", ")));
}

function rateSentence(suggested: number | null, tooHigh: number | null): string {
  const best =
    suggested === null
      ? "The loss falls at no learning rate"
      : `The loss falls fastest at a rate of ${significant(suggested, 3)}`;
  return `${best}${tooHigh === null ? "" : `, and rises from ${significant(tooHigh, 3)} on`}.`;
}

/** Gradient against weights for every layer that has some; silent and saturated units for the others. */
function layerLines({ measures }: Diagnosis, { style }: Terminal): string[] {
  const rows = measures.layers
    .filter(({ gradientNorm, dead, saturated }) => gradientNorm !== null || dead !== null || saturated !== null)
    .map(({ path, title, gradientNorm, weightNorm, dead, saturated }) => [
      `${path} ${title}`,
      gradientNorm === null ? "" : significant(gradientNorm, 3),
      gradientNorm === null || !weightNorm ? "" : significant(gradientNorm / weightNorm, 3),
      dead === null ? "" : percent(dead),
      saturated === null ? "" : percent(saturated),
    ]);
  const head = ["layer", "gradient", "of weights", "silent", "at bounds"];
  const [first, ...rest] = alignColumns([head, ...rows], (column) => column > 0);
  return [style.dim(first!), ...rest];
}

function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  const { style, width } = terminal;
  if (findings.length === 0) print(terminal, style.green("Nothing found."));
  for (const { name, sentence } of findings) {
    print(terminal, style.bold(style.yellow(name)), ...wrapText(sentence, width - 2).map((line) => `  ${line}`));
  }
}
