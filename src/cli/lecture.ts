/**
 * `gradus lecture`: the lecture's questions as experiments. Lists them; runs one, several or all; prints tables, small pictures and
 * the verdict, and keeps pictures and figures as files. The experiments themselves are examples, and written as users write.
 */

import { checkFolder } from "#file";
import { nearest } from "../base/nearest.ts";
import { jsonLine, show } from "../base/show.ts";
import type { DataName } from "../data/catalog.ts";
import { loadData } from "../data/load.ts";
import type { Experiment } from "../pictures/experiment.ts";
import { type Report, sentence, tableLines } from "../pictures/report.ts";
import { saveReport } from "../pictures/save.ts";
import { duration } from "../pictures/terminal/numbers.ts";
import { padEnd } from "../pictures/terminal/style.ts";
import { pictureLines } from "../pictures/text.ts";
import { type Arguments, UsageError, wrapText } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { dataDirFlag, jsonFlag } from "./flags.ts";
import { indent } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

export const lectureCommand: Command = {
  name: "lecture",
  usage: "[NAME …] [FLAGS]",
  about:
    "The questions of the lecture, answered by experiments: why deep, is deeper always better, what goes wrong and why. Each prints a " +
    "table and a small picture, writes the picture as SVG and the figures as JSON, and ends with one honest sentence: what the lecture " +
    "says, what was measured, whether they agree.\n\n" +
    "Without a name it lists the experiments. Most take seconds, none more than five minutes on two cores; the same seed gives the " +
    "same figures each time.",
  flags: [
    { name: "all", help: "Run all of them, in the order of the lecture." },
    { name: "short", help: "A form that takes seconds; its verdict need not hold." },
    { name: "out", aliases: ["o"], value: "DIR", help: "Where the files go. Default: runs/lecture." },
    dataDirFlag,
    jsonFlag,
  ],
  examples: [
    { line: "gradus lecture", note: "which experiments are there?" },
    { line: "gradus lecture vanishing", note: "how much gradient reaches the first layer of a deep network?" },
    { line: "gradus lecture neuron xor --json", note: "the reports as lines of JSON" },
    { line: "gradus lecture --all --short", note: "everything, quickly" },
  ],
  run: runLecture,
};

async function runLecture(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const experiments = await loadExperiments();
  const chosen = args.has("all") ? experiments : args.positionals.map((name) => find(name, experiments));
  if (chosen.length === 0) {
    list(experiments, args.has("json"), terminal);
    return 0;
  }
  const folder = args.text("out") ?? "runs/lecture";
  await checkFolder(folder);
  for (const experiment of chosen) await runOne(experiment, folder, args, terminal);
  return 0;
}

/** Examples stand beside the sources, and once built beside `dist`. */
async function loadExperiments(): Promise<readonly Experiment[]> {
  const path = import.meta.url.endsWith(".ts") ? "examples/lecture/index.ts" : "dist-examples/lecture/index.js";
  const module: unknown = await import(new URL(`../../${path}`, import.meta.url).href);
  return (module as { readonly experiments: readonly Experiment[] }).experiments;
}

function find(name: string, experiments: readonly Experiment[]): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return found;
  const near = nearest(
    name,
    experiments.map((experiment) => experiment.name),
  );
  const hint = near === null ? "gradus lecture lists them." : `Did you mean ${near}?`;
  throw new UsageError(`gradus lecture: there is no experiment "${show(name)}". ${hint}`);
}

function list(experiments: readonly Experiment[], json: boolean, terminal: Terminal): void {
  if (json) {
    for (const { name, question, needs } of experiments) {
      print(terminal, jsonLine({ event: "experiment", name, question, needs }));
    }
    return;
  }
  const { style } = terminal;
  const width = Math.max(...experiments.map(({ name }) => name.length));
  print(
    terminal,
    ...experiments.map(({ name, question, needs }) => {
      const data = needs.length === 0 ? "" : style.dim(` (${needs.join(", ")})`);
      return `${style.bold(padEnd(name, width))}  ${question}${data}`;
    }),
    "",
    style.dim("gradus lecture NAME runs one; --short takes seconds."),
  );
}

async function runOne(experiment: Experiment, folder: string, args: Arguments, terminal: Terminal): Promise<void> {
  const json = args.has("json");
  const short = args.has("short");
  const { style } = terminal;
  if (!json) print(terminal, "", `${style.bold(style.cyan(experiment.name))}  ${style.bold(experiment.question)}`);
  const from = performance.now();
  const report = await experiment.run({
    short,
    tell: (line) => {
      if (!json) print(terminal, style.dim(`  ${line}`));
    },
    data: (name: DataName) =>
      loadData(name, {
        dataDir: args.text("data-dir"),
        onDownload: (address, licence) => terminal.complain(`Downloading ${address} (licence: ${licence}) …`),
      }),
  });
  const seconds = (performance.now() - from) / 1000;
  if (!json) tellReport(report, terminal);
  const files = await saveReport(folder, experiment, report, short);
  if (json) {
    const { tables, figures, verdict } = report;
    const found = { name: experiment.name, short, sentence: sentence(verdict), verdict, figures, tables };
    print(terminal, jsonLine({ event: "report", ...found, files, seconds }));
    return;
  }
  print(terminal, style.dim(`  ${duration(seconds)}; ${files.join(", ")}`));
  if (short) print(terminal, style.dim("  The short form: its verdict need not hold."));
}

function tellReport({ tables, pictures, verdict }: Report, terminal: Terminal): void {
  const { style, width } = terminal;
  for (const table of tables) print(terminal, "", ...indent(tableLines(table, style)));
  for (const picture of pictures) {
    print(terminal, "", `  ${style.bold(picture.title)}`);
    print(terminal, ...indent(pictureLines(picture, { width: width - 2, height: 14, style })));
  }
  const paint = { yes: style.green, partly: style.yellow, no: style.red }[verdict.agrees];
  print(terminal, "", ...wrapText(sentence(verdict), width - 4).map((line) => `  ${paint(line)}`));
}
