/**
 * Proves on random programs of all primitives, on awkward shapes and with special values, that every CPU target equals the reference to the bit, that
 * simplification, fusion, threads, recomputation and steps in one call change nothing, and that float64 gradients are right. GRADUS_FUZZ=n asks n programs instead
 * of 2,000 (npm run fuzz); GRADUS_FUZZ_SEED decides which. A failing program is shrunk and printed as TypeScript.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Data } from "../../base/dtype.ts";
import { environment } from "../../base/environment.ts";
import { RandomStream } from "../../base/rng.ts";
import { sizeOf } from "../../base/shape.ts";
import { build } from "../../graph/build.ts";
import { gradient } from "../../graph/gradient.ts";
import { rootsOf } from "../../graph/module.ts";
import { type Node, record, topological } from "../../graph/node.ts";
import { inRegion } from "../../graph/region.ts";
import { simplify, simplifyModule } from "../../graph/simplify.ts";
import { verify } from "../../graph/verify.ts";
import { numberScalars } from "../../kernel/numbers.ts";
import { interpret } from "../reference/interpret.ts";
import type { Target } from "../target.ts";
import { modes, moduleOf, requireSameBits, requireSameResults, runOn, targetsIn, titleOf } from "../testing.ts";
import { wasmTarget } from "../wasm/target.ts";
import { type Program, type Tapes, tapes, writeProgram, writeSmoothProgram } from "./program.ts";
import { toTypeScript } from "./typescript.ts";
import { expectedOf } from "./underflow.ts";

const asked = Number(environment("GRADUS_FUZZ") ?? 2000);
const seed = Number(environment("GRADUS_FUZZ_SEED") ?? 1);
const timeout = 60_000 + 100 * asked;

async function ask(count: number, property: fc.IAsyncProperty<[Tapes]>): Promise<void> {
  await fc.assert(property, { numRuns: count, seed, endOnFailure: false });
}

/** Runs a check; a failure shows the program. */
async function showing(program: Program, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${message}\n${toTypeScript(program.module)}`, { cause });
  }
}

describe.for(modes)("numerics %s", (numerics) => {
  test(`every target is the reference, simplified or not, over ${asked} programs`, { timeout }, async ({ skip }) => {
    const { others } = await targetsIn(numerics, skip);
    const k = numberScalars(numerics);
    let underflows = 0;
    await ask(
      asked,
      fc.asyncProperty(tapes, async (drawn) => {
        const program = writeProgram(drawn);
        const { module, values } = program;
        await showing(program, async () => {
          verify(rootsOf(module));
          const expected = expectedOf(program, k);
          const simple = simplifyModule(module);
          verify(rootsOf(simple));
          if (!expected) {
            underflows++;
            return;
          }
          requireSameBits(expectedOf({ module: simple, values }, k) ?? [], expected, "simplified roots");
          for (const target of others) {
            const { outputs, states } = await runOn(target, module, values);
            requireSameBits([...outputs, ...states], expected, `${titleOf(target)}: outputs and states`);
          }
        });
      }),
    );
    expect(underflows).toBeLessThan(asked / 4);
  });

  test(`three steps in one call are three calls, over ${asked >> 2} programs`, { timeout }, async ({ skip }) => {
    const { others } = await targetsIn(numerics, skip);
    await ask(
      asked >> 2,
      fc.asyncProperty(tapes, async (drawn) => {
        const program = writeProgram(drawn);
        if (program.module.states.length === 0) return;
        await showing(program, async () => {
          for (const target of others) {
            const whole = await runOn(target, program.module, program.values, 3);
            let states = program.values.states;
            for (let step = 0; step < 2; step++)
              states = [...(await runOn(target, program.module, { ...program.values, states })).states];
            const last = await runOn(target, program.module, { ...program.values, states });
            requireSameResults({ ...whole, steps: 1 }, last);
          }
        });
      }),
    );
  });

  test(`a program is its operations one by one, over ${asked >> 4} programs`, { timeout }, async ({ skip }) => {
    const { others } = await targetsIn(numerics, skip);
    const k = numberScalars(numerics);
    await ask(
      asked >> 4,
      fc.asyncProperty(tapes, async (drawn) => {
        const program = writeProgram(drawn);
        // What is stored between operations is flushed: where subnormals arise, fused programs may differ.
        if (!expectedOf(program, k)) return;
        await showing(program, async () => {
          for (const target of others) {
            const { outputs, states } = await runOn(target, program.module, program.values);
            requireSameBits(
              [...outputs, ...states],
              await oneByOne(target, program),
              `${titleOf(target)}: outputs and states`,
            );
          }
        });
      }),
    );
  });
});

test.for([2, 3, 4, 7])(
  `%i threads compute what one does, over ${Math.ceil(asked / 10)} programs`,
  { timeout },
  async (threads) => {
    const one = await wasmTarget("portable", { threads: 1 });
    const several = await wasmTarget("portable", { threads, eager: true });
    expect([one.threads, several.threads]).toEqual([1, threads]);
    await ask(
      Math.ceil(asked / 10),
      fc.asyncProperty(tapes, async (drawn) => {
        const program = writeProgram(drawn);
        await showing(program, async () => {
          const expected = await runOn(one, program.module, program.values, 3);
          requireSameResults(await runOn(several, program.module, program.values, 3), expected);
        });
      }),
    );
  },
);

/** The roots, every operation a program of its own. */
async function oneByOne(target: Target, { module, values }: Program): Promise<Data[]> {
  const known = new Map<Node, Data>();
  module.inputs.forEach((node, i) => known.set(node, values.inputs[i]!));
  module.states.forEach(({ current }, i) => known.set(current, values.states[i]!));
  const roots = rootsOf(module);
  for (const node of topological(roots)) {
    if (known.has(node)) continue;
    const operands = [...new Set(node.inputs)];
    const inputs = operands.map(({ shape, dtype }) => build.input("x", shape, dtype));
    const alone = record(
      node.op,
      node.inputs.map((input) => inputs[operands.indexOf(input)]!),
      node.attributes,
    );
    const { outputs } = await runOn(target, moduleOf({ inputs, outputs: [alone] }), {
      inputs: operands.map((operand) => known.get(operand)!),
    });
    known.set(node, outputs[0]!);
  }
  return roots.map((root) => known.get(root)!);
}

test(`recomputed gradients have the bits of kept ones, over ${asked >> 3} smooth programs`, { timeout }, async () => {
  const k = numberScalars("fused");
  await ask(
    asked >> 3,
    fc.asyncProperty(tapes, async (drawn) => {
      const [kept, again] = [undefined, inRegion].map((around) => {
        const { scalar, bound } = writeSmoothProgram(drawn, around);
        const inputs = [...bound.keys()].filter(({ dtype }) => dtype === "float64");
        const roots = gradient(scalar, build.constant(1, [], "float64"), inputs).filter((g) => g !== null);
        return [roots, simplify(roots)].map((nodes) => {
          verify(nodes);
          const values = interpret(nodes, bound, k);
          return nodes.map((node) => values.get(node)!);
        });
      });
      requireSameBits(again![0]!, kept![0]!, "gradients");
      requireSameBits(again![1]!, kept![0]!, "simplified gradients");
    }),
  );
});

test(`float64 gradients are the finite differences, over ${asked >> 3} smooth programs`, { timeout }, async () => {
  const k = numberScalars("fused");
  await ask(
    asked >> 3,
    fc.asyncProperty(tapes, async (drawn) => {
      const { scalar, bound } = writeSmoothProgram(drawn);
      const inputs = [...bound.keys()].filter(({ dtype }) => dtype === "float64");
      const gradients = gradient(scalar, build.constant(1, [], "float64"), inputs);
      const found = interpret(
        gradients.filter((g) => g !== null),
        bound,
        k,
      );
      // Along one random direction: the difference of the scalar is the product of gradient and direction.
      const stream = new RandomStream(drawn.seed, "direction");
      const directions = inputs.map(({ shape }) =>
        Float64Array.from({ length: sizeOf(shape) }, () => stream.nextNormal()),
      );
      const at = (step: number): number => {
        const moved = new Map(bound);
        inputs.forEach((node, i) => {
          moved.set(
            node,
            (bound.get(node) as Float64Array).map((x, j) => x + step * directions[i]![j]!),
          );
        });
        return interpret([scalar], moved, k).get(scalar)![0]!;
      };
      let derived = 0;
      let scale = 1;
      gradients.forEach((g, i) => {
        if (!g) return;
        directions[i]!.forEach((d, j) => {
          const term = d * found.get(g)![j]!;
          derived += term;
          scale += Math.abs(term);
        });
      });
      // Fourth-order differences: coarse steps suffer from curvature, fine ones from rounding, and a wrong gradient from all.
      const measured = [1e-3, 1e-4, 1e-5, 1e-6].map(
        (h) => (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h),
      );
      if (!measured.some((value) => Math.abs(value - derived) <= 1e-6 * scale)) {
        const program = toTypeScript(moduleOf({ inputs: [...bound.keys()], outputs: [scalar] }));
        throw new Error(`measured ${measured.join(", ")}, derived ${derived}\n${program}`);
      }
    }),
  );
});
