/**
 * Proves the losses: values of the lecture, values and gradients of PyTorch, labels against one-hot rows, mean against sum, losses of
 * one's own, and every sentence for what does not fit.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { relu } from "../network/layers/activations.ts";
import { dense } from "../network/layers/dense.ts";
import { softmax as softmaxLayer } from "../network/layers/softmax.ts";
import { network } from "../network/network.ts";
import { ones, tensor, zeros } from "../tensor/create.ts";
import { grad } from "../tensor/grad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { asLoss, checkLoss, type Loss, reduceLoss } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { parseLoss } from "./strings.ts";

interface Golden {
  readonly outputs: number[][];
  readonly labels: number[];
  readonly soft: number[][];
  readonly cases: Readonly<Record<string, { readonly value: number; readonly gradient: number[][] }>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/losses.json", import.meta.url), "utf8")) as Golden;
const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

function total(loss: Loss, output: Tensor, target: Tensor): Promise<number> {
  return reduceLoss(loss, loss.perExample(output, target)).item();
}

describe("as PyTorch", () => {
  test.each(Object.entries(golden.cases))("%s", async (name, { value, gradient }) => {
    const [text, kind, reduction] = name.split(" ") as [string, "labels" | "soft", "mean" | "sum"];
    const own = parseLoss(
      text.includes("(") ? text.replace(")", `, reduction=${reduction})`) : `${text}(reduction=${reduction})`,
    );
    const target = kind === "labels" ? labels(...golden.labels) : tensor(golden.soft, { dtype: "float64" });
    const outputs: Tensor = tensor(golden.outputs, { dtype: "float64" });
    expect(await total(own, outputs, target)).toBeCloseTo(value, 9);
    const found = await grad((x: Tensor) => reduceLoss(own, own.perExample(x, target)))(outputs).data();
    gradient.flat().forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 12));
  });
});

describe("crossEntropy", () => {
  test("p(true) = 0.7 costs 0.356675, guessing among ten costs ln 10", async () => {
    const certain = tensor([[0.7, 0.2, 0.1]]).log();
    expect(await total(crossEntropy(), certain, labels(0))).toBeCloseTo(0.356675, 6);
    expect(await total(crossEntropy(), zeros([1, 10]), labels(3))).toBeCloseTo(Math.LN10, 6);
  });

  test("labels and their one-hot rows agree to the bit", async () => {
    const output = tensor([
      [3, 1, -3],
      [0.5, 0.25, 8],
      [-1e4, 0, 1e4],
    ]);
    const rows = tensor([
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    const byLabel = await crossEntropy()
      .perExample(output, labels(2, 0, 2))
      .data();
    expect(await crossEntropy().perExample(output, rows).data()).toEqual(byLabel);
  });

  test("the gradient is softmax − target", async () => {
    const slope = grad((z: Tensor) => crossEntropy().perExample(z, labels(0)).sum())(tensor([[3, 1, -3]]));
    const expected = [0.878878242732 - 1, 0.118943235911, 0.002178521357];
    (await slope.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  test("infinite logits of other classes cost nothing and have gradient 0", async () => {
    const output = tensor([[0, -Infinity]]);
    expect(await total(crossEntropy(), output, labels(0))).toBe(0);
    expect(await total(crossEntropy(), output, tensor([[1, 0]]))).toBe(0);
    const slope = grad((z: Tensor) => crossEntropy().perExample(z, labels(0)).sum())(output);
    expect(await slope.array()).toEqual([[0, 0]]);
  });
});

describe("meanSquaredError", () => {
  test("mean over outputs and examples; sum over both", async () => {
    const [output, target] = [
      tensor([
        [1, 2],
        [3, 5],
      ]),
      tensor([
        [0, 2],
        [1, 1],
      ]),
    ];
    expect(await total(meanSquaredError(), output, target)).toBe((1 + 0 + 4 + 16) / 4);
    expect(await total(meanSquaredError({ reduction: "sum" }), output, target)).toBe(21);
    expect(await meanSquaredError().perExample(output, target).array()).toEqual([0.5, 10]);
  });

  test("outputs of any shape; labels become one-hot rows", async () => {
    expect(await total(meanSquaredError(), ones([2, 3, 4]), zeros([2, 3, 4]))).toBe(1);
    expect(await total(meanSquaredError(), zeros([3]), ones([3]))).toBe(1);
    expect(await total(meanSquaredError({ reduction: "sum" }), tensor([[0.5, 0.5]]), labels(1))).toBe(0.5);
  });
});

describe("label smoothing", () => {
  test("labels and their one-hot rows agree to the bit", async () => {
    const smoothed = crossEntropy({ labelSmoothing: 0.1 });
    const output = tensor([
      [3, 1, -3],
      [0.5, 0.25, 8],
    ]);
    const rows = tensor([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    const byLabel = await smoothed.perExample(output, labels(2, 0)).data();
    expect(await smoothed.perExample(output, rows).data()).toEqual(byLabel);
  });

  test("out of range is refused", () => {
    for (const labelSmoothing of [1, -0.1, Number.NaN]) {
      expect(() => crossEntropy({ labelSmoothing })).toThrow(
        `crossEntropy: labelSmoothing must be in [0, 1); got ${labelSmoothing}. Write 0.1, for example.`,
      );
    }
    expect(() => crossEntropy({ labelSmoothing: "0.1" as never })).toThrow(
      'labelSmoothing must be in [0, 1); got "0.1".',
    );
  });
});

describe("strings", () => {
  test.each(["crossEntropy", "crossEntropy(reduction=sum, labelSmoothing=0.1)", "meanSquaredError(reduction=sum)"])(
    "%s is printed as it is read",
    (text) => {
      expect(parseLoss(text).print()).toBe(text);
    },
  );

  test("refusals", () => {
    expect(() => parseLoss("crossEntropi")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: loss: unknown loss "crossEntropi" at character 1 of "crossEntropi". Did you mean crossEntropy?]`,
    );
    expect(() => parseLoss("meanSquaredError(reduction=median)")).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: meanSquaredError: reduction must be "mean" or "sum"; got "median".]`,
    );
    expect(() => parseLoss("crossEntropy(labelSmoothing=true)")).toThrowErrorMatchingInlineSnapshot(
      `[GradusError: loss: crossEntropy: labelSmoothing must be a number at character 14 of "crossEntropy(labelSmoothing=true)". Write crossEntropy(reduction=…, labelSmoothing=…).]`,
    );
  });
});

test("printing", () => {
  expect(crossEntropy().print()).toBe("crossEntropy");
  expect(meanSquaredError({ reduction: "sum" }).print()).toBe("meanSquaredError(reduction=sum)");
});

describe("losses of one's own", () => {
  test("a function that gives a number per example", async () => {
    const absolute = asLoss(function absolute(output, target) {
      return output.sub(target).abs().sum(1);
    });
    expect([absolute.name, absolute.reduction, absolute.print()]).toEqual(["absolute", "mean", "absolute"]);
    expect(await total(absolute, tensor([[1], [5]]), tensor([[0], [2]]))).toBe(2);
    expect(asLoss(crossEntropy()).name).toBe("crossEntropy");
    expect(asLoss((output) => output.sum(1)).name).toBe("loss");
  });

  test("are told when they reduce too much or too little", () => {
    const over = (f: (x: Tensor) => Tensor) => () => asLoss(f).perExample(ones([4, 2]), zeros([4, 2]));
    expect(over((x) => x.sum())).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: loss: must give one number per example, [4]; got []. Reduce over every axis but the first.]`,
    );
    expect(over((x) => x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: loss: must give one number per example, [4]; got [4, 2]. Reduce over every axis but the first.]`,
    );
  });
});

describe("what does not fit", () => {
  test("outputs and targets", () => {
    const call = (loss: Loss, output: Tensor, target: Tensor) => () => loss.perExample(output, target);
    const [ce, mse] = [crossEntropy(), meanSquaredError()];
    expect(call(ce, ones([3]), labels(0, 0, 0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: needs logits [batch, classes]; got [3]. End the network with dense(classes).]`,
    );
    expect(call(ce, ones([3, 2]), labels(0, 0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: needs int32 labels [3] or float32 targets [3, 2], like the outputs; got int32 [2]. Check the number of outputs against the data's targets.]`,
    );
    expect(call(ce, ones([3, 2]), ones([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: needs int32 labels [3] or float32 targets [3, 2], like the outputs; got float32 [3]. Check the number of outputs against the data's targets.]`,
    );
    expect(call(ce, ones([3, 2]), ones([3, 4]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: needs int32 labels [3] or float32 targets [3, 2], like the outputs; got float32 [3, 4]. Check the number of outputs against the data's targets.]`,
    );
    expect(
      call(
        ce,
        ones([2, 2]),
        tensor(
          [
            [1, 0],
            [0, 1],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: crossEntropy: targets in the outputs' shape need the outputs' dtype float32; got int32 [2, 2]. Cast them.]`,
    );
    expect(call(mse, ones([3, 2]), ones([3, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: meanSquaredError: needs int32 labels [3] or float32 targets [3, 2], like the outputs; got float32 [3, 1]. Check the number of outputs against the data's targets.]`,
    );
    expect(call(mse, ones([3, 2, 2]), labels(0, 1, 0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: meanSquaredError: class labels need outputs [batch, classes] with at least two classes; got [3, 2, 2]. End with dense(classes).]`,
    );
    expect(() => crossEntropy({ reduction: "median" as never })).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: crossEntropy: reduction must be "mean" or "sum"; got "median".]`,
    );
  });

  test("softmax before crossEntropy", () => {
    const probabilities = network([4], dense(3), relu(), dense(2), softmaxLayer());
    expect(() => checkLoss(probabilities as never, crossEntropy())).toThrowErrorMatchingInlineSnapshot(
      `[TrainingError: crossEntropy: needs logits and applies softmax itself; got probabilities from softmax at layer 3. Remove that layer; net.classify() adds softmax where probabilities are wanted.]`,
    );
    expect(() => checkLoss(probabilities as never, meanSquaredError())).not.toThrow();
    expect(() => checkLoss(network([4], softmaxLayer(), dense(2)) as never, crossEntropy())).not.toThrow();
  });
});
