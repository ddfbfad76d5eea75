/** A grid of dots in braille characters, two by four in each: fine lines in the terminal, each cell in the colour of what was drawn last. */

/** The bit of each dot in a braille character, `[row][column]` (Unicode's braille patterns from U+2800). */
const dots: readonly (readonly [number, number])[] = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

export class Braille {
  readonly columns: number;
  readonly lines: number;
  readonly #bits: Uint8Array;
  readonly #owner: Int32Array;

  constructor(columns: number, lines: number) {
    this.columns = columns;
    this.lines = lines;
    this.#bits = new Uint8Array(columns * lines);
    this.#owner = new Int32Array(columns * lines).fill(-1);
  }

  /** A dot of series `owner`; `x` counts half columns from the left, `y` quarter lines from the top. */
  dot(x: number, y: number, owner: number): void {
    const [column, line] = [x >> 1, y >> 2];
    if (column < 0 || column >= this.columns || line < 0 || line >= this.lines) return;
    const cell = line * this.columns + column;
    this.#bits[cell]! |= dots[y & 3]![x & 1]!;
    this.#owner[cell] = owner;
  }

  /** A straight run of dots between two. */
  line(x0: number, y0: number, x1: number, y1: number, owner: number): void {
    const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let step = 0; step <= length; step++) {
      const part = step / length;
      this.dot(Math.round(x0 + part * (x1 - x0)), Math.round(y0 + part * (y1 - y0)), owner);
    }
  }

  /** The character of a cell, and whose it is; null where it is empty. */
  at(column: number, line: number): { readonly character: string; readonly owner: number } | null {
    const cell = line * this.columns + column;
    const bits = this.#bits[cell]!;
    return bits === 0 ? null : { character: String.fromCodePoint(0x2800 + bits), owner: this.#owner[cell]! };
  }
}
