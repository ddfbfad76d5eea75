/** Proves the principal plane of points whose plane is known, and that hidden layers bring digits apart. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { hiddenLayersExperiment } from "./hidden-layers.ts";
import { principalPlane } from "./pca.ts";
import { flawsOf, runShort } from "./testing.ts";

test("the plane of an ellipse in space", async () => {
  // 3 cos along (0.6, 0.8, 0), sin along the third axis, and hardly anything at right angles to both.
  const values = Array.from({ length: 60 }, (_, i) => {
    const [a, b, c] = [
      3 * Math.cos((i * Math.PI) / 30),
      Math.sin((i * Math.PI) / 30),
      0.1 * Math.cos((i * Math.PI) / 15),
    ];
    return [0.6 * a - 0.8 * c + 5, 0.8 * a + 0.6 * c, b];
  });
  const { points, share } = await principalPlane(Float32Array.from(values.flat()), 60);
  expect(share).toBeCloseTo(5 / 5.005, 3);
  const [x, y] = points[0]!;
  expect([Math.abs(x), Math.abs(y)]).toEqual([expect.closeTo(3 / Math.sqrt(5), 3), expect.closeTo(0, 3)]);
});

test.skipIf(!has("mnist"))("digits come apart", async () => {
  const report = await runShort(hiddenLayersExperiment);
  expect(flawsOf(report)).toEqual([]);
  const { after } = report.figures as { after: { ratio: number; nearest: number }[] };
  expect(after.at(-1)!.ratio).toBeGreaterThan(2 * after[0]!.ratio);
  expect(after.at(-1)!.nearest).toBeGreaterThan(after[0]!.nearest);
});
