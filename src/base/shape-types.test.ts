/** Proves sizes and texts of shapes at the type level. Checked by tsc (`npm run types`). */

import { expectTypeOf, test } from "vitest";
import type { Mutable, ShowShape, SizeOf } from "./shape-types.ts";

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
