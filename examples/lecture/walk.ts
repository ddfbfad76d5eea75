/**
 * A walk downhill on a surface over two parameters, by any of the optimizers: a network that is nothing but a point, and a loss that is the
 * height at the point. What `train` does with a million parameters it does here with two, so that its path can be drawn.
 */

import {
  type Initializer,
  type Layer,
  layer,
  Network,
  type Optimizer,
  type Shape,
  type Tensor,
  TrainingError,
  type TrainingEvent,
  train,
} from "gradus";
import { fromArrays } from "gradus/data";

/** Points of the plane, `[points, 2]`. */
export type Points = Tensor<Shape, "float32">;

/** Heights at points: `[points]`. */
export type Height = (points: Points) => Tensor;

export interface Place {
  readonly step: number;
  readonly x: number;
  readonly y: number;
}

export interface WalkOptions {
  readonly from: readonly [number, number];
  readonly optimizer: Optimizer;
  readonly steps: number;
  /** A place is kept after so many steps. Default 1. */
  readonly every?: number;
}

export interface Walk {
  /** From the start on. */
  readonly path: readonly Place[];
  /** The height before each step. */
  readonly heights: readonly number[];
  /** The step at which numbers were no longer finite; null where all went well. */
  readonly lost: number | null;
}

/** Where an optimizer goes. */
export async function walk(height: Height, { from, optimizer, steps, every = 1 }: WalkOptions): Promise<Walk> {
  const net = new Network([1], [point(from)]);
  const data = fromArrays({ inputs: new Float32Array(every), targets: new Float32Array(every), inputShape: [1] });
  const seen: { step: number; position: Promise<ArrayLike<number | boolean>> }[] = [];
  const heights: number[] = [];
  const watch = (event: TrainingEvent): void => {
    if (event.event === "step") heights.push(...event.losses);
    if (event.event === "epoch") seen.push({ step: event.step, position: net.parameters.get("0.position")!.data() });
  };
  const options = { loss: (output: Tensor) => height(output as Points), optimizer, steps, batchSize: 1, seed: 1 };
  let lost: number | null = null;
  try {
    await train(net, data, { ...options, callbacks: [watch] });
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    lost = heights.length + 1;
  }
  const path: Place[] = [{ step: 0, x: from[0], y: from[1] }];
  for (const { step, position } of seen) {
    const [x, y] = (await position) as [number, number];
    path.push({ step, x: x as number, y: y as number });
  }
  return { path, heights, lost };
}

function point(from: readonly [number, number]): Layer {
  const start: Initializer = {
    print: () => "start",
    fill: (into, first) => into.set(from.slice(first, first + into.length)),
  };
  return layer({
    name: "point",
    shape: () => [2],
    parameters: () => [{ name: "position", shape: [2], kind: "weight", initializer: start }],
    apply: (x, { position }) => x.mul(0).add(position!),
  });
}
