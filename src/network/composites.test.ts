/** Proves layers made of layers: what they compute, how their state is called, where their errors are, how they print and are read. */

import { describe, expect, expectTypeOf, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { meanSquaredError } from "../loss/mean-squared-error.ts";
import { sgd } from "../optimizer/sgd.ts";
import { ones } from "../tensor/create.ts";
import { train } from "../train/train.ts";
import { constant } from "./initializers.ts";
import { type Layer, layer } from "./layer.ts";
import { relu, tanh } from "./layers/activations.ts";
import { dense } from "./layers/dense.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { parallel } from "./layers/parallel.ts";
import { reshape } from "./layers/reshape.ts";
import { residual } from "./layers/residual.ts";
import { sequential } from "./layers/sequential.ts";
import { softmax } from "./layers/softmax.ts";
import { decodeModel, encodeModel } from "./model.ts";
import { Network, network } from "./network.ts";

/** Multiplies by a number, with a weight. */
const times = (units: number, factor: number) => dense(units, { bias: false, initializer: constant(factor) });

describe("values", () => {
  test("residual: y = body(x) + x, or + shortcut(x)", async () => {
    expect(
      await network([1], residual(times(1, 3), relu()))
        .initialize()
        .predict([[2], [-2]]),
    ).toEqual([[8], [-2]]);
    const projected = network([2], residual({ body: [times(3, 1)], shortcut: [times(3, 10)] })).initialize();
    expect(await projected.predict([1, 2])).toEqual([33, 33, 33]);
    expect(
      await network([1], residual({ body: [times(1, 3)] }))
        .initialize()
        .predict([2]),
    ).toEqual([8]);
  });

  test("parallel: concatenated along the last axis, or added", async () => {
    const branches = [[times(2, 1)], [times(1, 10), relu()], []] as const;
    expect(
      await network([1], parallel(...branches))
        .initialize()
        .predict([3]),
    ).toEqual([3, 3, 30, 3]);
    const rows = network([2, 1], parallel([], [relu()])).initialize();
    expect(await rows.predict([[1], [-2]])).toEqual([
      [1, 1],
      [-2, 0],
    ]);
    const added = network([1], parallel([times(1, 2)], [times(1, 10)], [], { merge: "add" })).initialize();
    expect(await added.predict([3])).toEqual([39]);
  });

  test("sequential: as its layers alone, but for their names", async () => {
    const nested = network([2], sequential(dense(3), sequential(tanh())), sequential(), dense(1)).initialize();
    const flat = network([2], dense(3), tanh(), dense(1)).initialize();
    flat.setParameters(new Map([...nested.parameters].map(([name, value]) => [name.replace("0.0", "0"), value])));
    expect(await nested.predict([1, 2])).toEqual(await flat.predict([1, 2]));
  });
});

describe("state", () => {
  const net = () =>
    network(
      [4],
      dense(4),
      residual({ body: [dense(4), parallel([dense(1)], [dense(3, { bias: false })])], shortcut: [dense(4)] }),
    );

  test("names follow the nesting, each layer before the next", () => {
    expect(net().parameterSpecs.map(({ name }) => name)).toEqual([
      "0.weight",
      "0.bias",
      "1.body.0.weight",
      "1.body.0.bias",
      "1.body.1.0.0.weight",
      "1.body.1.0.0.bias",
      "1.body.1.1.0.weight",
      "1.shortcut.0.weight",
      "1.shortcut.0.bias",
    ]);
    expect(net().parameterCount).toBe(20 + 20 + 5 + 12 + 20);
  });

  test("comes back from a saved model", async () => {
    const trained = net().initialize({ seed: 3 });
    const again = decodeModel(await encodeModel(trained as never));
    expect(again.toString()).toBe(
      "dense(4) residual(dense(4) parallel([dense(1)], [dense(3, bias=false)]), shortcut=dense(4))",
    );
    expect(await again.predict([1, 2, 3, 4])).toEqual(await trained.predict([1, 2, 3, 4]));
  });

  test("random numbers differ from place to place", () => {
    const noisy = network([8], residual(dropout(0.5)), residual(dropout(0.5)));
    const asked: string[] = [];
    const key = (purpose: string) => {
      asked.push(purpose);
      return { key0: ones([], { dtype: "uint32" }), key1: ones([], { dtype: "uint32" }) };
    };
    const random = { key, stream: ones([], { dtype: "uint32" }) };
    noisy.apply(new Map(), ones([1, 8]), { training: true, random });
    expect(asked).toEqual(["dropout/0.body.0", "dropout/1.body.0"]);
  });
});

describe("a pass", () => {
  test("is watched from the inside out", () => {
    const net = network([2], residual(dense(2), relu()), parallel([tanh()])).initialize();
    const seen: string[] = [];
    net.apply(net.state, ones([1, 2]), { training: false, random: null, observe: ({ path }) => seen.push(path) });
    expect(seen).toEqual(["0.body.0", "0.body.1", "0.body", "0.shortcut", "0", "1.0.0", "1.0", "1"]);
  });

  test("that is not finite inside of a layer names the innermost", async () => {
    const data = fromArrays({ inputs: [[1e30, 1e30]], targets: [[0, 0]], inputShape: [2] });
    const net = network([2], residual(times(2, 1e20)));
    const options = { loss: meanSquaredError(), optimizer: sgd(), epochs: 1 };
    await expect(train(net, data, options)).rejects.toThrow(
      "train: the output of dense(2) at layer 0.body.0 is not finite at step 1",
    );
  });

  test("learns through both branches", async () => {
    const data = fromArrays({ inputs: [[1], [2]], targets: [[5], [10]], inputShape: [1] });
    const net = network([1], residual(times(1, 0)));
    await train(net, data, { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.1 }), epochs: 50 });
    expect((await net.state.get("0.body.0.weight")!.data())[0]).toBeCloseTo(4, 3);
  });
});

test("softmax at the end of a list inside is seen by the loss", async () => {
  const net = network([2], sequential(dense(2), sequential(softmax())), sequential());
  const data = fromArrays({ inputs: [[1, 2]], targets: [0], inputShape: [2], classes: ["a", "b"] });
  await expect(train(net, data, { loss: crossEntropy(), optimizer: sgd() })).rejects.toThrow(
    /softmax at layer 0\.1\.0/,
  );
});

describe("shapes as types", () => {
  test("go through layers made of layers", () => {
    const units: number = 3;
    const layers: Layer[] = [dense(3)];
    expectTypeOf(network([8], residual(dense(4), relu(), dense(8)))).toEqualTypeOf<Network<[8], [8]>>();
    expectTypeOf(network([8], residual({ body: [dense(4)], shortcut: [dense(4)] }), dense(2))).toEqualTypeOf<
      Network<[8], [2]>
    >();
    expectTypeOf(network([8], parallel([dense(4)], [dense(5), relu()], []))).toEqualTypeOf<Network<[8], [17]>>();
    expectTypeOf(network([8], parallel([dense(4)], [dense(4)], { merge: "add" }))).toEqualTypeOf<Network<[8], [4]>>();
    expectTypeOf(network([2, 3, 4], parallel([], []))).toEqualTypeOf<Network<[2, 3, 4], [2, 3, 8]>>();
    expectTypeOf(network([4, 4], sequential(flatten(), dense(2)), sequential())).toEqualTypeOf<Network<[4, 4], [2]>>();
    expectTypeOf(network([8], residual(dense(4), residual(relu()), dense(8)))).toEqualTypeOf<Network<[8], [8]>>();
    expectTypeOf(network([8], parallel([dense(units)], [dense(2)]))).toEqualTypeOf<Network<[8], [number]>>();
    expectTypeOf(network([3], residual(...layers), dense(5))).toEqualTypeOf<Network<[3], [5]>>();
    expectTypeOf(network([3], sequential(...layers))).toEqualTypeOf<Network<[3], readonly number[]>>();
  });
});

describe("what does not fit", () => {
  const sentences: [string, () => unknown][] = [
    [
      "residual at layer 1: needs body and shortcut of one shape; the body gives [4], the shortcut [8]. " +
        "Change the body, or project the shortcut: residual({ body: […], shortcut: […] }).",
      // @ts-expect-error
      () => network([8], relu(), residual(dense(4))),
    ],
    [
      "dense(3) at layer 1.body.1: needs a flat input [n]; got [2, 4]. Add flatten() before it.",
      // @ts-expect-error
      () => network([8], relu(), residual(reshape([2, 4]), dense(3))),
    ],
    [
      "dense(3) at layer 0.shortcut.0: needs a flat input [n]; got [2, 4]. Add flatten() before it.",
      // @ts-expect-error
      () => network([2, 4], residual({ body: [flatten(), dense(3)], shortcut: [dense(3)] })),
    ],
    [
      "dense(4) at layer 0.1.1.body.0: needs a flat input [n]; got [2, 4]. Add flatten() before it.",
      // @ts-expect-error
      () => network([8], parallel([relu()], [reshape([2, 4]), residual(dense(4))])),
    ],
    [
      "parallel at layer 0: needs branches of one shape, to add them; branch 0 gives [3], branch 2 [4]. Change one of them.",
      // @ts-expect-error
      () => network([8], parallel([dense(3)], [dense(3)], [dense(4)], { merge: "add" })),
    ],
    [
      "parallel at layer 0: needs branches that agree in all axes but the last, to concatenate them there; " +
        "branch 0 gives [8], branch 1 [2, 4]. Change one of them.",
      // @ts-expect-error
      () => network([8], parallel([], [reshape([2, 4])])),
    ],
    [
      "parallel at layer 0: needs branches that agree in all axes but the last, to concatenate them there; " +
        "branch 0 gives [4, 2], branch 1 [2, 4]. Change one of them.",
      // @ts-expect-error
      () => network([8], parallel([reshape([4, 2])], [reshape([2, 4])])),
    ],
    [
      "parallel at layer 0: needs branches that agree in all axes but the last, to concatenate them there; " +
        "branch 0 gives [], branch 1 []. Change one of them.",
      // @ts-expect-error
      () => network([], parallel([], [])),
    ],
    [
      "dense(1) at layer 0.0.0: needs a flat input [n]; got [2, 2]. Add flatten() before it.",
      // @ts-expect-error
      () => network([2, 2], sequential(sequential(dense(1)))),
    ],
  ];
  test.each(sentences)("%s", (sentence, build) => {
    expect(build).toThrow(expect.objectContaining({ name: "ShapeError", message: sentence }));
  });

  test("arguments of another kind", () => {
    const wrong = { residual, parallel } as unknown as Record<string, (...given: unknown[]) => Layer>;
    expect(() => wrong.residual!()).toThrow(
      "residual: needs layers for its body, and a list for a shortcut; the body is []. " +
        "Write residual(dense(64), relu()) or residual({ body: [dense(64)], shortcut: [] }).",
    );
    expect(() => wrong.residual!({ body: relu() })).toThrow("the body is an object");
    expect(() => wrong.residual!({ body: [relu()], shortcut: relu() })).toThrow("the shortcut is an object");
    expect(() => new Network([2], [wrong.residual!([relu()])])).toThrow(
      "network: layer 0.body.0 must be a layer; got a list.",
    );
    expect(() => wrong.parallel!()).toThrow(
      'parallel: needs lists of layers, and merge "add" or "concat"; branches are []. ' +
        'Write parallel([dense(4)], [dense(8), relu()], { merge: "concat" }).',
    );
    expect(() => wrong.parallel!(relu(), relu())).toThrow(/branches are (a list|\[)/);
    expect(() => wrong.parallel!([relu()], { merge: "multiply" })).toThrow('merge is "multiply"');
  });

  test("names that would be two things", () => {
    const spec = { name: "inner.weight", shape: [2], kind: "weight", initializer: constant(0) } as const;
    const inner = layer({
      name: "inner",
      shape: (x) => x,
      parameters: () => [{ ...spec, name: "weight" }],
      apply: (x) => x,
    });
    const outer = layer({
      name: "outer",
      shape: (input, part) => part("inner", inner, input),
      parameters: () => [spec],
      apply: (x, _, { part }) => part("inner", x),
    });
    expect(() => network([2], outer)).toThrow(
      "network: two parameters or buffers are called 0.inner.weight. Give each its own.",
    );
  });

  test("a part that no rule has placed", () => {
    const forgetful = layer({
      name: "forgetful",
      shape: (input) => input,
      apply: (x, _, { part }) => part("inner", x),
    });
    expect(() =>
      network([2], forgetful)
        .initialize()
        .forward(ones([1, 2])),
    ).toThrow(
      "forgetful at layer 0: asks for its part inner, which its shape rule has not placed. Call part(name, layer, shape) there.",
    );
  });
});

test("a layer of one's own made of layers", async () => {
  const gated = (units: number): Layer => {
    const [value, gate] = [times(units, 2), sequential(times(units, 1), relu())];
    return layer({
      name: "gated",
      arguments: [units],
      shape: (input, part) => {
        part("gate", gate, input);
        return part("value", value, input);
      },
      parameters: () => [{ name: "scale", shape: [units], kind: "weight", initializer: constant(0.5) }],
      apply: (x, { scale }, { part }) => part("value", x).mul(part("gate", x)).mul(scale!),
    });
  };
  const net = network([3], gated(2)).initialize();
  expect([...net.state.keys()]).toEqual(["0.scale", "0.gate.0.weight", "0.value.weight"]);
  expect(gated(2).shape([3])).toEqual([2]);
  expect(await net.predict([1, 2, 3])).toEqual([36, 36]);
});

test("the summary shows what is inside", () => {
  const net = network(
    [4],
    dense(4),
    residual({ body: [dense(4), parallel([dense(1)], [relu(), dense(3)])], shortcut: [dense(4)] }),
    residual(dense(4)),
    sequential(dense(2), relu()),
  );
  expect(net.summary()).toMatchInlineSnapshot(`
    "              layer         output  parameters
                  input         [4]
               0  dense(4)      [4]             20  weight [4, 4], bias [4]
               1  residual      [4]
        1.body.0    dense(4)    [4]             20  weight [4, 4], bias [4]
        1.body.1    parallel    [4]
    1.body.1.0.0      dense(1)  [1]              5  weight [1, 4], bias [1]
    1.body.1.1.0      relu      [4]              0
    1.body.1.1.1      dense(3)  [3]             15  weight [3, 4], bias [3]
    1.shortcut.0    dense(4)    [4]             20  weight [4, 4], bias [4]
               2  residual      [4]
        2.body.0    dense(4)    [4]             20  weight [4, 4], bias [4]
               3  sequential    [2]
             3.0    dense(2)    [2]             10  weight [2, 4], bias [2]
             3.1    relu        [2]              0

    110 parameters, 440 bytes in float32"
  `);
});
