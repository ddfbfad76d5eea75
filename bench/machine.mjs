/** The machine as results name it: what decides how fast it can be, and nothing that tells whose it is. */

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { measureLimits } from "../dist/bench/limits.js";

const telling = ["avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "amx_tile"];

/** Processor, memory, engine; and of each target what it can reach at most. */
export async function describeMachine(targets) {
  const limits = {};
  for (const { title, target } of targets) {
    const { flops, bandwidth } = await measureLimits(target, 60);
    limits[title] = {
      threads: target.threads,
      numerics: target.numerics,
      gflops: flops / 1e9,
      gigabytes: bandwidth / 1e9,
    };
  }
  const { node, v8 } = process.versions;
  return {
    processor: cpus()[0].model.trim(),
    cores: cpus().length,
    flags: flags(),
    memory: totalmem(),
    node,
    v8,
    limits,
  };
}

/** The instruction sets that matter, where the system says which there are. */
function flags() {
  try {
    const words = /^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" ") ?? [];
    return telling.filter((flag) => words.includes(flag));
  } catch {
    return [];
  }
}
