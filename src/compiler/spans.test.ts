/** Proves that a search goes back as far as groups lead that hold nodes from both sides, and no further. */

import { expect, test } from "vitest";
import { build } from "../graph/build.ts";
import { Spans } from "./spans.ts";

test("reaches where the groups begin that lie across, one by way of another", () => {
  const nodes = Array.from({ length: 12 }, (_, i) => build.input(`x${i}`, [], "float32"));
  const [first] = nodes as [(typeof nodes)[0], ...typeof nodes];
  const spans = new Spans();
  const reach = (place: number): number => spans.reachOf([nodes[place]!]) - first.id;
  expect(Array.from(nodes, (_, place) => reach(place))).toEqual([...nodes.keys()]);
  spans.add([nodes[5]!, nodes[3]!, nodes[8]!]);
  expect([2, 3, 4, 8, 9].map(reach)).toEqual([2, 3, 3, 3, 9]);
  spans.add([nodes[1]!, nodes[4]!]);
  spans.add([nodes[9]!]);
  spans.add([nodes[9]!, nodes[10]!]);
  expect([0, 1, 2, 8, 9, 10, 11].map(reach)).toEqual([0, 1, 1, 1, 9, 9, 11]);
  expect(spans.reachOf([nodes[11]!, nodes[10]!]) - first.id).toBe(9);
});
