/** The assembler against the golden bytes of GNU `as`, and what it refuses. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Assembler, type Form, Label, type VectorMnemonic, type VectorOptions } from "./assembler.ts";
import type { Operand } from "./code.ts";
import { vectorInstructions } from "./instructions.ts";
import { integerEncodings, selectInteger } from "./integer-encodings.ts";
import { selectVector, vectorEncodings } from "./vector-encodings.ts";

type Call = readonly [method: string, ...args: unknown[]];
type Case = readonly [text: string, hex: string, form: Form, calls: readonly Call[]];

const golden = (name: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), "utf8")).cases;

/** An argument as the assembler takes it: labels by number, wide integers from text. */
function argument(value: unknown, labels: Map<unknown, Label>): unknown {
  if (Array.isArray(value)) return value.map((each) => argument(each, labels));
  if (typeof value !== "object" || value === null) return value;
  if ("bigint" in value) {
    const text = String(value.bigint);
    return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
  }
  if (!("label" in value)) return value;
  const label = labels.get(value.label) ?? new Label();
  labels.set(value.label, label);
  return "displacement" in value ? { ...value, label } : label;
}

function assemble(form: Form, calls: readonly Call[]): string {
  const assembler = new Assembler(form);
  const methods = assembler as unknown as Record<string, (...args: unknown[]) => void>;
  const labels = new Map<unknown, Label>();
  for (const [method, ...args] of calls) methods[method]!(...args.map((each) => argument(each, labels)));
  return Buffer.from(assembler.finish()).toString("hex");
}

describe.each(["integer", "vector"])("%s instructions", (name) => {
  const cases = golden(name);

  it("are the bytes of GNU as", () => {
    const wrong = cases.flatMap(([text, hex, form, calls]) => {
      const found = assemble(form, calls);
      return found === hex ? [] : [`${text}: ${found} instead of ${hex}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe("the golden files", () => {
  const calls = [...golden("integer"), ...golden("vector")].flatMap(([, , form, all]) =>
    all.map((call) => [form, ...call] as [Form, string, ...any[]]),
  );

  it("hold every vector row in each of its forms", () => {
    const seen = new Set(
      calls
        .filter(([, method]) => method === "vector")
        .map(([form, , mnemonic, , operands]) => selectVector(form, mnemonic, operands)),
    );
    const mnemonics = Object.keys(vectorInstructions) as VectorMnemonic[];
    const rows = mnemonics.flatMap((mnemonic) => [
      ...vectorEncodings("vex", mnemonic),
      ...vectorEncodings("evex", mnemonic),
    ]);
    expect(rows.filter((encoding) => !seen.has(encoding)).map(({ prefix, row }) => `${prefix}: ${row}`)).toEqual([]);
  });

  it("hold every integer row", () => {
    const seen = new Set(
      calls
        .filter(([, method]) => method === "integer")
        .map(([, , mnemonic, to, from, bits]) => selectInteger(mnemonic, to, from, bits)),
    );
    const rows = [...integerEncodings.values()].flat();
    expect(rows.filter((encoding) => !seen.has(encoding)).map(({ mnemonic, row }) => `${mnemonic}: ${row}`)).toEqual(
      [],
    );
  });
});

describe("the assembler refuses", () => {
  const vector =
    (form: Form, mnemonic: VectorMnemonic, bits: 128 | 256 | 512, operands: Operand[], options?: VectorOptions) => () =>
      new Assembler(form).vector(mnemonic, bits, operands, options);
  const memory = { base: 0, displacement: 0 };

  it.each<[string, () => unknown]>([
    ["vaddps: register 32 is outside 0 … 31", vector("evex", "vaddps", 512, [32, 0, 0])],
    ["vaddps: register 16 is outside 0 … 15", vector("vex", "vaddps", 256, [0, 16, 0])],
    ["vaddps: register -1 is outside", vector("vex", "vaddps", 256, [0, -1, 0])],
    ["kandw: register 8 is outside 0 … 7", vector("evex", "kandw", 128, [0, 8, 0])],
    ["vaddps has 128, 256 bits, not 512", vector("vex", "vaddps", 512, [0, 1, 2])],
    ["vpandd has no VEX form", vector("vex", "vpandd", 256, [0, 1, 2])],
    ["kandw has no VEX form", vector("vex", "kandw", 128, [0, 1, 2])],
    ["vptest has no EVEX form", vector("evex", "vptest", 256, [0, 1])],
    ["vaddps takes V,H,W, not register, register", vector("vex", "vaddps", 256, [0, 1])],
    ["vaddps takes V,H,W, not memory", vector("vex", "vaddps", 256, [memory, 1, 2])],
    ["vaddps takes no mask in its VEX form", vector("vex", "vaddps", 256, [0, 1, 2], { mask: 1 })],
    ["vaddps: register 8 is outside 0 … 7", vector("evex", "vaddps", 256, [0, 1, 2], { mask: 8 })],
    ["vgatherdps needs a mask", vector("evex", "vgatherdps", 512, [0, { ...memory, index: 20 }])],
    ["vgatherdps needs memory with a vector index", vector("vex", "vgatherdps", 256, [0, memory, 2])],
    ["different registers", vector("vex", "vgatherdps", 256, [1, { ...memory, index: 3 }, 3])],
    ["zeroing needs a mask", vector("evex", "vaddps", 512, [0, 1, 2], { zeroing: true })],
    ["zeroing needs a mask", vector("evex", "vmovups", 512, [memory, 2], { mask: 1, zeroing: true })],
    ["zeroing needs a mask", vector("evex", "vcmpps", 512, [1, 1, 2], { mask: 1, zeroing: true, immediate: 0 })],
    ["broadcast needs an instruction", vector("evex", "vaddps", 512, [0, 1, 2], { broadcast: true })],
    ["broadcast needs an instruction", vector("evex", "vpshufb", 512, [0, 1, memory], { broadcast: true })],
    ["vshufps needs an immediate", vector("vex", "vshufps", 128, [0, 1, 2])],
    ["vshufps: immediate 256 is outside", vector("vex", "vshufps", 128, [0, 1, 2], { immediate: 256 })],
    ["vaddps takes no immediate", vector("vex", "vaddps", 128, [0, 1, 2], { immediate: 1 })],
    ["rsp cannot be an index", vector("vex", "vaddps", 128, [0, 1, { ...memory, index: 4 }])],
    ["scaled by 1, 2, 4 or 8, not 3", vector("vex", "vaddps", 128, [0, 1, { ...memory, index: 5, scale: 3 as 4 }])],
    ["displacement 2147483648 is no 32-bit", vector("vex", "vaddps", 128, [0, 1, { base: 0, displacement: 2 ** 31 }])],
    ["displacement 0.5 is no 32-bit", vector("vex", "vaddps", 128, [0, 1, { base: 0, displacement: 0.5 }])],
    ["mov: register 16 is outside", () => new Assembler("vex").integer("mov", 16, 0)],
    ["push: register 16 is outside", () => new Assembler("vex").push(16)],
    ["lea takes G,M, not these", () => new Assembler("vex").integer("lea", 0, 1)],
    ["does not fit in 32 bits", () => new Assembler("vex").integer("add", 0, { immediate: 2 ** 31 })],
    ["does not fit in 32 bits", () => new Assembler("vex").integer("and", 0, { immediate: 0.5 }, 32)],
    ["add: 16 bits are neither", () => new Assembler("vex").integer("add", 0, 1, 16 as 32)],
    ["shl: count 32 is outside 0 … 31", () => new Assembler("vex").shift("shl", 0, 32, 32)],
    ["has more than 64 bits", () => new Assembler("vex").moveImmediate64(0, 1n << 64n)],
    ["no integer that a number holds", () => new Assembler("vex").moveImmediate64(0, 2 ** 60)],
    ["cannot align to 0 bytes", () => new Assembler("vex").align(0)],
  ])("%s", (sentence, attempt) => {
    expect(attempt).toThrow(sentence);
  });

  it("labels bound nowhere or twice", () => {
    const assembler = new Assembler("vex");
    const label = assembler.label();
    assembler.jump(label);
    expect(() => assembler.finish()).toThrow("the label used at 1 is bound nowhere");
    assembler.bind(label);
    expect(() => assembler.bind(label)).toThrow("a label is bound at 5 and again at 5");
    expect(assembler.finish()).toEqual(new Uint8Array([0xe9, 0, 0, 0, 0]));
  });

  it("distances beyond 32 bits", () => {
    const assembler = new Assembler("vex");
    const label = assembler.label();
    assembler.bind(label);
    assembler.integer("lea", 0, { label, displacement: -(2 ** 31) });
    expect(() => assembler.finish()).toThrow("bytes away, beyond 32 bits");
  });
});
