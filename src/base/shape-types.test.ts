/** Proves the type-level arithmetic: exact on literals, `number` where something is unknown. Checked by tsc (`npm run types`). */

import { expectTypeOf, test } from "vitest";
import type { Multiply, Mutable, ShowShape, SizeOf } from "./shape-types.ts";

test("literal integers multiply exactly", () => {
  expectTypeOf<Multiply<16, 16>>().toEqualTypeOf<256>();
  expectTypeOf<Multiply<784, 512>>().toEqualTypeOf<401408>();
  expectTypeOf<Multiply<99999, 99999>>().toEqualTypeOf<9999800001>();
  expectTypeOf<Multiply<1000, 0>>().toEqualTypeOf<0>();
  expectTypeOf<Multiply<100, 7>>().toEqualTypeOf<700>();
});

test("products beyond exact numbers and factors that are no integers become number", () => {
  expectTypeOf<Multiply<123456789, 987654321>>().toEqualTypeOf<number>();
  expectTypeOf<Multiply<1e21, 2>>().toEqualTypeOf<number>();
  expectTypeOf<Multiply<2.5, 2>>().toEqualTypeOf<number>();
  expectTypeOf<Multiply<number, 2>>().toEqualTypeOf<number>();
});

test("sizes of shapes", () => {
  expectTypeOf<SizeOf<[7, 7, 64]>>().toEqualTypeOf<3136>();
  expectTypeOf<SizeOf<[]>>().toEqualTypeOf<1>();
  expectTypeOf<SizeOf<[28, number]>>().toEqualTypeOf<number>();
  expectTypeOf<SizeOf<number[]>>().toEqualTypeOf<number>();
  expectTypeOf<SizeOf<readonly [2, 3]>>().toEqualTypeOf<6>();
});

test("shapes as text, and without readonly", () => {
  expectTypeOf<ShowShape<[7, 7, 64]>>().toEqualTypeOf<"[7, 7, 64]">();
  expectTypeOf<ShowShape<[]>>().toEqualTypeOf<"[]">();
  expectTypeOf<ShowShape<readonly number[]>>().toEqualTypeOf<"[…]">();
  expectTypeOf<Mutable<readonly [16, 16]>>().toEqualTypeOf<[16, 16]>();
});
