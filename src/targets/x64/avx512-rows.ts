/** The scalar instructions as AVX-512: one row per register type, complete by type check. */

import type { VectorMnemonic } from "./assembler.ts";
import { compare, fromMask, scratchMask } from "./avx512-masks.ts";
import { fma, overwritable, same, shift, simple } from "./common-rows.ts";
import type { Virtual } from "./instruction.ts";
import { type Row, type Rows, type Write, wordOf } from "./vectors.ts";

/** A word that is the same in every lane, as an operand in memory. */
const withWord =
  (mnemonic: VectorMnemonic, word: number): Write =>
  (code, [a]) =>
    code.make(mnemonic, [a!.register, code.pool.at([word])], { broadcast: true });

/** A comparison as lanes of ones and zeros. */
const comparison =
  (mnemonic: VectorMnemonic, immediate: number): Write =>
  (code, [a, b]) => {
    compare(code, mnemonic, [a!.register, b!.register], { immediate });
    return fromMask(code);
  };

const select: Write = (code, [condition, then, otherwise]) => {
  const result = overwritable(code, condition!);
  code.update(result, "vpternlogd", [then!.register, otherwise!.register], { immediate: 0xca });
  return result;
};

/**
 * The processor's maximum gives its second operand where either is NaN or both are zeros. With a constant that is neither that is right as it
 * is; otherwise zeros are told apart by vrangeps, and NaNs are added.
 */
const extreme =
  (mnemonic: "vmaxps" | "vminps", range: number): Write =>
  (code, [a, b]) => {
    const [constant, other] = a!.constant === undefined ? [b!, a!] : [a!, b!];
    const value = constant.constant;
    if (value !== undefined && !Number.isNaN(value) && wordOf(value) << 1 !== 0) {
      return code.make(mnemonic, [constant.register, other.register]);
    }
    if (mnemonic === "vmaxps" && value !== undefined && wordOf(value) === 0) {
      // −0 + 0 is 0: of two zeros it is the right one.
      return code.make(mnemonic, [constant.register, code.make("vaddps", [other.register, constant.register])]);
    }
    const result = code.make("vrangeps", [a!.register, b!.register], { immediate: range });
    compare(code, "vcmpps", [a!.register, b!.register], { immediate: 3 });
    code.update(result, "vaddps", [a!.register, b!.register], { mask: scratchMask });
    return result;
  };

const toInt32: Write = (code, [a]) => {
  const x = a!.register;
  compare(code, "vcmpps", [x, x], { immediate: 7 });
  const result = code.make("vcvttps2dq", [x], { mask: scratchMask, zeroing: true });
  compare(code, "vcmpps", [x, code.pool.at([wordOf(2 ** 31)])], { immediate: 29, broadcast: true });
  code.update(result, "vpbroadcastd", [code.pool.at([0x7fffffff])], { mask: scratchMask });
  return result;
};

const toUint32: Write = (code, [a]) => {
  compare(code, "vcmpps", [a!.register, code.everywhere(0)], { immediate: 30 });
  return code.make("vcvttps2udq", [a!.register], { mask: scratchMask, zeroing: true });
};

/** In float64, which holds both operands exactly, half of the lanes at a time. Where both are 0 the quotient is no number and the result 0. */
const floorDiv =
  (widen: VectorMnemonic, narrow: VectorMnemonic, highest: number, lowest: number): Write =>
  (code, [a, b]) => {
    const halves = [0, 1].map((half) => {
      const [x, y] = [a!, b!].map(({ register }) =>
        code.make(widen, [code.make("vextracti64x4", [register], { immediate: half })]),
      ) as [Virtual, Virtual];
      const quotient = code.make("vrndscalepd", [code.make("vdivpd", [x, y])], { immediate: 9 });
      const high = code.make("vminpd", [quotient, code.doubles(highest)]);
      return code.make(narrow, [code.make("vmaxpd", [high, code.doubles(lowest)])]);
    }) as [Virtual, Virtual];
    const zero = code.everywhere(0);
    const joined = code.make("vinserti64x4", halves, { immediate: 1 });
    compare(code, "vpcmpd", [code.make("vpord", [a!.register, b!.register]), zero], { immediate: 4 });
    return code.make("vpaddd", [joined, zero], { mask: scratchMask, zeroing: true });
  };

const float32: Rows["float32"] = {
  add: simple("vaddps"),
  sub: simple("vsubps"),
  mul: simple("vmulps"),
  div: simple("vdivps"),
  fma,
  neg: withWord("vpxord", 0x80000000 | 0),
  abs: withWord("vpandd", 0x7fffffff),
  sqrt: simple("vsqrtps"),
  floor: simple("vrndscaleps", 9),
  nearest: simple("vrndscaleps", 8),
  max: extreme("vmaxps", 5),
  min: extreme("vminps", 4),
  equal: comparison("vcmpps", 0),
  less: comparison("vcmpps", 17),
  lessEqual: comparison("vcmpps", 18),
  select,
  toInt32,
  toUint32,
  bits: same,
};

const integer = (signed: boolean): Row<Rows["int32"]> & Rows["int32"] => {
  const mnemonic = signed ? "vpcmpd" : "vpcmpud";
  return {
    add: simple("vpaddd"),
    sub: simple("vpsubd"),
    mul: simple("vpmulld"),
    and: simple("vpandd"),
    or: simple("vpord"),
    xor: simple("vpxord"),
    shiftLeft: shift("vpslld"),
    shiftRight: shift(signed ? "vpsrad" : "vpsrld"),
    max: simple(signed ? "vpmaxsd" : "vpmaxud"),
    min: simple(signed ? "vpminsd" : "vpminud"),
    floorDiv: signed
      ? floorDiv("vcvtdq2pd", "vcvttpd2dq", 2 ** 31 - 1, -(2 ** 31))
      : floorDiv("vcvtudq2pd", "vcvttpd2udq", 2 ** 32 - 1, 0),
    equal: comparison(mnemonic, 0),
    less: comparison(mnemonic, 1),
    lessEqual: comparison(mnemonic, 2),
    select,
    toFloat32: simple(signed ? "vcvtdq2ps" : "vcvtudq2ps"),
    // Times 1: a subnormal becomes the zero as which it counts.
    asFloat32: withWord("vmulps", wordOf(1)),
    toInt32: same,
    toUint32: same,
  };
};

const bool: Rows["bool"] = {
  and: simple("vpandd"),
  or: simple("vpord"),
  xor: simple("vpxord"),
  not: withWord("vpxord", -1),
  select,
  toInt32: simple("vpsrld", 31),
  toUint32: simple("vpsrld", 31),
  toFloat32: withWord("vpandd", wordOf(1)),
};

export const avx512Rows: Rows = { float32, int32: integer(true), uint32: integer(false), bool };
