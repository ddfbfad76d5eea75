/**
 * AVX-512 (F, DQ, BW, VL): sixteen lanes, 32 vector registers, partial vectors by mask registers. A mask register with the first n
 * lanes is made where it is used: two instructions, which cost less than keeping them all.
 */

import type { DType } from "../../base/dtype.ts";
import { compare, fromMask, keptMask, makeMask, onLanes, scratchMask } from "./avx512-masks.ts";
import { avx512Rows } from "./avx512-rows.ts";
import type { Place, Virtual } from "./instruction.ts";
import { memoryAt } from "./instruction.ts";
import { scratch, type VectorCode } from "./vector-code.ts";
import { isByte, multiples, type VectorExtension } from "./vectors.ts";

const lanes = 16;

/** Bytes as 32-bit lanes: those of a bool are masks. */
function widened(code: VectorCode, memory: DType, value: Virtual): Virtual {
  if (memory !== "bool") return value;
  compare(code, "vpcmpd", [value, code.everywhere(0)], { immediate: 4 });
  return fromMask(code);
}

function load(code: VectorCode, place: Place, memory: DType, stride: number, active: number): Virtual {
  if (isByte(memory)) return widened(code, memory, loadBytes(code, place, stride, active));
  if (stride === 0) return code.load("vbroadcastss", place, onLanes(code, active, true));
  if (stride === 1) return code.load("vmovups", place, onLanes(code, active, true));
  return gatherWords(code, place, code.words(multiples(lanes, stride)), active);
}

function loadBytes(code: VectorCode, place: Place, stride: number, active: number): Virtual {
  if (stride === 1) return code.load("vpmovzxbd", place, onLanes(code, active, true));
  if (stride === 0) {
    const result = code.code.register("vector");
    const options = onLanes(code, active, true);
    code.raw([result], [place.base], (assembler, at) => {
      assembler.integer("movzxByte", scratch, memoryAt(place, at), 32);
      assembler.vector("vpbroadcastdFromR32", 512, [at(result), scratch], options);
    });
    return result;
  }
  return loadByLane(code, place, active, (assembler, at, lane) => {
    assembler.integer(
      "movzxByte",
      scratch,
      { base: at(place.base), displacement: place.displacement + lane * stride },
      32,
    );
  });
}

/** Lanes one by one, through the vector's room on the stack; `read` leaves each in the scratch register. */
function loadByLane(
  code: VectorCode,
  place: Place,
  active: number,
  read: (
    assembler: Parameters<Parameters<VectorCode["raw"]>[2]>[0],
    at: (value: Virtual) => number,
    lane: number,
  ) => void,
): Virtual {
  const result = code.code.register("vector");
  code.room();
  const options = onLanes(code, active, true);
  code.raw([result], [place.base], (assembler, at) => {
    for (let lane = 0; lane < active; lane++) {
      read(assembler, at, lane);
      assembler.integer("mov", code.room(4 * lane), scratch, 32);
    }
    assembler.vector("vmovups", 512, [at(result), code.room()], options);
  });
  return result;
}

function gatherWords(code: VectorCode, place: Place, indices: Virtual, active: number): Virtual {
  const result = code.code.register("vector");
  code.into(result, "vpxord", [code.everywhere(0), code.everywhere(0)]);
  makeMask(code, active);
  code.raw([result], [result, place.base, indices], (assembler, at) => {
    const memory = { base: at(place.base), index: at(indices), scale: 4 as const, displacement: place.displacement };
    assembler.vector("vgatherdps", 512, [at(result), memory], { mask: scratchMask });
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
  const bytes = loadByLane(code, place, active, (assembler, at, lane) => {
    assembler.integer("movsxd", scratch, code.room(4 * lane));
    const memory = { base: at(place.base), index: scratch, scale: 1 as const, displacement: place.displacement };
    assembler.integer("movzxByte", scratch, memory, 32);
  });
  return widened(code, memory, bytes);
}

function store(code: VectorCode, place: Place, memory: DType, value: Virtual, stride: number, active: number): void {
  if (isByte(memory)) {
    // A mask becomes the byte 0 or 1.
    const bytes = memory === "bool" ? code.make("vpsrld", [value], { immediate: 31 }) : value;
    storeBytes(code, place, bytes, stride, active);
  } else if (stride === 1 || active === 1) {
    code.store("vmovups", place, value, onLanes(code, active, false));
  } else {
    const indices = code.words(multiples(lanes, stride));
    makeMask(code, active);
    code.raw([], [place.base, indices, value], (assembler, at) => {
      const memory = { base: at(place.base), index: at(indices), scale: 4 as const, displacement: place.displacement };
      assembler.vector("vscatterdps", 512, [memory, at(value)], { mask: scratchMask });
    });
  }
}

function storeBytes(code: VectorCode, place: Place, value: Virtual, stride: number, active: number): void {
  if (stride === 1 || active === 1) return code.store("vpmovdb", place, value, onLanes(code, active, false));
  code.toRoom(value);
  code.raw([], [place.base], (assembler, at) => {
    for (let lane = 0; lane < active; lane++) {
      assembler.integer("mov", scratch, code.room(4 * lane), 32);
      const memory = { base: at(place.base), displacement: place.displacement + lane * stride };
      assembler.integer("movByte", memory, scratch);
    }
  });
}

export const avx512: VectorExtension = {
  name: "avx512",
  form: "evex",
  bits: 512,
  registers: {
    general: [7, 6, 1, 8, 9, 10, 11, 3, 12, 13, 14, 15],
    vector: Array.from({ length: 32 }, (_, number) => number),
  },
  rows: avx512Rows,
  load,
  gather,
  store,
  exchange: (code, value, distance) => {
    if (distance === 1) return code.make("vpermilps", [value], { immediate: 0xb1 });
    if (distance === 2) return code.make("vpermilps", [value], { immediate: 0x4e });
    return code.make("vshuff32x4", [value, value], { immediate: distance === 4 ? 0xb1 : 0x4e });
  },
  interchange: (code, a, b, distance, upper) => {
    if (distance === 8) return code.make("vshuff32x4", [a, b], { immediate: upper ? 0xee : 0x44 });
    if (distance === 2) return code.make(upper ? "vunpckhpd" : "vunpcklpd", [a, b]);
    // The lanes of one move into the other, where they belong.
    const [result, moved] = upper ? [code.copy(b), a] : [code.copy(a), b];
    const lanesOfB = distance === 1 ? 0xaaaa : 0xf0f0;
    const mask = keptMask(code, upper ? lanesOfB ^ 0xffff : lanesOfB);
    if (distance === 1) code.update(result, upper ? "vmovshdup" : "vmovsldup", [moved], { mask });
    else code.update(result, "vshuff32x4", [moved, moved], { mask, immediate: 0xb1 });
    return result;
  },
  keep: (code, value, otherwise, active) => {
    return code.make("vblendmps", [otherwise, value], { mask: keptMask(code, (1 << active) - 1) });
  },
  splat: (code, index) => {
    const result = code.code.register("vector");
    code.raw([result], [index], (assembler, at) => {
      assembler.vector("vpbroadcastdFromR32", 512, [at(result), at(index)]);
    });
    return result;
  },
};
