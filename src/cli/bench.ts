/**
 * `gradus bench`: how fast this machine is at what networks need, and how near that is to what it could do. One line per workload, no
 * other library beside it. Refuses names of no workload before anything is measured, and targets that run no kernels.
 */

import { TargetError } from "../base/errors.ts";
import { lists, standardNames, workloadOf } from "../bench/catalog.ts";
import { type Measurement, measureWorkload, quick, thorough } from "../bench/workload.ts";
import { count, percent, significant } from "../pictures/terminal/numbers.ts";
import { padEnd, padStart } from "../pictures/terminal/style.ts";
import { type TargetOptions, target as targetOf } from "../targets/registry.ts";
import { type CpuTarget, isCpuTarget, type TargetName } from "../targets/target.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { jsonFlag, numericsFlag, readPlace, targetFlag, threadsFlag } from "./flags.ts";
import { print, type Terminal } from "./terminal.ts";

export const benchCommand: Command = {
  name: "bench",
  usage: "[WORKLOAD…] [FLAGS]",
  about:
    "Measures products of matrices, passes over memory, and training steps, and sets them beside the roofline: the time that their " +
    "operations would take at this machine's peak of multiply-adds, and their bytes at its bandwidth of copying, both measured in " +
    "the same minute. Only what stays in a cache, or reads without writing, can pass 100 %.\n\n" +
    `A WORKLOAD is one of ${standardNames.join(", ")}; or another size of these, such as matmul-512 or mlp-64-32-10-b16-sgd; or ` +
    "a convolution such as conv-32x32-16-32-3x3-s2-b32, where -input or -kernel behind it stands for that gradient; or convolutions or passes, for lists of those. " +
    "Without one, all of them are measured; that takes a few minutes. Training takes 2,000 steps before the measurement, or 20 " +
    "seconds of them.",
  flags: [
    { ...targetFlag, help: "What computes. Default: the fastest that runs here." },
    threadsFlag,
    numericsFlag,
    { name: "quick", help: "A first look: shorter rounds, 200 training steps before them." },
    jsonFlag,
  ],
  examples: [
    { line: "gradus bench matmul-1024", note: "one figure, in a few seconds" },
    { line: "gradus bench --quick", note: "all workloads, roughly" },
    { line: "gradus bench --json > bench.jsonl", note: "a line of JSON per workload" },
  ],
  run: runBench,
};

async function runBench(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const names = args.positionals.length > 0 ? args.positionals.flatMap((name) => lists[name] ?? [name]) : standardNames;
  const workloads = names.map(workloadOf);
  const { target: name, numerics, threads } = readPlace(args);
  const target = await startTarget(name, { numerics, threads });
  const width = Math.max(...workloads.map((workload) => workload.name.length));
  const json = args.has("json");
  if (!json) printHeading(target, width, terminal);
  let last: Measurement | null = null;
  for (const workload of workloads) {
    last = await measureWorkload(workload, target, args.has("quick") ? quick : thorough);
    if (json) print(terminal, JSON.stringify({ event: "bench", ...last }));
    else print(terminal, rowOf(last, width));
  }
  if (!json && last) print(terminal, "", terminal.style.dim(footing(last)));
  return 0;
}

/** The target on as many threads as asked for. */
async function startTarget(name: TargetName | undefined, options: TargetOptions): Promise<CpuTarget> {
  const { threads } = options;
  const target = await targetOf(name, options);
  if (!isCpuTarget(target)) {
    throw new TargetError(`bench: the target must run kernels; ${target.name} has none. Choose another target.`, {
      operation: "bench",
      actual: target.name,
    });
  }
  if (threads !== undefined && target.threads !== threads) {
    throw new UsageError(
      `--threads: ${target.name} runs on ${count(target.threads, "thread")} here; got ${threads}. Leave it out, or give ${target.threads}.`,
    );
  }
  return target;
}

function printHeading({ name, numerics, threads }: CpuTarget, width: number, terminal: Terminal): void {
  const { bold, dim } = terminal.style;
  const columns = `${padStart("ms", 10)}${padStart("GFLOP/s", 10)}${padStart("roofline", 11)}`;
  print(terminal, bold(`${name}, ${numerics}, ${count(threads, "thread")}`));
  print(terminal, dim(`  ${padEnd("workload", width)}${columns}`));
}

function rowOf({ workload, milliseconds, gflops, share, warmUp }: Measurement, width: number): string {
  const figures = [
    padStart(significant(milliseconds), 10),
    padStart(gflops.toFixed(1), 10),
    padStart(percent(share), 11),
  ];
  const after = warmUp === undefined ? "" : `  after ${count(warmUp, "step")}`;
  return `  ${padEnd(workload, width)}${figures.join("")}${after}`;
}

function footing({ peak, bandwidth }: Measurement): string {
  return `Measured limits: ${peak.toFixed(1)} GFLOP/s of multiply-adds, ${bandwidth.toFixed(1)} GB/s of copying 16 MiB.`;
}
