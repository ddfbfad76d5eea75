/**
 * Proves the short form of the MNIST example: 6,000 digits, two passes, at least 91 % of the 10,000 test digits. The full form, three
 * passes over 60,000 with a target of 97.5 %, is `npm run examples -- mnist`.
 */

import { expect, test } from "vitest";
import { has } from "./data.ts";
import { learnMnist } from "./mnist.ts";

test.skipIf(!has("mnist"))("a tenth of the digits", async () => {
  expect(await learnMnist({ epochs: 2, examples: 6000 })).toBeGreaterThanOrEqual(0.91);
});
