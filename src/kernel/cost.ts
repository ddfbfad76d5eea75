/**
 * What a kernel costs, read off its instructions: floating-point operations and bytes. Knows nothing of processors, caches or time;
 * a roofline or a profile puts these numbers beside seconds. Integer work, comparisons and bit tricks count nothing.
 */

import { bytesOf, type DType } from "../base/dtype.ts";
import { activeLanes } from "./active.ts";
import type { Address, Instruction, Kernel, ScalarName } from "./language.ts";
import { Trips } from "./trips.ts";

/** Of a call over all parts. */
export interface Cost {
  /** Floating-point operations: a multiply-add is two, an addition, multiplication, division, root, rounding, maximum… one. */
  readonly flops: number;
  /** Vector instructions, loads and stores that it runs, whatever they compute: nearer to its time than flops are. */
  readonly instructions: number;
  /** Bytes that its loads ask for, however often the same ones. */
  readonly loads: number;
  /** Bytes that its stores write. */
  readonly stores: number;
  /** Bytes it touches: of each buffer what is read, once, and what is written, once. */
  readonly bytes: number;
  /** The same, buffer by buffer. */
  readonly buffers: readonly Touched[];
}

export interface Touched {
  readonly read: number;
  readonly written: number;
}

const operations: Partial<Record<ScalarName, number>> = {
  ...{ add: 1, sub: 1, mul: 1, div: 1, fma: 2, sqrt: 1, floor: 1, nearest: 1, max: 1, min: 1 },
};

const costs = new WeakMap<Kernel, Cost>();

/** What one call of the kernel over all its parts costs. */
export function costOf(kernel: Kernel): Cost {
  const known = costs.get(kernel);
  if (known) return known;
  const made = measure(kernel);
  costs.set(kernel, made);
  return made;
}

/** What is read from, or written to, a buffer: bytes asked for, and the addresses between which they lie. */
interface Traffic {
  asked: number;
  first: number;
  end: number;
}

function measure(kernel: Kernel): Cost {
  const lanes = activeLanes(kernel);
  const trips = new Trips(kernel);
  const traffic = (): Traffic[] =>
    Array.from({ length: kernel.buffers }, () => ({ asked: 0, first: Infinity, end: -Infinity }));
  const [read, written] = [traffic(), traffic()];
  let flops = 0;
  let instructions = 0;
  trips.forEach((instruction, times) => {
    if (times === 0) return;
    if (!instruction.op.startsWith("index") && instruction.op !== "constant") instructions += times;
    if (instruction.op === "scalar") {
      const float = instruction.type === "float32" || instruction.type === "float64";
      const count = float ? (operations[instruction.name] ?? 0) : 0;
      flops += times * count * (lanes.get(instruction.result.id) ?? 0);
    }
    const access = accessOf(instruction);
    if (access) note((access.stores ? written : read)[access.address.buffer]!, access, times, trips);
  });
  const sum = (list: readonly Traffic[]): number => list.reduce((total, { asked }) => total + asked, 0);
  const buffers = read.map((from, buffer) => ({ read: touched(from), written: touched(written[buffer]!) }));
  const bytes = buffers.reduce((total, buffer) => total + buffer.read + buffer.written, 0);
  return { flops, instructions, loads: sum(read), stores: sum(written), bytes, buffers };
}

interface Access {
  readonly address: Address;
  readonly memory: DType;
  readonly stores: boolean;
  /** Elements it names. */
  readonly elements: number;
  /** Elements from one lane to the next; null where data decides. */
  readonly stride: number | null;
}

function accessOf(instruction: Instruction): Access | null {
  switch (instruction.op) {
    case "loadIndex":
    case "storeIndex":
      return { ...instruction, stores: instruction.op === "storeIndex", elements: 1, stride: 1 };
    case "load":
    case "store": {
      const elements = instruction.stride === 0 ? 1 : instruction.active;
      return { ...instruction, stores: instruction.op === "store", elements };
    }
    case "gather":
      return { ...instruction, stores: false, elements: instruction.active, stride: null };
    default:
      return null;
  }
}

function note(traffic: Traffic, { address, memory, elements, stride }: Access, times: number, trips: Trips): void {
  const size = bytesOf(memory);
  traffic.asked += times * elements * size;
  let [first, last] = [address.offset, address.offset];
  let known = stride !== null;
  for (const { index, scale } of address.terms) {
    const range = trips.range(index);
    if (!range) known = false;
    else {
      first += Math.min(scale * range.first, scale * range.last);
      last += Math.max(scale * range.first, scale * range.last);
    }
  }
  const along = (elements - 1) * (stride ?? 0) * size;
  traffic.first = known ? Math.min(traffic.first, first + Math.min(0, along)) : -Infinity;
  traffic.end = known ? Math.max(traffic.end, last + Math.max(0, along) + size) : Infinity;
}

/** Never more than was asked for, and never more than there is between the outermost addresses. */
function touched({ asked, first, end }: Traffic): number {
  return asked === 0 ? 0 : Math.min(asked, end - first);
}
