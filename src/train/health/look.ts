/**
 * A look at a network in training: one pass forward and backward over some examples, without an update, that measures every layer. It is
 * a program of its own beside the training step, so that steps cost no more for it. Judges nothing.
 */

import { deriveKey } from "../../base/rng.ts";
import type { Dataset } from "../../data/dataset.ts";
import { spreadIndices } from "../../data/draw.ts";
import { build } from "../../graph/build.ts";
import type { Module } from "../../graph/module.ts";
import type { Node } from "../../graph/node.ts";
import { type Loss, reduceLoss } from "../../loss/loss.ts";
import type { ParameterSpec } from "../../network/layer.ts";
import type { Network } from "../../network/network.ts";
import { type PlacedLayer, withParts } from "../../network/placed.ts";
import type { Executable, TargetBuffer } from "../../targets/target.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Closed, close, inTrace, nodeOf, tensorOf } from "../../tensor/trace.ts";
import type { Holdings } from "../holdings.ts";
import { dataNodes, gatherBatch, layoutOf, placeData } from "../layout.ts";
import { gradientsOf, Keys, stateNodes, tensorsOf } from "../step.ts";

/** What a look found at one layer. */
export interface LayerLook {
  /** The layer's place: "2" or "2.body.0". */
  readonly path: string;
  readonly title: string;
  /** `‖∂L/∂W‖` and `‖W‖`, Euclidean norms over the layer's weights; null for a layer without. */
  readonly gradientNorm: number | null;
  readonly weightNorm: number | null;
  /** Share of its units that answer 0 to every example, though their inputs are not all 0; null where inputs are no units of its own. */
  readonly dead: number | null;
  /** Share of its outputs that lie within a hundredth of a bound; null for layers whose outputs have no two bounds. */
  readonly saturated: number | null;
}

/** What is looked at. */
export interface LookSpec {
  readonly network: Network;
  readonly loss: Loss;
  readonly seed: number;
}

/** Examples that are looked at: enough for a unit that never answers not to be chance. */
const mostExamples = 256;
/** How near to a bound an output is saturated, of the distance between the bounds. */
const nearBound = 0.01;

/** A number to be measured, and where it belongs. */
interface Measure {
  readonly path: string;
  readonly what: "gradientNorm" | "weightNorm" | "dead" | "saturated";
  readonly value: Tensor;
}

export class Look {
  readonly #layers: readonly PlacedLayer[];
  readonly #measures: readonly Measure[];
  readonly #program: Executable;
  readonly #before: readonly TargetBuffer[];
  readonly #after: readonly TargetBuffer[];

  private constructor(
    layers: readonly PlacedLayer[],
    measures: readonly Measure[],
    program: Executable,
    before: readonly TargetBuffer[],
    after: readonly TargetBuffer[],
  ) {
    this.#layers = layers;
    this.#measures = measures;
    this.#program = program;
    this.#before = before;
    this.#after = after;
  }

  static async prepare(spec: LookSpec, dataset: Dataset, holdings: Holdings): Promise<Look> {
    const { module, captured, measures, purposes } = trace(spec, dataset);
    const program = await holdings.compile(module);
    const data = await placeData(dataset, holdings);
    const places = await holdings.place(spreadIndices(dataset.length, mostExamples));
    const stream = await holdings.place(Uint32Array.of(0));
    const keys: TargetBuffer[] = [];
    for (const purpose of purposes) keys.push(await holdings.place(Uint32Array.from(deriveKey(spec.seed, purpose))));
    const before = [data.inputs, data.targets, places, stream];
    const layers = withParts(spec.network.layers);
    return new Look(layers, measures, program, before, [...keys, ...(await captured.on(holdings.target))]);
  }

  /** Every layer, in the order of the network, with its state as it is in `values`. */
  async take(values: readonly TargetBuffer[]): Promise<LayerLook[]> {
    const inputs = [...this.#before, ...values, ...this.#after];
    const { log } = await this.#program.run({ inputs, states: [], outputs: [] }, 1);
    return this.#layers.map(({ path, layer }) => {
      const find = (what: Measure["what"]): number | null => {
        const index = this.#measures.findIndex((measure) => measure.path === path && measure.what === what);
        return index < 0 ? null : log[index]!;
      };
      const norms = { gradientNorm: find("gradientNorm"), weightNorm: find("weightNorm") };
      return { path, title: layer.title, ...norms, dead: find("dead"), saturated: find("saturated") };
    });
  }
}

interface Traced extends Closed {
  readonly measures: readonly Measure[];
  readonly purposes: readonly string[];
}

/** Inputs: data, places, the stream of random numbers, the network's state, random keys. Log: the measures. */
function trace({ network, loss }: LookSpec, dataset: Dataset): Traced {
  const traced = inTrace(() => {
    const layout = layoutOf(dataset);
    const data = dataNodes(layout);
    const places = build.input("places", [Math.min(mostExamples, dataset.length)], "int32");
    const stream = build.input("stream", [], "uint32");
    const state = stateNodes(network);
    const batch = gatherBatch(layout, data, places, network.dtype);
    const random = new Keys(stream);
    const measures: Measure[] = [];
    const output = network.apply(tensorsOf(state), tensorOf(batch.x), {
      training: true,
      random,
      update: () => {},
      observe: (placed, y, x) => void measures.push(...answersOf(placed, y, x)),
    });
    const objective = nodeOf(reduceLoss(loss, loss.perExample(output, tensorOf(batch.target))));
    measures.push(...weightsOf(network, objective, state));
    const log = measures.map(({ value }) => build.cast(nodeOf(value), "float32"));
    const inputs = [data.inputs, data.targets, places, stream, ...state.values(), ...random.nodes.values()];
    const module: Module = { inputs, states: [], outputs: [], guard: null, log };
    return { module, measures, purposes: [...random.nodes.keys()] };
  });
  return { ...traced, ...close(traced.module, "look") };
}

/** How many of a layer's units are dead and how many of its outputs saturated, where that can be asked. */
function answersOf(
  { path, layer, inputShape, outputShape, parameters, parts }: PlacedLayer,
  y: Tensor,
  x: Tensor,
): Measure[] {
  const measures: Measure[] = [];
  const keepsUnits =
    parts.length === 0 && parameters.length === 0 && inputShape.join() === outputShape.join() && outputShape.length > 0;
  if (keepsUnits && layer.gives === null) measures.push({ path, what: "dead", value: deadShare(y, x) });
  const [low, high] = layer.bounds ?? [Number.NaN, Number.NaN];
  if (Number.isFinite(high - low)) {
    const margin = nearBound * (high - low);
    const near = y
      .less(low + margin)
      .cast("float32")
      .add(y.greater(high - margin).cast("float32"));
    measures.push({ path, what: "saturated", value: near.mean() });
  }
  return measures;
}

/** A unit is a place of the last axis: a neuron, or a channel wherever it looks. */
function deadShare(y: Tensor, x: Tensor): Tensor {
  const others = Array.from({ length: y.rank - 1 }, (_, axis) => axis);
  const silent = y.abs().max(others).equal(0);
  const asked = x.abs().max(others).greater(0);
  return silent.and(asked).cast("float32").mean();
}

/** Norms of the weights of each layer and of their gradients. */
function weightsOf(network: Network, objective: Node, state: ReadonlyMap<string, Node>): Measure[] {
  const gradients = gradientsOf({ network }, objective, state);
  return withParts(network.layers).flatMap(({ path, parameters }): Measure[] => {
    const weights = parameters.filter(isWeight).map(({ name }) => name);
    if (weights.length === 0) return [];
    return [
      { path, what: "gradientNorm", value: norm(weights.map((name) => gradients.get(name)!)) },
      { path, what: "weightNorm", value: norm(weights.map((name) => state.get(name)!)) },
    ];
  });
}

function isWeight({ kind, shape }: ParameterSpec): boolean {
  return kind === "weight" && shape.length >= 2;
}

/** The Euclidean norm of all elements together, by the root of the mean square of the largest's multiples: no square becomes zero. */
function norm(nodes: readonly Node[]): Tensor {
  const parts = nodes.map((node) => {
    const x = tensorOf(node);
    const largest = x.abs().max();
    const unit = largest.maximum(1e-30);
    return x.div(unit).square().sum().sqrt().mul(unit);
  });
  const [first, ...rest] = parts;
  return rest.reduce((sum, part) => sum.square().add(part.square()).sqrt(), first!);
}
