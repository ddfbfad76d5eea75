/** Proves that pictures of runs and networks show what is there: every step, each weight at its place, wrong answers and no right ones. */

import { expect, test } from "vitest";
import { fromArrays } from "../../data/from-arrays.ts";
import {
  accuracy,
  adam,
  confusionMatrix,
  conv2d,
  crossEntropy,
  dense,
  flatten,
  maxPool2d,
  network,
  predictClasses,
  relu,
  reshape,
  type TrainingEvent,
  train,
} from "../../index.ts";
import { activationsOf } from "./activations.ts";
import { confusionOf, mistakesOf } from "./answers.ts";
import { curvesOf } from "./curves.ts";
import { weightsOf } from "./weights.ts";

/** Twelve pictures of 4×4: a bar that stands, or lies. */
const bars = fromArrays({
  inputs: Array.from({ length: 12 }, (_, example) =>
    Array.from({ length: 4 }, (_, row) =>
      Array.from({ length: 4 }, (_, column) => ((example % 2 === 0 ? row : column) === example % 4 ? 1 : 0)),
    ),
  ),
  targets: Array.from({ length: 12 }, (_, example) => example % 2),
  classes: ["lies", "stands"],
  inputShape: [4, 4],
});

async function trained(): Promise<TrainingEvent[]> {
  const run = train(network([4, 4], flatten(), dense(2)), bars, {
    loss: crossEntropy(),
    optimizer: adam(),
    epochs: 3,
    batchSize: 5,
    validation: bars,
    metrics: [accuracy()],
  });
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

test("curves show every step's loss and each epoch's scores", async () => {
  const events = await trained();
  const [loss, share] = curvesOf(events);
  const told = events.flatMap((event) => (event.event === "step" ? Array.from(event.losses) : []));
  expect(loss!.series[0]!.points).toEqual(told.map((y, index) => ({ x: index + 1, y })));
  expect(loss!.series[1]!.points.map(({ x }) => x)).toEqual([3, 6, 9]);
  expect(share!.series.map(({ name, points }) => [name, points.length])).toEqual([
    ["training", 3],
    ["validation", 3],
  ]);
  expect(share!.series[1]!.points.map(({ x }) => x)).toEqual([1, 2, 3]);
});

test("a long run is averaged, and losses that are no numbers are left out", () => {
  const losses = Float32Array.from({ length: 1000 }, (_, index) => (index % 10 === 3 ? Number.NaN : 1));
  const [chart] = curvesOf([{ event: "step", step: 1000, losses } as unknown as TrainingEvent]);
  expect(chart!.series[0]!.points).toEqual(
    Array.from({ length: 300 }, (_, index) => ({ x: expect.any(Number), y: index < 300 ? 1 : 0 })),
  );
  expect(curvesOf([])[0]!.series[0]!.points).toEqual([]);
});

test("a dense layer that sees the picture gives an image per neuron", async () => {
  const net = network([4, 4], flatten(), dense(3), relu(), dense(2)).initialize({ seed: 1 });
  const picture = await weightsOf(net);
  const weight = (await net.state.get("1.weight")!.array()) as number[][];
  expect(picture.images.map(({ rows, columns, values }) => [rows, columns, Array.from(values)])).toEqual(
    weight.map((row) => [4, 4, row]),
  );
  expect((await weightsOf(net, "3")).images).toMatchObject([{ rows: 2, columns: 3 }]);
});

test("a convolution gives an image per filter and channel", async () => {
  const net = network([4, 4], reshape([4, 4, 1]), conv2d(2, 3), relu(), flatten(), dense(2)).initialize({ seed: 1 });
  const { images, title } = await weightsOf(net);
  expect(title).toBe("Weights of layer 1, conv2d(2, 3)");
  expect(images.map(({ title: name, rows, columns }) => [name, rows, columns])).toEqual([
    ["0", 3, 3],
    ["1", 3, 3],
  ]);
});

test("layers without weights are refused with those that have some", async () => {
  const net = network([4, 4], flatten(), dense(3), relu()).initialize({ seed: 1 });
  await expect(weightsOf(net, "2")).rejects.toThrow(
    "weightsOf: needs a layer with weights; layer 2 has none. There are 1 dense(3).",
  );
  const without = network([4, 4], flatten()).initialize();
  await expect(weightsOf(without)).rejects.toThrow(
    "weightsOf: needs a layer with weights; the network has none. Give a network with dense or convolutional layers.",
  );
});

test("mistakes are wrong answers, the surest first", async () => {
  const net = network([4, 4], flatten(), dense(2)).initialize({ seed: 4 });
  const answers = await predictClasses(net, bars);
  const wrong = Array.from(answers.keys()).filter((index) => answers[index] !== bars.targets[index]);
  const { title, images } = await mistakesOf(net, bars);
  expect(wrong.length).toBeGreaterThan(1);
  expect(title).toBe(`The surest of ${wrong.length} mistakes`);
  expect(images).toHaveLength(wrong.length);
  const sure = images.map(({ title: caption }) => Number(/, ([\d.]+) %$/.exec(caption!)![1]));
  expect(sure).toEqual(sure.toSorted((a, b) => b - a));
  const { counts } = confusionMatrix(answers, bars.targets, bars.classes!);
  expect(confusionOf({ counts } as never, bars.classes!).values).toEqual(counts);
});

test("pictures of what is no picture are refused", async () => {
  const flat = fromArrays({
    inputs: [
      [1, 2],
      [3, 4],
    ],
    targets: [0, 1],
    inputShape: [2],
  });
  const net = network([2], dense(2)).initialize();
  await expect(mistakesOf(net, flat)).rejects.toThrow(
    "mistakesOf: needs grey pictures, inputs [rows, columns] or [rows, columns, 1]; got [2]. Look at confusionOf or at the numbers.",
  );
});

test("activations are a picture per layer, an image per channel", async () => {
  const layers = [reshape([4, 4, 1]), conv2d(2, 3), relu(), maxPool2d(2), flatten(), dense(2)] as const;
  const net = network([4, 4], ...layers).initialize({ seed: 1 });
  const pictures = await activationsOf(net, bars.input(0));
  expect(pictures.map(({ title, images }) => [title, images.length])).toEqual([
    ["0 reshape([4, 4, 1])", 1],
    ["1 conv2d(2, 3)", 2],
    ["2 relu", 2],
    ["3 maxPool2d(2)", 2],
    ["4 flatten", 1],
    ["5 dense(2)", 1],
  ]);
  expect(Array.from(pictures[0]!.images[0]!.values)).toEqual(Array.from(bars.input(0).data));
  expect(Array.from(pictures[5]!.images[0]!.values).slice(0, 2)).toEqual(await net.predict(bars.input(0)));
  await expect(activationsOf(net, { data: new Float32Array(9), shape: [3, 3] })).rejects.toThrow(
    "network: needs [batch, 4, 4]; got [1, 3, 3].",
  );
});
