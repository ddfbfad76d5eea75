/**
 * Convolution (cross-correlation, as in all frameworks) over any number of spatial axes, channels last: with stride, padding, both
 * dilations and groups general enough that its two gradients are convolutions again. Padding is skipped, not multiplied.
 */

import { type Shape, showShape, sizeOf } from "../../base/shape.ts";
import type { Builders } from "../build.ts";
import type { Node } from "../node.ts";
import type { ConvolutionOperation, Sample } from "../operation.ts";
import { floats, requireDType, requireSameDType, requireShape } from "./rules.ts";
import { extentOf, type Sliding, slidingSize } from "./spatial.ts";

export interface ConvAttributes {
  /** Per spatial axis, without the kernel's size. */
  readonly axes: readonly Omit<Sliding, "size">[];
  readonly groups: number;
  /** Whether the chain of additions runs through the channels outermost (the weight's gradient) or innermost. */
  readonly channelsFirst: boolean;
}

const axis = (stride: number, low: number, high: number, dilation = 1, base = 1): Omit<Sliding, "size"> => ({
  stride,
  dilation,
  low,
  high,
  base,
});

const sample = (x: Shape, w: Shape, axes: ConvAttributes["axes"], groups = 1, channelsFirst = false): Sample => ({
  inputs: [
    { shape: x, dtype: "float32" },
    { shape: w, dtype: "float32" },
  ],
  attributes: { axes, groups, channelsFirst } satisfies ConvAttributes,
});

/** x `[n, …spatial, in]` or `[n, …spatial, groups, in/groups]`, w `[out, in/groups, …kernel]` → `[n, …positions, out]`. */
export const conv: ConvolutionOperation<ConvAttributes> = {
  name: "conv",
  kind: "convolution",
  infer([x, w], { axes, groups }) {
    requireDType("conv", x!, floats);
    requireSameDType("conv", x!, w!);
    const rank = axes.length + 2;
    const apart = x!.shape.length === rank + 1 && x!.shape.at(-2) === groups;
    requireShape(
      (x!.shape.length === rank || apart) && w!.shape.length === rank,
      "conv",
      `${axes.length} spatial axes need an input [n, …, channels] and a kernel [out, channels, …] of rank ${rank}`,
      `${showShape(x!.shape)} and ${showShape(w!.shape)}`,
      "Give each axis its stride and padding.",
    );
    const channels = sizeOf(x!.shape.slice(1 + axes.length));
    const [out, perGroup] = w!.shape as [number, number];
    requireShape(
      Number.isSafeInteger(groups) && groups >= 1 && perGroup * groups === channels && out % groups === 0,
      "conv",
      `groups must divide the channels: ${channels} inputs and ${out} outputs`,
      `${groups} groups of ${perGroup} channels`,
      "Take a kernel [out, channels / groups, …].",
    );
    const positions = axes.map((sliding, i) =>
      slidingSize("conv", i, x!.shape[1 + i]!, { ...sliding, size: w!.shape[2 + i]! }),
    );
    return { shape: [x!.shape[0]!, ...positions, out], dtype: x!.dtype };
  },
  convolution: (node) => node.attributes,
  gradient: (b, g, node) => [towardsInput(b, g, node), towardsKernel(b, g, node)],
  samples: [
    sample([2, 6, 6, 3], [4, 3, 3, 3], [axis(1, 0, 0), axis(1, 0, 0)]),
    sample([2, 5, 6, 3], [4, 3, 3, 3], [axis(1, 1, 1), axis(2, 1, 1)]),
    sample([1, 7, 7, 4], [6, 2, 3, 2], [axis(2, 1, 0), axis(1, 0, 1)], 2),
    sample([2, 6, 5, 3], [3, 1, 3, 3], [axis(1, 1, 1), axis(1, 1, 1)], 3),
    sample([1, 9, 8, 2], [3, 2, 3, 3], [axis(1, 2, 2, 2), axis(2, 1, 1, 2)]),
    sample([2, 3, 4, 2], [3, 2, 2, 3], [axis(1, 1, 2, 1, 2), axis(1, 2, 2, 1, 3)]),
    sample([2, 4, 5, 3], [2, 3, 3, 2], [axis(1, 1, 1), axis(2, 0, -1, 1, 2)], 1, true),
    sample([2, 4, 5, 2, 3], [6, 3, 3, 2], [axis(1, 1, 1), axis(2, 0, -1, 1, 2)], 2, true),
    sample([3, 11, 2], [5, 2, 4], [axis(3, 2, 1)]),
    sample([1, 3, 4, 3, 2], [3, 2, 2, 2, 2], [axis(1, 0, 0), axis(2, 1, 0), axis(1, 1, 1)]),
    ...[false, true].map((channelsFirst) => ({
      ...sample([1, 3, 3, 150], [3, 150, 3, 3], [axis(1, 1, 1), axis(1, 1, 1)], 1, channelsFirst),
      note: "several chains",
    })),
    sample([2, 3, 1], [1, 1, 1], [axis(1, 0, 0)]),
  ],
};

/** The kernel with input and output channels exchanged (within groups) and every spatial axis reversed. */
export function turned(b: Builders, w: Node, groups: number): Node {
  const [out, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const split = b.reshape(w, [groups, out / groups, perGroup, ...kernel]);
  const exchanged = b.transpose(split, [0, 2, 1, ...kernel.map((_, i) => 3 + i)]);
  const merged = b.reshape(exchanged, [groups * perGroup, out / groups, ...kernel]);
  const zeros = [0, 0];
  return b.slice(merged, [...zeros, ...kernel.map((n) => n - 1)], merged.shape, [1, 1, ...kernel.map(() => -1)]);
}

/** Each input position collects from the outputs it went into: the output, spread by its stride, under the turned kernel. */
function towardsInput(b: Builders, g: Node, { inputs: [x, w], attributes }: Node<ConvAttributes>): Node {
  const axes = attributes.axes.map(({ stride, dilation, low, base }, i) => {
    const [n, positions, size] = [x!.shape[1 + i]!, g.shape[1 + i]!, w!.shape[2 + i]!];
    const before = (size - 1) * dilation - low;
    return axis(base, before, (n - 1) * base + 1 + low - extentOf(positions, stride), dilation, stride);
  });
  const { groups } = attributes;
  return b.reshape(b.conv(g, turned(b, w!, groups), { axes, groups, channelsFirst: false }), x!.shape);
}

/** Examples take the place of channels: the input is correlated with the gradient as kernel. */
function towardsKernel(b: Builders, g: Node, { inputs: [x, w], attributes }: Node<ConvAttributes>): Node {
  const { groups } = attributes;
  const [n, ...spatial] = x!.shape.slice(0, 1 + attributes.axes.length) as [number, ...number[]];
  const [perGroup, ...kernel] = w!.shape.slice(1) as [number, ...number[]];
  const places = spatial.map((_, i) => 1 + i);
  const split = b.reshape(x!, [n, ...spatial, groups, perGroup]);
  const rank = spatial.length;
  const input = b.transpose(split, [rank + 2, ...places, rank + 1, 0]);
  const asKernel = b.transpose(g, [rank + 1, 0, ...places]);
  const axes = attributes.axes.map(({ stride, dilation, low, base }, i) => {
    const extent = extentOf(g.shape[1 + i]!, stride);
    const after = (kernel[i]! - 1) * dilation + extent - low - extentOf(spatial[i]!, base);
    return axis(dilation, low, after, stride, base);
  });
  const result = b.conv(input, asKernel, { axes, groups, channelsFirst: true });
  // [in/groups, …kernel, out] → [out, in/groups, …kernel]
  return b.transpose(result, [rank + 1, 0, ...places]);
}
