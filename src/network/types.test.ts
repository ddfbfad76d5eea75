/**
 * Proves that networks' shapes are types: exact where dimensions are literals, `number` where they are not, and the sentence of
 * the run time where a layer does not fit. The expectations are checked by tsc (`npm run types`).
 */

import { describe, expect, expectTypeOf, test } from "vitest";
import { ones } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Layer, layer, type ShapeRule } from "./layer.ts";
import { leakyRelu, relu, sigmoid, tanh } from "./layers/activations.ts";
import { dense } from "./layers/dense.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { reshape } from "./layers/reshape.ts";
import { softmax } from "./layers/softmax.ts";
import { Network, network } from "./network.ts";

describe("shapes", () => {
  test("literal dimensions", () => {
    const net = network([16, 16], flatten(), dense(128), relu(), dropout(0.5), leakyRelu(), dense(10), softmax());
    expectTypeOf(net).toEqualTypeOf<Network<[16, 16], [10]>>();
    expect(net.outputShape).toEqual([10]);
    expectTypeOf(network([28, 28, 64], flatten())).toEqualTypeOf<Network<[28, 28, 64], [50176]>>();
    expectTypeOf(network([6], reshape([2, 3]))).toEqualTypeOf<Network<[6], [2, 3]>>();
    expectTypeOf(network([6])).toEqualTypeOf<Network<[6], [6]>>();
  });

  test("every network is a Network", () => {
    const net: Network = network([2], dense(1));
    expect(net.inputShape).toEqual([2]);
  });

  test("unknown dimensions, ranks and layers become number and Shape, never any", () => {
    const rows: number = 4;
    const shape: number[] = [16];
    const layers: Layer[] = [flatten(), dense(3)];
    expectTypeOf(network([rows, 4], flatten())).toEqualTypeOf<Network<[number, 4], [number]>>();
    expectTypeOf(network(shape, flatten(), dense(3))).toEqualTypeOf<Network<number[], [3]>>();
    expectTypeOf(network(shape, dense(rows), relu())).toEqualTypeOf<Network<number[], [number]>>();
    expectTypeOf(network([4, 4], ...layers)).toEqualTypeOf<Network<[4, 4], readonly number[]>>();
    expectTypeOf(network([4, 4], flatten(), ...layers)).toEqualTypeOf<Network<[4, 4], readonly number[]>>();
    expectTypeOf(network([4, 4], layers[0]!, dense(3))).toEqualTypeOf<Network<[4, 4], [3]>>();
    expectTypeOf(Network.from([4, 4], "flatten dense(3)")).toEqualTypeOf<Network<[4, 4], readonly number[]>>();
  });

  test("layers of one's own bring their rule", () => {
    interface PairsRule extends ShapeRule {
      readonly title: "pairs";
      readonly out: this["in"] extends readonly [infer N extends number] ? [N, 2] : "needs a flat input [n].";
    }
    const pairs = (): Layer<PairsRule> =>
      layer({ name: "pairs", shape: ([n]) => [n!, 2], apply: (x) => x.expand(2).broadcastTo([...x.shape, 2]) });
    expectTypeOf(network([3], pairs())).toEqualTypeOf<Network<[3], [3, 2]>>();
  });
});

test("a pass keeps the batch", () => {
  const net = network([2, 2], flatten(), dense(3)).initialize();
  const rows: number = 5;
  expect(net.forward(ones([7, 2, 2])).shape).toEqual([7, 3]);
  expectTypeOf(net.forward(ones([7, 2, 2])).shape).toEqualTypeOf<[7, 3]>();
  expectTypeOf(net.forward(ones([rows, 2, 2])).shape).toEqualTypeOf<[number, 3]>();
  expectTypeOf(net.forward(ones([5, 2, 2]) as Tensor).shape).toEqualTypeOf<[number, 3]>();
  expectTypeOf((net as Network).forward(ones([7, 2, 2])).shape).toEqualTypeOf<[7, ...number[]]>();
});

describe("misfits are errors in the editor and at run time", () => {
  test("dense after something that is not flat", () => {
    expect(() => {
      // @ts-expect-error dense(10) at layer 1: needs a flat input [n]; got [7, 7, 64]. Add flatten() before it.
      network([7, 7, 64], relu(), dense(10));
    }).toThrow("dense(10) at layer 1: needs a flat input [n]; got [7, 7, 64]. Add flatten() before it.");
  });

  test("reshape to another number of elements", () => {
    expect(() => {
      // @ts-expect-error
      network([3, 3], reshape([4, 5]));
    }).toThrow("reshape([4, 5]) at layer 0: needs 20 elements; got [3, 3] with 9. Choose a shape with 9 elements.");
  });

  test("softmax of a scalar", () => {
    expect(() => {
      // @ts-expect-error
      network([], softmax());
    }).toThrow("softmax at layer 0: needs an axis to sum along; got []. Reshape the input to [n].");
  });

  test("layers without rules of their own pass on what came before", () => {
    expect(() => {
      // @ts-expect-error dense(1) at layer 5
      network([2, 3], sigmoid(), tanh(), leakyRelu(0.2), dropout(0.1), softmax(), dense(1));
    }).toThrow("dense(1) at layer 5: needs a flat input [n]; got [2, 3]. Add flatten() before it.");
  });

  test("a batch of other examples", () => {
    const net = network([4], dense(3)).initialize();
    // @ts-expect-error network: needs [batch, 4]; got [16, 5]
    expect(() => net.forward(ones([16, 5]))).toThrow("network: needs [batch, 4]; got [16, 5]. The axes after");
    // @ts-expect-error network: needs [batch, 4]; got [4]
    expect(() => net.forward(ones([4]))).toThrow("Put a batch axis in front: x.expand(0).");
  });

  test("what is not a layer", () => {
    // @ts-expect-error
    expect(() => network([3], "dense(3)")).toThrow();
  });
});
