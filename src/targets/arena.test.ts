/** Proves that programs use one arena in turn, that runs at the same time have one each, and that none is held longer than it is needed. */

import { expect, test } from "vitest";
import { type Arena, Arenas } from "./arena.ts";
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

const lent = (arena: Arena): Promise<Block> => arena.lend((block) => block);

test("programs that run in turn use the largest", async () => {
  const { of, held } = arenas();
  const [small, large, medium] = [of.for(100), of.for(300), of.for(200)];
  expect([...held]).toEqual([1, 2]);
  expect((await lent(medium)).address).toBe(2);
  expect((await lent(small)).address).toBe(2);
  expect([...held]).toEqual([2]);
  large.release();
  small.release();
  expect([...held]).toEqual([2]);
  medium.release();
  expect([...held]).toEqual([]);
});

test("small programs do not hold what a large one needed", async () => {
  const { of, held } = arenas();
  const [large, small] = [of.for(300), of.for(100)];
  await small.lend(() => {
    large.release();
    expect([...held]).toEqual([1]);
  });
  expect([...held]).toEqual([]);
  expect(await lent(small)).toMatchObject({ address: 2, bytes: 100 });
  const other = of.for(80);
  other.release();
  other.release();
  expect([...held]).toEqual([2]);
});

test("runs at the same time have one each", async () => {
  const { of, held } = arenas();
  const [first, second] = [of.for(100), of.for(100)];
  await first.lend(async (taken) => expect(await lent(second)).not.toBe(taken));
  expect(held.size).toBe(2);
});

test("a program runs once at a time, and again after a run that failed", async () => {
  const { of, held } = arenas();
  const arena = of.for(100);
  const again = arena.lend(() => lent(arena));
  await expect(again).rejects.toThrow("a program was run again before it had come to its end");
  expect((await lent(of.for(50))).address).toBe(1);
  expect((await lent(arena)).address).toBe(1);
  expect([...held]).toEqual([1]);
});

test("a released one is not found again", async () => {
  const { of } = arenas();
  of.for(100).release();
  expect((await lent(of.for(50))).address).toBe(2);
});

test("where ends matter, only programs with the same share", async () => {
  const { of, held } = arenas(true);
  of.for(200);
  expect((await lent(of.for(100))).bytes).toBe(100);
  expect((await lent(of.for(200))).bytes).toBe(200);
  expect(held.size).toBe(2);
});
