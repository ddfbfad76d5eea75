/** Proves who passes the hill and who slows down, and that the lowest height of every surface is 0. */

import { tensor } from "gradus";
import { expect, test } from "vitest";
import { spaced } from "./numbers.ts";
import { optimizersExperiment } from "./optimizers.ts";
import { terrains } from "./surfaces.ts";
import { flawsOf, runShort } from "./testing.ts";

test("momentum passes the hill, Adagrad stays in the flat", async () => {
  const report = await runShort(optimizersExperiment);
  expect(flawsOf(report)).toEqual([]);
  const outcomes = report.figures.outcomes as { surface: string; optimizer: string; arrives: number }[];
  const arrives = (surface: string, optimizer: string) =>
    outcomes.find((one) => one.surface === surface && one.optimizer === optimizer)!.arrives;
  expect(arrives("hill", "momentum")).toBeGreaterThan(0);
  expect(arrives("hill", "SGD")).toBe(0);
  expect(arrives("steep, then flat", "Adagrad")).toBe(0);
  expect(arrives("steep, then flat", "RMSProp")).toBeGreaterThan(0);
});

test.each(Object.entries(terrains))(
  "%s: no height is below 0, and 0 is nearly reached",
  async (_, { height, frame }) => {
    const xs = spaced(frame.x.from, frame.x.to, 201);
    const ys = spaced(frame.y.from, frame.y.to, 201);
    const places = tensor(
      ys.flatMap((y) => xs.flatMap((x) => [x, y])),
      { shape: [201 * 201, 2] },
    );
    const lowest = Math.min(...((await height(places).data()) as Float32Array));
    expect(lowest).toBeGreaterThanOrEqual(-1e-6);
    expect(lowest).toBeLessThan(0.005);
  },
);
