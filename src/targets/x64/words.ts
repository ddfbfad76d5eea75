/** 64-bit words in native memory, written as numbers: all that stands in them is below 2⁵³. */

/** Writes a word at a byte offset. */
export function setWord(memory: Int32Array, offset: number, value: number): void {
  memory[offset >> 2] = value | 0;
  memory[(offset >> 2) + 1] = Math.floor(value / 2 ** 32) | 0;
}

export function wordAt(memory: Int32Array, offset: number): number {
  return (memory[offset >> 2]! >>> 0) + 2 ** 32 * memory[(offset >> 2) + 1]!;
}
