/** Proves where the minimum is, that the learning rate's limit is where the curvature says, and that walks tell their places rightly. */

import { sgd, tensor } from "gradus";
import { expect, test } from "vitest";
import { descentExperiment } from "./descent.ts";
import { bowl, squaredErrors, start } from "./pokemon.ts";
import { flawsOf, runShort } from "./testing.ts";
import { walk } from "./walk.ts";

test("rates too small, too large, and at both sides of the limit", async () => {
  const report = await runShort(descentExperiment);
  expect(flawsOf(report)).toEqual([]);
  expect(report.figures.minimum).toMatchObject({ b: expect.closeTo(-188.4, 1), w: expect.closeTo(2.67, 2) });
  const lost = Object.fromEntries(
    (report.figures.outcomes as { name: string; lost?: number }[]).map(({ name, lost }) => [name, lost]),
  );
  for (const name of ["1e-7", "1e-6", "0.99 · limit", "Adagrad, 1"]) expect(lost[name], name).toBeUndefined();
  expect(lost["1e-5"]).toBeLessThan(20);
  expect(lost["1.01 · limit"]).toBeGreaterThan(1000);
});

test("every place of a walk has the height that training saw", async () => {
  const { limit } = bowl();
  const { path, heights } = await walk(squaredErrors, {
    from: start,
    optimizer: sgd({ learningRate: limit / 3 }),
    steps: 500,
  });
  expect(path).toHaveLength(501);
  const places = tensor(
    path.slice(0, 500).flatMap(({ x, y }) => [x, y]),
    { shape: [500, 2] },
  );
  const again = await squaredErrors(places).data();
  heights.forEach((height, step) => expect(height / Number(again[step])).toBeCloseTo(1, 5));
});
