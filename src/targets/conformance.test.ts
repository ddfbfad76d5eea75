// Proves that the CPU targets compute every primitive's samples to the bit as the reference does, in both numerics modes.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../base/rng.ts";
import { build } from "../graph/build.ts";
import { record } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import { ops } from "../graph/ops/index.ts";
import { draw } from "../graph/sample-values.ts";
import { referenceTarget } from "./reference/target.ts";
import { hasFloat64, modes, moduleOf, requireAgreement, runOn, targetsIn, wasmIn } from "./testing.ts";

const operations: readonly (readonly [name: string, op: Operation])[] = Object.entries(ops);

describe.for(modes)("numerics %s", (numerics) => {
  test.for(operations)("%s", async ([name, op], { skip }) => {
    const targets = await targetsIn(numerics, skip);
    for (const [which, { inputs, attributes, note }] of op.samples.entries()) {
      const stream = new RandomStream(which, name);
      const nodes = inputs.map(({ shape, dtype }, i) => build.input(`x${i}`, shape, dtype));
      const result = record(op, nodes, attributes);
      const module = moduleOf({ inputs: nodes, outputs: [result] });
      const values = { inputs: inputs.map((input) => draw(input, stream)) };
      if (hasFloat64([result, ...nodes])) {
        await runOn(referenceTarget(numerics), module, values); // the reference alone speaks it
        continue;
      }
      try {
        await requireAgreement(targets, module, values);
      } catch (cause) {
        const types = nodes.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ");
        throw new Error(`${name}(${types}) ${JSON.stringify(attributes)} ${note ?? ""}: ${(cause as Error).message}`, {
          cause,
        });
      }
    }
  });
});

test("every primitive but input brings samples", () => {
  expect(operations.filter(([, { samples }]) => samples.length === 0).map(([name]) => name)).toEqual(["input"]);
});

test("float64 is the reference's alone: it holds every integer, and wasm refuses it in a sentence", async () => {
  const [i, u] = [build.input("i", [2], "int32"), build.input("u", [2], "uint32")];
  const module = moduleOf({ inputs: [i, u], outputs: [build.cast(i, "float64"), build.cast(u, "float64")] });
  const values = { inputs: [Int32Array.of(16777217, -2147483647), Uint32Array.of(16777217, 4294967295)] };
  const { outputs } = await runOn(referenceTarget(), module, values);
  expect(outputs.map((data) => [...data])).toEqual([
    [16777217, -2147483647],
    [16777217, 4294967295],
  ]);
  const wasm = await wasmIn("portable");
  await expect(wasm!.compile(module)).rejects.toThrow(
    "wasm: cast has dtype float64, which this target does not compute. Use the target reference, or cast to float32.",
  );
});
