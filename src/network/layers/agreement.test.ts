/**
 * Proves on random layer strings that a layer's shape rule and its function agree, that it prints what is read back, and that whatever
 * does not fit, absurd numbers included, is refused by a sentence. Nothing is computed.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { GradusError } from "../../base/errors.ts";
import { zeros } from "../../tensor/create.ts";
import { Network } from "../network.ts";

const small = fc.integer({ min: 1, max: 4 });
const odd = fc.constantFrom(0, -1, 0.5, 1e9, 2 ** 53, 1e300);
const count = fc.oneof({ weight: 20, arbitrary: small }, { weight: 1, arbitrary: odd });
const list = (item: fc.Arbitrary<unknown>) => fc.tuple(item, item).map(([a, b]) => `[${a}, ${b}]`);
const perAxis = fc.oneof(count, list(count)).map(String);
const pad = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 3 }) }, { weight: 1, arbitrary: odd });
const pads = fc.oneof(pad, list(fc.oneof(pad, list(pad)))).map(String);
const padding = fc.oneof(pads, fc.constantFrom("same", "valid", "full"));

/** Some of these options, as a layer string writes them. */
const options = (all: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<string> =>
  fc.record(all, { requiredKeys: [] }).map((chosen) =>
    Object.entries(chosen)
      .map(([name, value]) => `, ${name}=${value}`)
      .join(""),
  );

const sliding = { stride: perAxis, padding, dilation: perAxis, bias: fc.boolean() };
const layers = fc.oneof(
  fc.tuple(count, perAxis, options({ ...sliding, groups: count })).map(([n, k, o]) => `conv2d(${n}, ${k}${o})`),
  fc
    .tuple(count, perAxis, options({ ...sliding, groups: count, outputPadding: pads }))
    .map(([n, k, o]) => `convTranspose2d(${n}, ${k}${o})`),
  fc.tuple(perAxis, options({ ...sliding, multiplier: count })).map(([k, o]) => `depthwiseConv2d(${k}${o})`),
  fc.tuple(count, perAxis, options(sliding)).map(([n, k, o]) => `separableConv2d(${n}, ${k}${o})`),
  fc.tuple(perAxis, options({ stride: perAxis, padding })).map(([k, o]) => `maxPool2d(${k}${o})`),
  fc
    .tuple(perAxis, options({ stride: perAxis, padding, countPadding: fc.boolean() }))
    .map(([k, o]) => `averagePool2d(${k}${o})`),
  list(small).map((size) => `adaptiveAveragePool2d(${size})`),
  list(small).map((size) => `adaptiveMaxPool2d(${size})`),
  fc.tuple(list(small), fc.constantFrom("", ", mode=bilinear", ", mode=cubic")).map(([s, o]) => `upsample2d(${s}${o})`),
  pads.map((size) => `zeroPad2d(${size})`),
  count.map((pieces) => `maxout(${pieces})`),
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }).map((taken) => `takeChannels([${taken.join(", ")}])`),
  fc.tuple(count, count).map(([n, width]) => `embedding(${n}, ${width})`),
  fc.constantFrom("globalAveragePool", "globalMaxPool", "unitBias", "prelu(perChannel=true)", "logSoftmax"),
);
const inputs = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), small);

test("rule and function agree, or a sentence refuses", () => {
  let built = 0;
  fc.assert(
    fc.property(inputs, layers, (input, text) => {
      try {
        const net = Network.from(input, text);
        expect(Network.from(input, net.toString()).outputShape).toEqual(net.outputShape);
        if (net.parameterCount > 1e6 || net.outputShape.some((n) => n > 1000)) return;
        const parameters = net.parameterSpecs.map(({ name, shape }) => [name, zeros(shape)] as const);
        // The network compares what the function gives with what the rule promised.
        net.apply(new Map(parameters), zeros([2, ...input]), { training: false, random: null });
        built++;
      } catch (error) {
        if (!(error instanceof GradusError) || error.name === "InternalError") throw error;
        expect(error.message).not.toContain("its shape rule promises");
      }
    }),
    { numRuns: 1000, seed: 1 },
  );
  expect(built).toBeGreaterThan(400);
});
