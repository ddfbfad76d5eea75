/**
 * What the machine gives a target on its threads, measured by kernels written for that: multiply-adds on registers alone, and a copy
 * of 16 MiB. The best of many short runs counts: whatever else a machine does, it never makes it faster than it is.
 */

import type { Machine } from "../compiler/machine.ts";
import type { Program } from "../compiler/program.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import { costOf } from "../kernel/cost.ts";
import type { Index, Kernel, Vector } from "../kernel/language.ts";
import type { CpuTarget, Executable, TargetBuffer } from "../targets/target.ts";

export interface Limits {
  /** Floating-point operations per second, of multiply-adds. */
  readonly flops: number;
  /** Bytes per second that a copy reads and writes, together. */
  readonly bandwidth: number;
}

/** Bytes of the array that is copied. */
const copied = 16 * 2 ** 20;
/** Registers that are no accumulators: two operands, and what an emitter needs. */
const spare = 4;
/** Fewer chains than this would measure how long an instruction takes, not how many there can be. */
const fewest = 12;

function chainsOf({ vectorRegisters }: Machine): number {
  return Math.max(fewest, vectorRegisters - spare);
}
/** Parts of the kernel, turns of its loop, and multiply-adds of each accumulator in a turn. */
const [parts, turns, unroll] = [256, 512, 4];
/** Elements of one part of the copy, and vectors in a turn of its loop. */
const [copyPart, copyVectors] = [4096, 4];

/** Measures again and again, between other measurements; keeps the best. */
export class LimitProbe {
  readonly #peak: Timed;
  readonly #copy: Timed;

  private constructor(peak: Timed, copy: Timed) {
    this.#peak = peak;
    this.#copy = copy;
  }

  static async prepare(target: CpuTarget): Promise<LimitProbe> {
    const vectorBytes = 4 * target.machine.lanes;
    const peak = await timed(target, peakKernel(target), [
      vectorBytes * (turns + unroll * (chainsOf(target.machine) + spare) + 2),
      vectorBytes * parts,
    ]);
    return new LimitProbe(peak, await timed(target, copyKernel(target), [copied, copied]));
  }

  async measure(): Promise<void> {
    await this.#peak.measure();
    await this.#copy.measure();
  }

  get limits(): Limits {
    const [peak, copy] = [this.#peak, this.#copy];
    return { flops: costOf(peak.kernel).flops / peak.seconds, bandwidth: costOf(copy.kernel).bytes / copy.seconds };
  }

  release(): void {
    this.#peak.release();
    this.#copy.release();
  }
}

/** Both limits from some tenths of a second. */
export async function measureLimits(target: CpuTarget, rounds: number = 25): Promise<Limits> {
  const probe = await LimitProbe.prepare(target);
  for (let round = 0; round < rounds; round++) await probe.measure();
  probe.release();
  return probe.limits;
}

/**
 * As many chains of multiply-adds as registers hold, so that the processor need not wait for any of them. Each multiplies itself:
 * nothing repeats that could be computed once where a multiply-add is two instructions.
 */
export function peakKernel({ machine }: CpuTarget): Kernel {
  const k = new KernelBuilder(machine.lanes, [1]);
  const { float32 } = k.scalars;
  const bytes = 4 * k.lanes;
  const [factor, addend] = [0, bytes].map((offset) => k.load({ buffer: 0, offset, terms: [] }, "float32")) as [
    Vector,
    Vector,
  ];
  k.loop(k.begin, k.end, 1, (part) => {
    const chains = Array.from({ length: chainsOf(machine) }, () => k.variable(addend));
    k.loop(0, turns, 1, () => {
      for (let i = 0; i < unroll; i++) {
        for (const chain of chains) k.set(chain, float32.fma(k.get(chain), factor, addend));
      }
    });
    const sum = chains.map((chain) => k.get(chain)).reduce((a, b) => float32.add(a, b));
    // All lanes: what nobody wants is no work.
    k.store({ buffer: 1, offset: 0, terms: [{ index: part, scale: bytes }] }, "float32", sum);
  });
  return k.finish("limit of multiply-adds", 2, parts);
}

/** A copy as a map makes it; of integers, so that no value is looked at. */
export function copyKernel({ machine }: CpuTarget): Kernel {
  const k = new KernelBuilder(machine.lanes, [1]);
  const step = copyVectors * k.lanes;
  const copy = (index: Index, offset: number): void => {
    const at = (buffer: number) => ({ buffer, offset: 4 * offset, terms: [{ index, scale: 4 }] });
    k.store(at(1), "int32", k.load(at(0), "int32"));
  };
  k.loop(k.begin, k.end, 1, (part) => {
    const from = k.compute("mul", part, copyPart);
    k.loop(from, k.compute("add", from, copyPart), step, (index) => {
      for (let vector = 0; vector < copyVectors; vector++) copy(index, vector * k.lanes);
    });
  });
  return k.finish("limit of copying", 2, copied / 4 / copyPart);
}

/** A kernel on buffers of its own, and the best time of a call. */
interface Timed {
  readonly kernel: Kernel;
  readonly seconds: number;
  measure(): Promise<void>;
  release(): void;
}

async function timed(target: CpuTarget, kernel: Kernel, sizes: readonly number[]): Promise<Timed> {
  const places = sizes.map((bytes, i) => ({ slot: i + 1, offset: 0, bytes }));
  const before = [{ kernel, places, waits: true }];
  const program: Program = { arena: 0, slots: sizes.length + 1, before, log: [], guard: null, after: [] };
  const executable: Executable = await target.load(program);
  const buffers: TargetBuffer[] = sizes.map((size) => target.allocate(size));
  const bindings = { inputs: buffers, states: [], outputs: [] };
  let best = Infinity;
  return {
    kernel,
    get seconds() {
      return best;
    },
    measure: async () => {
      const from = performance.now();
      await executable.run(bindings, 1);
      best = Math.min(best, (performance.now() - from) / 1000);
    },
    release: () => {
      executable.release();
      for (const buffer of buffers) buffer.release();
    },
  };
}
