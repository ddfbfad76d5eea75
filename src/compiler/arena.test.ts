// Proves that places of values that live at the same time never overlap, are aligned, and that memory is used again.

import { expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { Arena } from "./arena.ts";

interface Life {
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

test("lives that meet never share a byte", () => {
  const stream = new RandomStream(1, "arena");
  const below = (n: number): number => Math.floor(stream.nextUniform() * n);
  for (let round = 0; round < 50; round++) {
    const arena = new Arena();
    const lives: Life[] = [];
    for (let first = 0; first < 60; first++) {
      for (let n = below(4); n > 0; n--) {
        const bytes = below(5) === 0 ? 0 : below(1000);
        const last = first + below(below(10) === 0 ? 60 : 6);
        lives.push({ offset: arena.place(bytes, first, last), bytes, first, last });
      }
    }
    for (const [i, a] of lives.entries()) {
      expect(a.offset % 64).toBe(0);
      expect(a.offset + a.bytes).toBeLessThanOrEqual(arena.size);
      for (const b of lives.slice(0, i)) {
        const meet = a.first <= b.last && b.first <= a.last;
        const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        if (meet && overlap) expect([a, b]).toBe("apart");
      }
    }
  }
});

test("a chain of values takes the memory of two", () => {
  const arena = new Arena();
  const offsets = Array.from({ length: 20 }, (_, call) => arena.place(100, call, call + 1));
  expect(new Set(offsets)).toEqual(new Set([0, 128]));
  expect(arena.size).toBe(256);
});

test("a gap is filled where the value fits, and left where it does not", () => {
  const arena = new Arena();
  expect([arena.place(64, 0, 9), arena.place(128, 0, 1), arena.place(64, 0, 9)]).toEqual([0, 64, 192]);
  expect(arena.place(192, 2, 9)).toBe(256);
  expect(arena.place(100, 2, 9)).toBe(64);
});
