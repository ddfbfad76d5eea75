/**
 * AVX2 with FMA: eight lanes, 16 vector registers. It has no mask registers: the first lanes of a vector are named by a vector of
 * ones and zeros from the constants. Elements at a stride, and bytes that do not come in eights, move one by one.
 */

import type { DType } from "../../base/dtype.ts";
import type { Assembler, LabelMemory, Memory } from "./assembler.ts";
import { avx2Rows } from "./avx2-rows.ts";
import { memoryAt, type Numbering, type Place, type Virtual } from "./instruction.ts";
import { scratch, type VectorCode } from "./vector-code.ts";
import { isByte, multiples, type VectorExtension } from "./vectors.ts";

const lanes = 8;
/** Lanes of half a vector. */
const half = 4;

/** Ones in the first `active` lanes. */
function firstLanes(code: VectorCode, active: number): LabelMemory {
  return code.pool.at(Array.from({ length: lanes }, (_, lane) => (lane < active ? -1 : 0)));
}

/** Bytes as 32-bit lanes: those of a bool are masks. */
function widened(code: VectorCode, memory: DType, bytes: Virtual): Virtual {
  return memory === "bool" ? code.make("vpcmpgtd", [bytes, code.everywhere(0)]) : bytes;
}

function load(code: VectorCode, place: Place, memory: DType, stride: number, active: number): Virtual {
  if (isByte(memory)) return widened(code, memory, loadBytes(code, place, stride, active));
  if (stride === 0) return firstOf(code, code.load("vbroadcastss", place), active);
  if (active === 1) return code.load("vmovss", place, undefined, 128);
  if (stride !== 1) return gatherWords(code, place, code.words(multiples(lanes, stride)), active);
  if (active === lanes) return code.load("vmovups", place);
  if (active === half) return code.load("vmovups", place, undefined, 128);
  const mask = code.make("vmovups", [firstLanes(code, active)]);
  const result = code.code.register("vector");
  code.raw([result], [place.base, mask], (assembler, at) => {
    assembler.vector("vmaskmovps", 256, [at(result), at(mask), memoryAt(place, at)]);
  });
  return result;
}

/** The lanes from `active` on become 0. */
function firstOf(code: VectorCode, value: Virtual, active: number): Virtual {
  return active === lanes ? value : code.make("vandps", [value, firstLanes(code, active)]);
}

function loadBytes(code: VectorCode, place: Place, stride: number, active: number): Virtual {
  if (stride === 1 && active === lanes) return code.load("vpmovzxbd", place);
  if (stride === 1 && active === half) return code.load("vpmovzxbd", place, undefined, 128);
  if (stride === 0) {
    const byte = insertBytes(code, place.base, 1, (at) => memoryAt(place, at));
    const everywhere = code.make("vpbroadcastd", [byte]);
    return firstOf(code, everywhere, active);
  }
  return insertBytes(code, place.base, active, (at, lane) => ({
    base: at(place.base),
    displacement: place.displacement + lane * stride,
  }));
}

/** Bytes one by one into the first lanes. */
function insertBytes(
  code: VectorCode,
  base: Virtual,
  active: number,
  from: (at: Numbering, lane: number, assembler: Assembler) => Memory,
): Virtual {
  const result = code.code.register("vector");
  code.raw([result], [base], (assembler, at) => {
    const register = at(result);
    assembler.vector("vpxor", 128, [register, register, register]);
    for (let lane = 0; lane < active; lane++) {
      assembler.vector("vpinsrb", 128, [register, register, from(at, lane, assembler)], { immediate: lane });
    }
    assembler.vector("vpmovzxbd", 256, [register, register]);
  });
  return result;
}

function gatherWords(code: VectorCode, place: Place, indices: Virtual, active: number): Virtual {
  // The instruction clears its mask.
  const mask = code.make("vmovups", [firstLanes(code, active)]);
  const result = code.make("vxorps", [mask, mask]);
  code.raw([result, mask], [result, mask, place.base, indices], (assembler, at) => {
    const memory = { base: at(place.base), index: at(indices), scale: 4 as const, displacement: place.displacement };
    assembler.vector("vgatherdps", 256, [at(result), memory, at(mask)]);
  });
  return result;
}

function gather(
  code: VectorCode,
  place: Place,
  memory: DType,
  indices: Virtual,
  scale: number,
  active: number,
): Virtual {
  const scaled = scale === 1 ? indices : code.make("vpmulld", [indices, code.everywhere(scale)]);
  if (!isByte(memory)) return gatherWords(code, place, scaled, active);
  code.toRoom(scaled);
  const bytes = insertBytes(code, place.base, active, (at, lane, assembler) => {
    assembler.integer("movsxd", scratch, code.room(4 * lane));
    return { base: at(place.base), index: scratch, scale: 1, displacement: place.displacement };
  });
  return widened(code, memory, bytes);
}

function store(code: VectorCode, place: Place, memory: DType, value: Virtual, stride: number, active: number): void {
  if (isByte(memory)) {
    // A mask becomes the byte 0 or 1.
    const bytes = memory === "bool" ? code.make("vpsrld", [value], { immediate: 31 }) : value;
    return storeBytes(code, place, bytes, stride, active);
  }
  if (active === 1) return code.store("vmovss", place, value, undefined, 128);
  if (stride !== 1) return storeApart(code, place, value, stride, active);
  if (active === lanes) return code.store("vmovups", place, value);
  if (active === half) return code.store("vmovups", place, value, undefined, 128);
  const mask = code.make("vmovups", [firstLanes(code, active)]);
  code.raw([], [place.base, mask, value], (assembler, at) => {
    assembler.vector("vmaskmovps", 256, [memoryAt(place, at), at(mask), at(value)]);
  });
}

/** Words one by one. */
function storeApart(code: VectorCode, place: Place, value: Virtual, stride: number, active: number): void {
  const upper = active > half ? code.make("vextracti128", [value], { immediate: 1 }) : value;
  code.raw([], [place.base, value, upper], (assembler, at) => {
    for (let lane = 0; lane < active; lane++) {
      const memory = { base: at(place.base), displacement: place.displacement + 4 * lane * stride };
      const from = at(lane < half ? value : upper);
      assembler.vector("vpextrd", 128, [memory, from], { immediate: lane % half });
    }
  });
}

/** The low bytes of all lanes are packed into eight; one by one where they do not go together. */
function storeBytes(code: VectorCode, place: Place, value: Virtual, stride: number, active: number): void {
  const lowest = [0x0c080400, -1, -1, -1];
  const packed = code.make("vpshufb", [value, code.pool.at([...lowest, ...lowest])]);
  const upper = code.make("vextracti128", [packed], { immediate: 1 });
  const bytes = code.make("vunpcklps", [packed, upper], undefined, 128);
  if (stride === 1 && active === lanes) return code.store("vmovq", place, bytes, undefined, 128);
  if (stride === 1 && active === half) return code.store("vmovd", place, bytes, undefined, 128);
  code.raw([], [place.base, bytes], (assembler, at) => {
    for (let lane = 0; lane < active; lane++) {
      const memory = { base: at(place.base), displacement: place.displacement + lane * stride };
      assembler.vector("vpextrb", 128, [memory, at(bytes)], { immediate: lane });
    }
  });
}

export const avx2: VectorExtension = {
  name: "avx2",
  form: "vex",
  bits: 256,
  registers: {
    general: [7, 6, 1, 8, 9, 10, 11, 3, 12, 13, 14, 15],
    vector: Array.from({ length: 16 }, (_, number) => number),
  },
  rows: avx2Rows,
  load,
  gather,
  store,
  exchange: (code, value, distance) => {
    if (distance === 1) return code.make("vpermilps", [value], { immediate: 0xb1 });
    if (distance === 2) return code.make("vpermilps", [value], { immediate: 0x4e });
    return code.make("vperm2f128", [value, value], { immediate: 1 });
  },
  interchange: (code, a, b, distance, upper) => {
    if (distance === 4) return code.make("vperm2f128", [a, b], { immediate: upper ? 0x31 : 0x20 });
    if (distance === 2) return code.make(upper ? "vunpckhpd" : "vunpcklpd", [a, b]);
    const odd = { immediate: 0b10101010 };
    return upper
      ? code.make("vblendps", [code.make("vmovshdup", [a]), b], odd)
      : code.make("vblendps", [a, code.make("vmovsldup", [b])], odd);
  },
  keep: (code, value, otherwise, active) => code.make("vblendps", [otherwise, value], { immediate: (1 << active) - 1 }),
  splat: (code, index) => {
    const result = code.code.register("vector");
    code.raw([result], [index], (assembler, at) => {
      assembler.vector("vmovd", 128, [at(result), at(index)]);
      assembler.vector("vpbroadcastd", 256, [at(result), at(result)]);
    });
    return result;
  },
};
