/** Proves accuracy and the confusion matrix, and metrics of one's own. */

import { describe, expect, test } from "vitest";
import { ones, tensor } from "../tensor/create.ts";
import { accuracy } from "./accuracy.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { asMetric } from "./metric.ts";

describe("accuracy", () => {
  const outputs = tensor([
    [0.1, 0.9],
    [0.8, 0.2],
    [0.5, 0.5],
  ]);

  test("of labels and of one-hot rows; the first of equal outputs counts", async () => {
    expect(
      await accuracy()
        .perExample(outputs, tensor([1, 1, 0], { dtype: "int32" }))
        .data(),
    ).toEqual(Float32Array.of(1, 0, 1));
    expect(
      await accuracy()
        .perExample(
          outputs,
          tensor([
            [0, 1],
            [0, 1],
            [1, 0],
          ]),
        )
        .array(),
    ).toEqual([1, 0, 1]);
  });

  test("refusals", () => {
    expect(() => accuracy().perExample(ones([3]), ones([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: accuracy: needs outputs [batch, classes] with at least two classes; got [3]. Give a function of your own as metric for other outputs.]`,
    );
    expect(() => accuracy().perExample(ones([3, 1]), ones([3, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: accuracy: needs outputs [batch, classes] with at least two classes; got [3, 1]. Give a function of your own as metric for other outputs.]`,
    );
    expect(() => accuracy().perExample(ones([3, 2]), ones([2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: accuracy: needs int32 labels [3] or float32 targets [3, 2], like the outputs; got float32 [2]. Check the number of outputs against the data's targets.]`,
    );
  });
});

test("metrics of one's own carry their function's name", async () => {
  function worst(output: typeof outputs, target: typeof outputs) {
    return output.sub(target).abs().max(1);
  }
  const outputs = tensor([
    [1, 2],
    [3, 4],
  ]) as import("../tensor/tensor.ts").Tensor;
  const metric = asMetric(worst);
  expect(metric.name).toBe("worst");
  expect(await metric.perExample(outputs, ones([2, 2])).array()).toEqual([1, 3]);
  expect(() => asMetric((x) => x).perExample(outputs, outputs)).toThrow(
    "metric: must give one number per example, [2]",
  );
});

describe("confusionMatrix", () => {
  test("rows are true classes, columns predictions", () => {
    const matrix = confusionMatrix([0, 1, 1, 2], Int32Array.of(0, 1, 0, 2), ["a", "b", "c"]);
    expect(matrix.counts).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect([matrix.total, matrix.accuracy]).toEqual([4, 0.75]);
    expect(`${matrix}`).toBe(["  a b c", "a 1 1 0", "b 0 1 0", "c 0 0 1"].join("\n"));
    expect(confusionMatrix([], [], 2)).toMatchObject({ classes: ["0", "1"], total: 0, accuracy: 0 });
  });

  test("hundreds of classes have a table too", () => {
    expect(`${confusionMatrix([999], [999], 1000)}`.split("\n")).toHaveLength(1001);
  });

  test("refusals", () => {
    for (const classes of [5001, 1e6, -1, 1.5, NaN, Array.from({ length: 60_001 }, String)]) {
      expect(() => confusionMatrix([0], [0], classes)).toThrow(
        "confusionMatrix: needs a number of classes up to 5000; got ",
      );
    }
    expect(() => confusionMatrix([0], [0, 1], 2)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: confusionMatrix: needs as many predictions as labels; got 1 and 2.]`,
    );
    expect(() => confusionMatrix([0], [2], 2)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: confusionMatrix: label 0 must be a class from 0 to 1; got 2.]`,
    );
    expect(() => confusionMatrix([-1], [0], 2)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: confusionMatrix: prediction 0 must be a class from 0 to 1; got -1.]`,
    );
    expect(() => confusionMatrix([0.5], [0], 2)).toThrowErrorMatchingInlineSnapshot(
      `[DataError: confusionMatrix: prediction 0 must be a class from 0 to 1; got 0.5.]`,
    );
  });
});
