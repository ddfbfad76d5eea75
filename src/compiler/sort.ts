/**
 * argSort: least-significant-digit radix sort of (key, position) pairs, four passes of eight bits. Keys become unsigned integers
 * of the same order first (NaN last, −0 before +0), so that one sort serves every type; radix sort is stable by nature.
 */

import { invariant } from "../base/errors.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { KernelBuilder } from "../kernel/builder.ts";
import type { Address, Index, Vector } from "../kernel/language.ts";
import { BufferTable, type NodeCall, type Surroundings } from "./body.ts";

const digits = 256;

export function lowerSort([node]: readonly Node[], around: Surroundings): NodeCall[] {
  invariant(node?.op.kind === "sort", "a sort group is one operation");
  const [input] = node.inputs as [Node];
  const count = input.shape.at(-1)!;
  const rows = sizeOf(input.shape.slice(0, -1));
  const { workers, lanes } = around.machine;

  const table = new BufferTable();
  const source = table.add(input);
  // The positions of even passes live in the output itself.
  const positions = table.add(node, true);
  const keys = table.add(build.input("sort keys", [workers, 2 * count], "uint32"), true);
  const spare = table.add(build.input("sort positions", [workers, count], "int32"), true);
  const counts = table.add(build.input("sort counts", [workers, digits], "int32"), true);

  const kernel = around.cached(`sort ${input.dtype} ${rows} ${count}`, () => {
    const k = new KernelBuilder(lanes, table.written);
    k.loop(k.begin, k.end, 1, (row) => {
      const own = (buffer: number, elements: number, first: number, index: Index | null): Address => ({
        buffer,
        offset: first * 4,
        terms: [{ index: k.worker, scale: elements * 4 }, ...(index ? [{ index, scale: 4 }] : [])],
      });
      const inRow = (buffer: number, index: Index | null, first = 0): Address => ({
        buffer,
        offset: first * 4,
        terms: [{ index: row, scale: count * 4 }, ...(index ? [{ index, scale: 4 }] : [])],
      });
      const keyAt = (side: number, index: Index): Address => own(keys, 2 * count, side * count, index);
      const positionAt = (side: number, index: Index): Address =>
        side === 0 ? inRow(positions, index) : own(spare, count, 0, index);

      const prepare = (index: Index | null, first: number, active: number): void => {
        const value = k.load(inRow(source, index, first), input.dtype, 1, active);
        k.store(own(keys, 2 * count, first, index), "uint32", orderedKey(k, value), 1, active);
        const start = index ? k.splat(index) : k.constant("int32", 0);
        const numbers = k.scalars.int32.add(k.scalars.int32.add(start, k.laneNumbers()), k.constant("int32", first));
        k.store(inRow(positions, index, first), "int32", numbers, 1, active);
      };
      const whole = count - (count % lanes);
      if (whole > 0) k.loop(0, whole, lanes, (index) => prepare(index, 0, lanes));
      if (whole < count) prepare(null, whole, count - whole);

      const countAt = (digit: Index): Address => own(counts, digits, 0, digit);
      for (let pass = 0; pass < 4; pass++) {
        const from = pass % 2;
        const digitOf = (key: Index): Index => k.compute("and", k.compute("shiftRight", key, 8 * pass), digits - 1);
        k.loop(0, digits, lanes, (index) => k.store(countAt(index), "int32", k.constant("int32", 0)));
        k.loop(0, count, 1, (i) => {
          const place = countAt(digitOf(k.loadIndex(keyAt(from, i), "uint32")));
          k.storeIndex(place, "int32", k.compute("add", k.loadIndex(place, "int32"), 1));
        });
        accumulate(k, (index) => countAt(index), own(counts, digits, 0, null));
        k.loop(0, count, 1, (i) => {
          const key = k.loadIndex(keyAt(from, i), "uint32");
          const position = k.loadIndex(positionAt(from, i), "int32");
          const place = countAt(digitOf(key));
          const target = k.loadIndex(place, "int32");
          k.storeIndex(place, "int32", k.compute("add", target, 1));
          k.storeIndex(keyAt(1 - from, target), "uint32", key);
          k.storeIndex(positionAt(1 - from, target), "int32", position);
        });
      }
    });
    return k.finish(`sort ${showShape(input.shape)}`, table.nodes.length, rows);
  });
  return [{ kernel, buffers: table.nodes }];
}

/** Counts become starting places: counts[d] ← Σ counts[0…d−1]. The running sum travels through the counts themselves. */
function accumulate(k: KernelBuilder, countAt: (index: Index) => Address, first: Address): void {
  // Inclusive sums first …
  k.loop(1, digits, 1, (digit) => {
    const before = { ...countAt(digit), offset: countAt(digit).offset - 4 };
    const sum = k.compute("add", k.loadIndex(countAt(digit), "int32"), k.loadIndex(before, "int32"));
    k.storeIndex(countAt(digit), "int32", sum);
  });
  // … then each moves up one digit, from the top.
  k.loop(0, digits - 1, 1, (i) => {
    const digit = k.compute("sub", k.index(digits - 1), i);
    const before = { ...countAt(digit), offset: countAt(digit).offset - 4 };
    k.storeIndex(countAt(digit), "int32", k.loadIndex(before, "int32"));
  });
  k.storeIndex(first, "int32", k.index(0));
}

/** An unsigned integer in the order of the values. */
function orderedKey(k: KernelBuilder, value: Vector): Vector {
  const { int32, uint32, float32 } = k.scalars;
  const signBit = k.constant("int32", -(2 ** 31));
  if (value.type === "uint32") return value;
  if (value.type === "int32") return int32.toUint32(int32.xor(value, signBit));
  const bits = float32.bits(value);
  const ordered = int32.xor(bits, int32.or(int32.shiftRight(bits, 31), signBit));
  const last = k.constant("uint32", 2 ** 32 - 1);
  return uint32.select(float32.equal(value, value), int32.toUint32(ordered), last);
}
