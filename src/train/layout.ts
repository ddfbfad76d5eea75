/**
 * How a data set lies in a target's memory: inputs as they are stored (uint8 stays uint8, a quarter of the memory), targets
 * beside them. Programs gather their batches from there and turn stored into model values on the way.
 */

import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import type { Setting } from "../data/augment/augmentation.ts";
import type { Dataset } from "../data/dataset.ts";
import { build } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import type { Network } from "../network/network.ts";
import type { TargetBuffer } from "../targets/target.ts";
import type { Holdings } from "./holdings.ts";

/** What a program must know of the data it reads, to be compiled. */
export interface Layout {
  readonly examples: number;
  readonly inputShape: Shape;
  readonly inputDType: "uint8" | "float32";
  /** Model value = stored value · multiply + add. */
  readonly multiply: number;
  readonly add: number;
  /** Class indices: `[]` of int32; else values of this shape. */
  readonly targetShape: Shape;
  readonly targetDType: "int32" | "float32";
}

export function layoutOf(dataset: Dataset): Layout {
  return {
    examples: dataset.length,
    inputShape: dataset.inputShape,
    inputDType: dataset.inputs instanceof Uint8Array ? "uint8" : "float32",
    multiply: dataset.scale.multiply,
    add: dataset.scale.add,
    targetShape: dataset.targetShape,
    targetDType: dataset.targets instanceof Int32Array ? "int32" : "float32",
  };
}

/** What augmentations must know of network and data. */
export function settingOf({ outputShape }: Network, { inputShape, targetDType, add }: Layout): Setting {
  return { inputShape, outputShape, labels: targetDType === "int32", background: add };
}

/** The input nodes that a program's data is bound to. */
export interface DataNodes {
  readonly inputs: Node;
  readonly targets: Node;
}

export function dataNodes(layout: Layout): DataNodes {
  const { examples, inputShape, inputDType, targetShape, targetDType } = layout;
  return {
    inputs: build.input("inputs", [examples, ...inputShape], inputDType),
    targets: build.input("targets", [examples, ...targetShape], targetDType),
  };
}

/** A batch as the network and the loss take it. */
export interface Batch {
  /** `[batch, ...in]`, model values. */
  readonly x: Node;
  /** `[batch]` labels or `[batch, ...targetShape]` values. */
  readonly target: Node;
}

/** The examples at `indices`, int32 `[batch]`, as model values of `dtype`. */
export function gatherBatch(layout: Layout, data: DataNodes, indices: Node, dtype: DType): Batch {
  const stored = build.gather(data.inputs, indices);
  const target = build.gather(data.targets, indices);
  return {
    x: affine(build.cast(stored, dtype), layout),
    target: target.dtype === "int32" ? target : build.cast(target, dtype),
  };
}

/** In the same two roundings in which a data set computes its `input(i)`. */
function affine(x: Node, { multiply, add }: Layout): Node {
  const constant = (value: number): Node => build.constant(Math.fround(value), x.shape, x.dtype);
  const scaled = multiply === 1 ? x : build.mul(x, constant(multiply));
  return add === 0 ? scaled : build.add(scaled, constant(add));
}

/** A data set in a target's memory. */
export interface Resident {
  readonly inputs: TargetBuffer;
  readonly targets: TargetBuffer;
}

export async function placeData(dataset: Dataset, holdings: Holdings): Promise<Resident> {
  return { inputs: await holdings.show(dataset.inputs), targets: await holdings.show(dataset.targets) };
}
