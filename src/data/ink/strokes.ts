/**
 * How people write digits: for each digit several styles, each a few strokes of the pen through points. Coordinates are
 * hundredths of the digit's height, x to the right, y down; a stroke runs smoothly through its points except
 * at corners. Just shapes: src/data/ink/hand.ts makes every digit different.
 */

/** A point that a stroke runs through; at a corner its direction breaks. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
  readonly corner: boolean;
}

export type Stroke = readonly StrokePoint[];

export interface Style {
  /** How common it is, relative to the digit's other styles. */
  readonly weight: number;
  readonly strokes: readonly Stroke[];
}

/** Points as `x,y`, `!` after a corner, `/` between strokes. */
function style(weight: number, text: string): Style {
  const point = (word: string): StrokePoint => {
    const [x, y] = word.replace("!", "").split(",").map(Number);
    return { x: x! / 100, y: y! / 100, corner: word.endsWith("!") };
  };
  return { weight, strokes: text.split("/").map((stroke) => stroke.trim().split(" ").map(point)) };
}

/** The styles of each digit. */
export const styles: readonly (readonly Style[])[] = [
  [
    style(6, "58,3 30,12 14,50 30,90 56,97 80,76 84,40 70,10 44,4"), // one round, closed
    style(2, "66,10 44,3 20,26 16,68 40,97 70,86 84,50 72,14 58,5"), // leaning
    style(1, "50,4 22,26 18,70 46,97 74,80 82,44 70,14 38,10"), // ends inside
    style(1, "72,16 46,3 20,24 16,70 44,97 74,80 82,44 66,12"), // open at the top
    style(0.2, "58,3 30,12 14,50 30,90 56,97 80,76 84,40 70,10 44,4 / 80,10 20,92"), // slashed
  ],
  [
    style(5, "50,2 50,98"), // a line
    style(2, "54,2 49,50 48,98"), // bent
    style(2, "34,24 54,2! 54,98"), // with a flag
    style(1.5, "18,42 58,3! 56,98"), // with a long flag
    style(1, "32,22 52,3! 52,97 / 26,97 80,97"), // with a flag and a foot
  ],
  [
    style(4, "16,26 30,6 58,4 76,24 66,50 38,76 14,95! 50,94 86,95"), // flat base
    style(3, "16,24 32,5 62,4 76,26 62,56 36,84 18,92 14,80 30,76 56,90 88,92"), // looped
    style(2, "18,20 42,3 72,14 70,42 42,72 16,95! 44,86 64,95 90,88"), // waved base
    style(1, "20,14 50,3 76,20 68,46 44,70 22,90 46,96 86,92"), // round below
    style(0.6, "16,8 76,8! 16,94! 84,94"), // like a z
  ],
  [
    style(4, "18,14 44,3 72,13 70,36 40,48! 74,56 80,80 52,98 14,88"), // two bowls
    style(3, "16,16 44,3 74,16 64,40 42,48 56,51 80,68 68,92 40,98 14,86"), // smooth in the middle
    style(1.5, "18,5 76,5! 42,42! 74,54 80,80 50,98 14,86"), // flat top
    style(1.5, "18,12 46,3 72,18 58,42 36,52 34,44 58,48 80,68 66,94 36,98 12,84"), // looped in the middle
    style(1, "24,8 52,3 68,18 60,38 38,46! 66,54 72,76 50,96 22,98"), // narrow
  ],
  [
    style(4, "26,4 22,34 18,58! 50,58 88,56 / 70,22 66,60 62,98"), // open
    style(2, "62,98 63,50 64,2! 38,36 12,68! 50,68 90,66"), // closed
    style(2, "24,4 20,34 28,52 50,54 72,46 / 78,4 74,48 66,98"), // like a y
    style(2, "60,2 36,34 12,62! 50,62 90,60 / 68,32 64,66 62,98"), // closed, two strokes
    style(1, "28,8 16,50! 48,52 74,44! 78,10! 72,54 68,98"), // one stroke
  ],
  [
    style(4, "26,6 23,26 21,46! 50,38 78,56 72,86 42,98 12,88 / 26,6 54,6 84,4"), // bar last
    style(3, "82,5 54,6 28,7! 25,26 21,46! 54,39 80,60 68,90 38,98 12,88"), // one stroke
    style(2, "80,8 50,5 30,14 28,38 58,48 78,68 64,93 34,98 12,88"), // like an s
    style(1, "34,4 28,26 22,44 50,42 74,58 68,86 40,97 14,92 / 34,6 60,8 88,4"), // soft shoulder
  ],
  [
    style(4, "66,3 36,26 17,62 24,90 50,98 76,84 73,62 50,52 20,68"), // curved
    style(2, "48,2 28,36 18,72 36,97 66,93 75,72 56,58 24,74"), // nearly straight
    style(2, "78,13 56,3 30,22 15,62 28,94 60,97 78,76 62,56 34,60 18,74"), // curled top
    style(1, "60,2 34,30 18,66 30,95 58,96 66,76 50,62 30,72 24,86"), // small loop
  ],
  [
    style(4, "14,8 48,7 82,6! 60,48 42,98"), // plain
    style(2, "14,8 48,7 82,6! 60,48 42,98 / 30,50 52,50 76,48"), // barred
    style(2, "14,14 30,8 56,10 82,6! 62,40 50,70 46,98"), // waved top
    style(1.5, "16,22 17,7! 50,8 84,6! 58,50 44,98"), // with a serif
    style(0.8, "16,22 17,7! 50,8 84,6! 58,50 44,98 / 32,50 54,50 78,48"), // with a serif, barred
    style(1, "18,12 50,8 76,14 74,34 56,66 46,98"), // round shoulder
  ],
  [
    style(5, "72,14 46,3 25,17 36,40 64,56 78,78 52,98 22,84 34,58 62,40 75,20 62,5"), // one stroke
    style(2, "50,48 24,36 26,12 50,3 74,12 76,36 50,48 / 50,48 20,62 20,88 50,98 80,88 80,62 50,48"), // two rings
    style(2, "80,8 54,4 28,16 36,40 64,58 72,80 48,98 24,84 36,58 62,38 78,16"), // open above
    style(1, "44,46 24,30 34,6 62,6 70,26 50,48 26,68 30,94 62,96 74,76 50,50 40,42"), // starting in the middle
  ],
  [
    style(4, "76,24 52,4 24,16 22,40 46,51 70,38 77,16! 74,56 70,98"), // straight stem
    style(2, "76,22 50,3 23,18 27,46 54,50 75,28 78,18 77,60 60,93 28,96"), // curved stem
    style(2, "74,20 48,4 22,20 28,46 56,46 78,14! 66,54 52,98"), // slanted stem
    style(1, "70,12 46,4 24,22 30,44 56,42 72,18 72,56 68,98"), // one flow
    style(0.6, "76,20 50,3 24,18 28,44 56,46 78,14! 76,70 62,96 34,94 26,82"), // hooked
  ],
];
