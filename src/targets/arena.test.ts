/** Proves that programs use one arena in turn, that runs at the same time have one each, and that none is held longer than it is needed. */

import { expect, test } from "vitest";
import { Arenas } from "./arena.ts";
import { Block } from "./block.ts";

/** Arenas on blocks that are numbered, and the numbers of those that are held. */
function arenas(exact = false): { of: Arenas; held: Set<number> } {
  const held = new Set<number>();
  let made = 0;
  const of = new Arenas((bytes) => {
    const number = ++made;
    held.add(number);
    return new Block(number, bytes, () => held.delete(number));
  }, exact);
  return { of, held };
}

test("programs that run in turn use the largest", () => {
  const { of, held } = arenas();
  const [small, large, medium] = [of.for(100), of.for(300), of.for(200)];
  expect([...held]).toEqual([1, 2]);
  expect(medium.enter().address).toBe(2);
  medium.leave();
  expect(small.enter().address).toBe(2);
  small.leave();
  expect([...held]).toEqual([2]);
  large.release();
  small.release();
  expect([...held]).toEqual([2]);
  medium.release();
  expect([...held]).toEqual([]);
});

test("runs at the same time have one each", () => {
  const { of, held } = arenas();
  const [first, second] = [of.for(100), of.for(100)];
  const taken = first.enter();
  expect(second.enter()).not.toBe(taken);
  expect(held.size).toBe(2);
  first.leave();
  second.leave();
});

test("a released one is not found again", () => {
  const { of } = arenas();
  of.for(100).release();
  expect(of.for(50).enter().address).toBe(2);
});

test("where ends matter, only programs with the same share", () => {
  const { of, held } = arenas(true);
  of.for(200);
  expect(of.for(100).enter().bytes).toBe(100);
  expect(of.for(200).enter().bytes).toBe(200);
  expect(held.size).toBe(2);
});
