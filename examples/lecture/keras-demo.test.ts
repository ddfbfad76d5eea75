/** Proves the course of the demonstration on a tenth of its digits with small networks: every row is measured, raw pixels and deep sigmoids fail. */

import { expect, test } from "vitest";
import { has } from "../data.ts";
import { kerasDemoExperiment } from "./keras-demo.ts";
import { flawsOf, runShort } from "./testing.ts";

test.skipIf(!has("mnist"))(
  "ten settings, of which the deep sigmoid and the large batch answer one thing to everything",
  async () => {
    const report = await runShort(kerasDemoExperiment);
    expect(flawsOf(report)).toEqual([]);
    const { rows } = report.figures as { rows: { name: string; test: number; constant: number }[] };
    expect(rows).toHaveLength(10);
    const of = (name: string) => rows.find((row) => row.name.startsWith(name))!;
    expect(of("10 more sigmoid layers").test).toBeLessThan(0.3);
    expect(of("3×689").test).toBeLessThan(0.3);
    expect(of("relu, adam").test).toBeGreaterThan(0.35);
  },
);
