#!/usr/bin/env node
/**
 * The command line `gradus`: finds the command, reads its arguments, runs it, and turns every failure into one line and an
 * exit code. Nobody sees a stack trace unless GRADUS_DEBUG asks for it.
 */

import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GradusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { printable, show } from "../base/show.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { commandHelp, helpFlag, programHelp } from "./help.ts";
import { print, processTerminal, type Terminal } from "./terminal.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** One line per command; a command's code is loaded when it is used. */
const commands: readonly Entry[] = [
  {
    name: "train",
    summary: "pick the best function for a data set",
    load: async () => (await import("./train.ts")).trainCommand,
  },
  {
    name: "evaluate",
    summary: "how good is a saved model on a data set",
    load: async () => (await import("./evaluate.ts")).evaluateCommand,
  },
  {
    name: "predict",
    summary: "what does a saved model see in a picture",
    load: async () => (await import("./predict.ts")).predictCommand,
  },
  {
    name: "compare",
    summary: "deep or wide? families of networks with equal parameters",
    load: async () => (await import("./compare.ts")).compareCommand,
  },
  {
    name: "diagnose",
    summary: "what ails a run or a model, and what to do",
    load: async () => (await import("./diagnose.ts")).diagnoseCommand,
  },
  {
    name: "draw",
    summary: "curves, weights, mistakes … in the terminal and as SVG",
    load: async () => (await import("./draw.ts")).drawCommand,
  },
  {
    name: "summary",
    summary: "layers, shapes and parameter counts of a network",
    load: async () => (await import("./summary.ts")).summaryCommand,
  },
  {
    name: "lecture",
    summary: "the questions of the lecture, answered by experiments",
    load: async () => (await import("./lecture.ts")).lectureCommand,
  },
  {
    name: "doctor",
    summary: "does everything compute rightly on this machine, and how fast",
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  {
    name: "bench",
    summary: "how fast is it here, and how fast could it be",
    load: async () => (await import("./bench.ts")).benchCommand,
  },
];

/** Runs the command line `argv` (without node and script) and gives its exit code. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    // One line that does nothing but stand there, whatever names it speaks of.
    const sentence = printable(sentenceOf(error));
    const speaker = sentence.startsWith("gradus ") ? "" : `${terminal.style.red("gradus:")} `;
    terminal.complain(speaker + sentence);
    if (process.env.GRADUS_DEBUG && error instanceof Error) terminal.complain(error.stack ?? "");
    return 1;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const about = rest[0] === undefined ? null : await find(rest[0]).load();
    print(terminal, about ? commandHelp(about, terminal.style) : programHelp(commands, terminal.style));
    return 0;
  }
  if (name === "--version" || name === "-V") {
    print(terminal, version());
    return 0;
  }
  const command = await find(name).load();
  if (rest.some((argument) => argument === "--help" || argument === "-h")) {
    print(terminal, commandHelp(command, terminal.style));
    return 0;
  }
  return await command.run(parseArguments(command.name, rest, [...command.flags, helpFlag]), terminal);
}

function find(name: string): Entry {
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = commands.map((candidate) => candidate.name);
  const near = nearest(name, names);
  const hint = near === null ? `There are ${names.join(", ")}.` : `Did you mean ${near}?`;
  const kind = name.startsWith("-") ? "flag" : "command";
  throw new UsageError(`unknown ${kind} "${show(name)}". ${hint} See gradus --help.`);
}

/** What a user reads: our sentences as they are; anything else is a defect of ours and says so. */
function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof GradusError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected: ${message.split("\n")[0]} (set GRADUS_DEBUG=1 for details, and please report it).`;
}

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Whether this file is what node was asked to run (npm runs it through a link). */
function isEntry(): boolean {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isEntry()) {
  const { terminal, exitCode } = processTerminal();
  process.exitCode = exitCode(await main(process.argv.slice(2), terminal));
}
