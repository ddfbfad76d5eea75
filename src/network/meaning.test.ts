/** Proves that what outputs mean is seen through layers that only hand values on. */

import { expect, test } from "vitest";
import { dense } from "./layers/dense.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { reshape } from "./layers/reshape.ts";
import { softmax } from "./layers/softmax.ts";
import { decidingLayer, givesProbabilities } from "./meaning.ts";
import { network } from "./network.ts";

test("softmax decides behind flatten, reshape and dropout, and classify does not apply it again", async () => {
  const net = network([2], softmax(), reshape([1, 2]), dropout(0.5), flatten()).initialize();
  expect([decidingLayer(net)?.path, givesProbabilities(net)]).toEqual(["0", true]);
  const { confidences } = await net.classify([0, 0]);
  expect(confidences).toEqual([0.5, 0.5]);
  const [first] = (await net.classify([3, 1])).confidences;
  expect(first).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
});

test("other layers do, and softmax along other axes makes no probabilities of classes", () => {
  expect(decidingLayer(network([2], softmax(), dense(2), flatten()))?.path).toBe("1");
  expect(givesProbabilities(network([2, 3], softmax(), flatten()))).toBe(false);
  expect(decidingLayer(network([2, 2], flatten()))).toBeUndefined();
});
