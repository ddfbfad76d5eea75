/**
 * `gradus doctor`: runs the conformance list on this machine, every target in every numerics mode it has, and prints what agrees. Exits
 * with 1 where a single element differs, or where nothing could be compared.
 */

import { TargetError } from "../base/errors.ts";
import { type FamilyReport, runConformance } from "../conformance/run.ts";
import { measureSpeed, type Speed } from "../conformance/speed.ts";
import { count, duration } from "../pictures/terminal/numbers.ts";
import { padEnd, padStart } from "../pictures/terminal/style.ts";
import { targetNames, target as targetOf } from "../targets/registry.ts";
import type { Numerics, Target, TargetName } from "../targets/target.ts";
import type { Arguments } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { jsonFlag, numericsFlag, readPlace, targetFlag } from "./flags.ts";
import { print, type Terminal } from "./terminal.ts";

export const doctorCommand: Command = {
  name: "doctor",
  usage: "[FLAGS]",
  about:
    "Every target must compute what the readable reference computes, to the bit. The doctor asks each primitive on awkward shapes " +
    "and special values, on this machine, with this engine, and says what differs. It also measures two speeds.",
  flags: [
    { ...targetFlag, help: "Only this target. Default: all." },
    { ...numericsFlag, help: "Only this mode. Default: all that the engine has." },
    jsonFlag,
  ],
  examples: [
    { line: "gradus doctor", note: "is everything right here?" },
    { line: "gradus doctor --json", note: "a line per target and family, for reports" },
  ],
  run: runDoctor,
};

const modes: readonly Numerics[] = ["fused", "portable"];

async function runDoctor(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  args.checkPositionals("doctor", 0, "It takes flags only.");
  const asked = readPlace(args);
  const json = args.has("json");
  if (!json) print(terminal, `${engine()}`, "");
  let failures = 0;
  let compared = 0;
  for (const name of asked.target ? [asked.target] : targetNames) {
    for (const numerics of asked.numerics ? [asked.numerics] : modes) {
      const target = await start(name, numerics, asked.target !== undefined);
      if ("reason" in target) {
        if (!json) print(terminal, terminal.style.dim(target.reason), "");
        if (target.everyMode) break;
        continue;
      }
      const reports = await runConformance(target);
      const speed = await measureSpeed(target);
      failures += reports.reduce((sum, report) => sum + report.failures.length, 0);
      if (name !== "reference") compared++;
      if (json) printLines(target, reports, speed, terminal);
      else printTable(target, reports, speed, terminal);
    }
  }
  if (!json) print(terminal, verdict(failures, compared, terminal));
  return failures === 0 && compared > 0 ? 0 : 1;
}

/** Why a target does not start here: in one mode, or at all. */
interface Absent {
  readonly reason: string;
  readonly everyMode: boolean;
}

/** The target, or why there is none; one that was asked for by name must start. */
async function start(name: TargetName, numerics: Numerics, asked: boolean): Promise<Target | Absent> {
  try {
    return await targetOf(name, { numerics });
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    if (error.details.expected === "fused") {
      return { reason: `${name}, ${numerics}: this engine has no fused multiply-add`, everyMode: false };
    }
    // That every system has its own fastest target is no defect.
    if (asked || error.details.operation !== name) throw error;
    return { reason: error.message, everyMode: true };
  }
}

function printLines(target: Target, reports: readonly FamilyReport[], speed: Speed, terminal: Terminal): void {
  const { name, numerics, threads } = target;
  for (const report of reports) {
    print(terminal, JSON.stringify({ event: "conformance", target: name, numerics, threads, ...report }));
  }
  print(terminal, JSON.stringify({ event: "speed", target: name, numerics, threads, ...speed }));
}

function printTable(target: Target, reports: readonly FamilyReport[], speed: Speed, terminal: Terminal): void {
  const { style } = terminal;
  const threads = count(target.threads, "thread");
  print(terminal, style.bold(`${target.name}, ${target.numerics}, ${threads}`));
  print(
    terminal,
    style.dim(`  ${padEnd("family", 14)}${padStart("cases", 7)}${padStart("failures", 10)}${padStart("time", 10)}`),
  );
  for (const { family, cases, failures, milliseconds } of reports) {
    const failed = padStart(String(failures.length), 10);
    const figures = `${padStart(String(cases), 7)}${failures.length > 0 ? style.red(failed) : failed}`;
    print(terminal, `  ${padEnd(family, 14)}${figures}${padStart(duration(milliseconds / 1000), 10)}`);
    for (const failure of failures.slice(0, 3)) print(terminal, style.red(`    ${failure.case}: ${failure.problem}`));
    if (failures.length > 3) print(terminal, style.red(`    … and ${failures.length - 3} more`));
  }
  const { gflops, gigabytes } = speed;
  const figures = `matrix product ${gflops.toFixed(gflops < 10 ? 2 : 1)} GFLOP/s, sum of vectors ${gigabytes.toFixed(1)} GB/s`;
  print(terminal, style.dim(`  ${figures}`), "");
}

function verdict(failures: number, compared: number, { style }: Terminal): string {
  if (failures === 0 && compared === 0)
    return style.red("Nothing was compared with the reference. Run it without flags.");
  if (failures === 0) return style.green("All targets agree with the reference to the bit.");
  return style.red(`${count(failures, "case")} differ. Please report this with the output of gradus doctor --json.`);
}

/** What runs this, for the heading. */
function engine(): string {
  const { node, v8, bun, deno } = process.versions as Record<string, string | undefined>;
  const name = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`;
  return `${name}${v8 ? ` (V8 ${v8})` : ""} on ${process.platform} ${process.arch}`;
}
