/**
 * The scalar instructions as AVX2 and FMA: one row per register type, complete by type check. A bool is lanes of ones and zeros, as
 * comparisons leave it. What AVX-512 has an instruction for and AVX2 has not (unsigned comparisons and conversions, a maximum that
 * knows zeros and NaN) is a short sequence, exact for every operand.
 */

import type { VectorMnemonic } from "./assembler.ts";
import { fma, same, shift, simple } from "./common-rows.ts";
import type { Virtual } from "./instruction.ts";
import type { Source, VectorCode } from "./vector-code.ts";
import { type Row, type Rows, type Write, wordOf } from "./vectors.ts";

const signBit = 0x80000000 | 0;

/** The same word in every lane, as an operand in memory. */
const word = (code: VectorCode, value: number): Source => code.pool.at(new Array<number>(code.lanes).fill(value));

const withWord =
  (mnemonic: VectorMnemonic, value: number): Write =>
  (code, [a]) =>
    code.make(mnemonic, [a!.register, word(code, value)]);

const comparison =
  (immediate: number): Write =>
  (code, [a, b]) =>
    code.make("vcmpps", [a!.register, b!.register], { immediate });

const select: Write = (code, [condition, then, otherwise]) =>
  code.make("vblendvps", [otherwise!.register, then!.register, condition!.register]);

/**
 * The processor's maximum gives its second operand where either is NaN or both are zeros. With a constant that is neither that is right as it
 * is. Otherwise both orders are asked, and differ there alone: or-ed they are NaN or −0, the minimum; less the bits that differ,
 * NaN or −0 − (−0) = +0, the maximum.
 */
const extreme =
  (mnemonic: "vmaxps" | "vminps"): Write =>
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
    const one = code.make(mnemonic, [a!.register, b!.register]);
    const two = code.make(mnemonic, [b!.register, a!.register]);
    if (mnemonic === "vminps") return code.make("vorps", [one, two]);
    const difference = code.make("vxorps", [one, two]);
    return code.make("vsubps", [code.make("vorps", [one, difference]), difference]);
  };

/** The conversion gives −2³¹ wherever it cannot: turned over above, cleared for NaN. */
const toInt32: Write = (code, [a]) => {
  const x = a!.register;
  const above = code.make("vcmpps", [x, word(code, wordOf(2 ** 31))], { immediate: 29 });
  const saturated = code.make("vpxor", [code.make("vcvttps2dq", [x]), above]);
  return code.make("vpand", [saturated, code.make("vcmpps", [x, x], { immediate: 7 })]);
};

/** Below 2³¹ as an int32; from there on the highest bit and the rest, for which x − 2³¹ is exact. */
const toUint32: Write = (code, [a]) => {
  const x = code.make("vmaxps", [a!.register, code.everywhere(0)]); // NaN gives the second operand
  const low = code.make("vcvttps2dq", [x]);
  const rest = code.make("vcvttps2dq", [code.make("vsubps", [x, word(code, wordOf(2 ** 31))])]);
  const high = code.make("vpand", [rest, code.make("vpsrad", [low], { immediate: 31 })]);
  const above = code.make("vcmpps", [x, word(code, wordOf(2 ** 32))], { immediate: 29 });
  return code.make("vpor", [code.make("vpor", [low, high]), above]);
};

/** Two halves of 16 bits in floats of their own, 2²³ + low and 2³⁹ + high · 2¹⁶: exact until the one sum that rounds. */
const uint32ToFloat32: Write = (code, [a]) => {
  const x = a!.register;
  const low = code.make("vpor", [code.make("vpand", [x, word(code, 0xffff)]), word(code, wordOf(2 ** 23))]);
  const high = code.make("vpor", [code.make("vpsrld", [x], { immediate: 16 }), word(code, wordOf(2 ** 39))]);
  return code.make("vaddps", [code.make("vsubps", [high, word(code, wordOf(2 ** 39 + 2 ** 23))]), low]);
};

/**
 * In float64, which holds both operands exactly, half of the lanes at a time. Unsigned numbers are shifted by 2³¹ before and after, so that they
 * convert as signed ones. Where both are 0 the quotient is no number and the result 0.
 */
const floorDiv =
  (signed: boolean): Write =>
  (code, [a, b]) => {
    const shifted = (value: Virtual): Virtual => (signed ? value : code.make("vpxor", [value, word(code, signBit)]));
    const [lowest, highest] = signed ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    const biased = (mnemonic: VectorMnemonic, value: Virtual): Virtual =>
      signed ? value : code.make(mnemonic, [value, code.doubles(2 ** 31)]);
    const widen = (value: Virtual, half: number): Virtual => {
      const part = half === 0 ? value : code.make("vextracti128", [value], { immediate: 1 });
      return biased("vaddpd", code.make("vcvtdq2pd", [part]));
    };
    const [x, y] = [shifted(a!.register), shifted(b!.register)];
    const halves = [0, 1].map((half) => {
      const exact = code.make("vdivpd", [widen(x, half), widen(y, half)]);
      const quotient = code.make("vroundpd", [exact], { immediate: 9 });
      const high = code.make("vminpd", [quotient, code.doubles(highest)]);
      const clamped = code.make("vmaxpd", [high, code.doubles(lowest)]);
      return code.make("vcvttpd2dq", [biased("vsubpd", clamped)]);
    }) as [Virtual, Virtual];
    const joined = shifted(code.make("vinserti128", halves, { immediate: 1 }));
    const either = code.make("vpor", [a!.register, b!.register]);
    return code.make("vpandn", [code.make("vpcmpeqd", [either, code.everywhere(0)]), joined]);
  };

const less =
  (signed: boolean): Write =>
  (code, [a, b]) => {
    // Unsigned numbers are ordered as signed ones are once the sign bit is turned over.
    const [x, y] = [a!, b!].map(({ register }) =>
      signed ? register : code.make("vpxor", [register, word(code, signBit)]),
    ) as [Virtual, Virtual];
    return code.make("vpcmpgtd", [y, x]);
  };

const float32: Rows["float32"] = {
  add: simple("vaddps"),
  sub: simple("vsubps"),
  mul: simple("vmulps"),
  div: simple("vdivps"),
  fma,
  neg: withWord("vxorps", signBit),
  abs: withWord("vandps", 0x7fffffff),
  sqrt: simple("vsqrtps"),
  floor: simple("vroundps", 9),
  nearest: simple("vroundps", 8),
  max: extreme("vmaxps"),
  min: extreme("vminps"),
  equal: comparison(0),
  less: comparison(17),
  lessEqual: comparison(18),
  select,
  toInt32,
  toUint32,
  bits: same,
};

const integer = (signed: boolean): Row<Rows["int32"]> & Rows["int32"] => {
  const max = signed ? "vpmaxsd" : "vpmaxud";
  return {
    add: simple("vpaddd"),
    sub: simple("vpsubd"),
    mul: simple("vpmulld"),
    and: simple("vpand"),
    or: simple("vpor"),
    xor: simple("vpxor"),
    shiftLeft: shift("vpslld"),
    shiftRight: shift(signed ? "vpsrad" : "vpsrld"),
    max: simple(max),
    min: simple(signed ? "vpminsd" : "vpminud"),
    floorDiv: floorDiv(signed),
    equal: simple("vpcmpeqd"),
    less: less(signed),
    lessEqual: (code, [a, b]) => code.make("vpcmpeqd", [code.make(max, [a!.register, b!.register]), b!.register]),
    select,
    toFloat32: signed ? simple("vcvtdq2ps") : uint32ToFloat32,
    // Times 1: a subnormal becomes the zero as which it counts.
    asFloat32: withWord("vmulps", wordOf(1)),
    toInt32: same,
    toUint32: same,
  };
};

const bool: Rows["bool"] = {
  and: simple("vpand"),
  or: simple("vpor"),
  xor: simple("vpxor"),
  not: withWord("vpxor", -1),
  select,
  toInt32: simple("vpsrld", 31),
  toUint32: simple("vpsrld", 31),
  toFloat32: withWord("vpand", wordOf(1)),
};

export const avx2Rows: Rows = { float32, int32: integer(true), uint32: integer(false), bool };
