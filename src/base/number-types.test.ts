/** Proves the type-level arithmetic: exact on literals, `number` where something is unknown. Checked by tsc (`npm run types`). */

import { expectTypeOf, test } from "vitest";
import type { Add, Divide, Least, Minus, Multiply } from "./number-types.ts";

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

test("sums", () => {
  expectTypeOf<Add<0, 7>>().toEqualTypeOf<7>();
  expectTypeOf<Add<99, 1>>().toEqualTypeOf<100>();
  expectTypeOf<Add<1, 999>>().toEqualTypeOf<1000>();
  expectTypeOf<Add<12345, 67890>>().toEqualTypeOf<80235>();
  expectTypeOf<Add<-1, 3>>().toEqualTypeOf<number>();
  expectTypeOf<Add<number, 3>>().toEqualTypeOf<number>();
});

test("differences stop at 0", () => {
  expectTypeOf<Minus<7, 0>>().toEqualTypeOf<7>();
  expectTypeOf<Minus<7, 7>>().toEqualTypeOf<0>();
  expectTypeOf<Minus<1000, 1>>().toEqualTypeOf<999>();
  expectTypeOf<Minus<1000, 999>>().toEqualTypeOf<1>();
  expectTypeOf<Minus<105, 5>>().toEqualTypeOf<100>();
  expectTypeOf<Minus<3, 20>>().toEqualTypeOf<0>();
  expectTypeOf<Minus<19, 20>>().toEqualTypeOf<0>();
  expectTypeOf<Minus<5, -1>>().toEqualTypeOf<number>();
});

test("quotients and remainders", () => {
  expectTypeOf<Divide<7, 1>>().toEqualTypeOf<[7, 0]>();
  expectTypeOf<Divide<7, 2>>().toEqualTypeOf<[3, 1]>();
  expectTypeOf<Divide<0, 3>>().toEqualTypeOf<[0, 0]>();
  expectTypeOf<Divide<50176, 64>>().toEqualTypeOf<[784, 0]>();
  expectTypeOf<Divide<1000, 10>>().toEqualTypeOf<[100, 0]>();
  expectTypeOf<Divide<1005, 10>>().toEqualTypeOf<[100, 5]>();
  expectTypeOf<Divide<5, 224>>().toEqualTypeOf<[0, 5]>();
  expectTypeOf<Divide<150528, 3>>().toEqualTypeOf<[50176, 0]>();
  expectTypeOf<Divide<7, 0>>().toEqualTypeOf<[number, number]>();
  expectTypeOf<Divide<number, 2>>().toEqualTypeOf<[number, number]>();
});

test("the smaller of two", () => {
  expectTypeOf<Least<3, 20>>().toEqualTypeOf<3>();
  expectTypeOf<Least<20, 3>>().toEqualTypeOf<3>();
  expectTypeOf<Least<4, 4>>().toEqualTypeOf<4>();
  expectTypeOf<Least<4, number>>().toEqualTypeOf<number>();
});
