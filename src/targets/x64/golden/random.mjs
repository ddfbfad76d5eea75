/** What the cases share: a fixed random sequence, names of registers and addresses as text and as operands. */

let state = 12345;

/** An integer in [0, n). */
export function random(n) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}

export const pick = (list) => list[random(list.length)];

const low = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];

export function general(number, bits) {
  if (bits === 8) return number < 8 ? ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"][number] : `r${number}b`;
  if (number < 8) return (bits === 64 ? "r" : "e") + low[number];
  return bits === 64 ? `r${number}` : `r${number}d`;
}

const sizes = { 8: "byte", 16: "word", 32: "dword", 64: "qword", 128: "xmmword", 256: "ymmword", 512: "zmmword" };

/** An address as [text, operand]; `index` names the index register. */
export function address(memory, bits, index = (number) => general(number, 64)) {
  const parts = [general(memory.base, 64)];
  if (memory.index !== undefined) parts.push(`${index(memory.index)}*${memory.scale ?? 1}`);
  const { displacement } = memory;
  const tail = displacement === 0 ? "" : displacement > 0 ? `+${displacement}` : `${displacement}`;
  const size = bits === 0 ? "" : `${sizes[bits]} ptr `;
  return [`${size}[${parts.join("+")}${tail}]`, memory];
}

/** Any memory operand; displacements that disp8*N compresses and that it does not. */
export function memory(unit) {
  const steps = [0, 0, unit, -unit, 127 * unit, 128 * unit, -128 * unit, -129 * unit, 4, 100, -1000, 0x12345678];
  const result = { base: random(16), displacement: pick(steps) };
  if (random(2) === 0) return result;
  const index = pick([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  return { ...result, index, scale: pick([1, 2, 4, 8]) };
}
