/**
 * One training step as one program: gather the batch, forward, loss, gradients, finiteness test, update. It is traced here and
 * compiled by the target. Everything that changes from step to step is state or input, so the same program runs for every step
 * of every epoch; only the last, smaller batch has a program of its own.
 */

import { isFloat } from "../base/dtype.ts";
import { invariant, TrainingError } from "../base/errors.ts";
import { augment } from "../data/augment/augment.ts";
import type { Augmentation } from "../data/augment/augmentation.ts";
import { build } from "../graph/build.ts";
import { gradient } from "../graph/gradient.ts";
import { type Module, rootsOf, type State } from "../graph/module.ts";
import { type Node, topological } from "../graph/node.ts";
import { type Loss, reduceLoss } from "../loss/loss.ts";
import type { Metric } from "../loss/metric.ts";
import type { ParameterSpec, RandomSource } from "../network/layer.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Captured, close, inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import { type Clipping, clip } from "./clip.ts";
import { type Batch, type DataNodes, dataNodes, gatherBatch, type Layout, layoutOf, settingOf } from "./layout.ts";
import type { Plan } from "./options.ts";

export interface StepSpec extends Clipping {
  readonly network: Network;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly optimizer: Optimizer;
  /** How the batch is varied before the network sees it. */
  readonly augment: readonly Augmentation[];
  /** Names of the optimizer's scalars: the columns of their table. */
  readonly scalars: readonly string[];
  readonly layout: Layout;
  readonly batchSize: number;
  /** Rows of the table of optimizer scalars: the most steps that one run may take. */
  readonly rows: number;
}

/** The step of a plan, for batches of one size. `rows` are those of the table of scalars. */
export function specOf(plan: Plan, batchSize: number, rows: number): StepSpec {
  const scalars = Object.keys(plan.optimizer.scalars(1, plan.steps));
  return { ...plan, scalars, layout: layoutOf(plan.data), batchSize, rows };
}

/** The inputs of every program of a run, in the order in which they are bound; keys of random purposes follow. */
export interface StepInputs extends DataNodes {
  /** int32 `[examples]`: which example comes when in this epoch. */
  readonly permutation: Node;
  /** int32 scalar: where in the permutation this run begins. */
  readonly first: Node;
  /** uint32 scalar: the number of this run's first step, for random numbers. */
  readonly stream: Node;
  /** `[rows, k]` of the parameters' dtype: the optimizer's scalars for each step of this run. */
  readonly table: Node;
}

/** A step up to the loss, before gradients: what training and its post-mortem have in common. */
export interface Forward {
  readonly inputs: readonly Node[];
  /** int32 scalar: steps done in this run. */
  readonly cursor: Node;
  readonly table: Node;
  /** The network's parameters and buffers, in state order. */
  readonly state: ReadonlyMap<string, Node>;
  readonly batch: Batch;
  readonly random: Keys;
}

export interface StepProgram {
  /**
   * States: cursor, the network's state, slots. Log: loss, then metrics, each the sum over the batch; the gradients' norm where it is
   * clipped.
   */
  readonly module: Module;
  /** What the random keys are for, in the order of their inputs, which follow {@link StepInputs}. */
  readonly purposes: readonly string[];
  /** Values of the last inputs: what loss, metrics, layers and optimizer use from outside. */
  readonly captured: Captured;
}

/** An optimizer's slot for one parameter. */
export interface Slot {
  readonly parameter: ParameterSpec;
  readonly name: string;
}

/** All slots, in state order. */
export function slotsOf(network: Network, optimizer: Optimizer): Slot[] {
  return network.parameterSpecs.flatMap((parameter) => optimizer.state(parameter).map((name) => ({ parameter, name })));
}

/** Random keys as inputs, declared when a layer first asks for them. */
export class Keys implements RandomSource {
  readonly stream: Tensor;
  readonly nodes: Map<string, Node> = new Map();

  constructor(stream: Node) {
    this.stream = tensorOf(stream);
  }

  key(purpose: string): { readonly key0: Tensor; readonly key1: Tensor } {
    const node = this.nodes.get(purpose) ?? build.input(`key ${purpose}`, [2], "uint32");
    this.nodes.set(purpose, node);
    return { key0: tensorOf(element(node, 0)), key1: tensorOf(element(node, 1)) };
  }
}

/** Declares the inputs, gathers the batch and varies it. */
export function declareForward(spec: StepSpec): Forward {
  const { network, layout, batchSize, scalars } = spec;
  const data = dataNodes(layout);
  const permutation = build.input("permutation", [layout.examples], "int32");
  const first = build.input("first", [], "int32");
  const stream = build.input("stream", [], "uint32");
  const table = build.input("scalars", [spec.rows, scalars.length], network.dtype);
  const cursor = build.input("cursor", [], "int32");

  const start = build.add(first, build.mul(cursor, build.constant(batchSize, [], "int32")));
  const places = build.add(spread(start, batchSize), build.iota([batchSize], 0, "int32"));
  const random = new Keys(build.add(stream, build.cast(cursor, "uint32")));
  const batch = vary(spec, gatherBatch(layout, data, build.gather(permutation, places), network.dtype), random);
  const state = stateNodes(network);
  const inputs = [data.inputs, data.targets, permutation, first, stream, table];
  return { inputs, cursor, table, state, batch, random };
}

/** Inputs for the network's parameters and buffers, in state order. */
export function stateNodes(network: Network): Map<string, Node> {
  return new Map(network.stateSpecs.map(({ name, shape }) => [name, build.input(name, shape, network.dtype)]));
}

export function tensorsOf(nodes: ReadonlyMap<string, Node>): Map<string, Tensor> {
  return new Map(Array.from(nodes, ([name, node]) => [name, tensorOf(node)]));
}

function vary({ augment: list, network, layout }: StepSpec, batch: Batch, random: RandomSource): Batch {
  if (list.length === 0) return batch;
  const given = { x: tensorOf(batch.x), target: tensorOf(batch.target) };
  const { x, target } = augment(list, given, random, settingOf(network, layout));
  return { x: nodeOf(x), target: nodeOf(target) };
}

/** The program of one training step. Throws the layers' and the loss's own sentences where shapes do not fit. */
export function traceStep(spec: StepSpec): StepProgram {
  const traced = inTrace(() => {
    const { network, loss, metrics } = spec;
    const forward = declareForward(spec);
    const target = tensorOf(forward.batch.target);
    const updated = new Map<string, Node>();
    const output = network.apply(tensorsOf(forward.state), tensorOf(forward.batch.x), {
      training: true,
      random: forward.random,
      update: (name, value) => updated.set(name, nodeOf(value)),
    });
    const losses = loss.perExample(output, target);
    const objective = nodeOf(reduceLoss(loss, losses));
    const found = gradientsOf(spec, objective, forward.state);
    const { gradients, norm } = clip(found, spec);
    const values = [losses, ...metrics.map((metric) => metric.perExample(output, target))];
    const module: Module = {
      inputs: [...forward.inputs, ...forward.random.nodes.values()],
      states: [nextCursor(forward.cursor), ...updates(spec, forward, gradients, updated)],
      outputs: [],
      guard: allFinite([objective, ...(norm === null ? found.values() : [norm]), ...updated.values()]),
      log: logOf(values, norm),
    };
    return { module, purposes: [...forward.random.nodes.keys()] };
  });
  refuseOwnParameters(spec.network, traced.module);
  return { ...traced, ...close(traced.module, "train") };
}

/** Sums over the batch, and the norm where there is one. */
function logOf(values: readonly Tensor[], norm: Node | null): Node[] {
  const sums = values.map((each) => nodeOf(each.sum()));
  return [...sums, ...(norm === null ? [] : [norm])].map((node) => build.cast(node, "float32"));
}

/** `net.parameters` inside a loss are the values of before the step: no gradient would flow through them. */
function refuseOwnParameters(network: Network, module: Module): void {
  if (!network.initialized) return;
  const used = new Set(topological(rootsOf(module)));
  const own = [...network.state].find(([, parameter]) => used.has(nodeOf(parameter)));
  if (!own) return;
  throw new TrainingError(
    `train: the loss, a metric or a layer uses net.parameters (${own[0]}), which are constants there: no gradient flows through ` +
      "them. For a penalty on weights give weightDecay to the optimizer.",
    { operation: "train", parameter: own[0], hint: "weightDecay" },
  );
}

/** The gradient of a scalar for every parameter; zero where the scalar does not depend on it. */
export function gradientsOf(
  { network }: Pick<StepSpec, "network">,
  objective: Node,
  state: ReadonlyMap<string, Node>,
): Map<string, Node> {
  const one = build.constant(1, objective.shape, objective.dtype);
  const parameters = network.parameterSpecs.map(({ name }) => state.get(name)!);
  const found = gradient(objective, one, parameters);
  return new Map(
    parameters.map(({ shape, dtype }, index) => [
      network.parameterSpecs[index]!.name,
      found[index] ?? build.constant(0, shape, dtype),
    ]),
  );
}

/** The network's state and the slots after the step, in state order; a buffer that no layer updates stays. */
function updates(
  spec: StepSpec,
  forward: Forward,
  gradients: ReadonlyMap<string, Node>,
  updated: ReadonlyMap<string, Node>,
): State[] {
  const { network, optimizer } = spec;
  const scalars = scalarsOfStep(spec, forward);
  const after = new Map(updated);
  const slots: State[] = [];
  for (const parameter of network.parameterSpecs) {
    const current = forward.state.get(parameter.name)!;
    const names = optimizer.state(parameter);
    const state = new Map(
      names.map((name) => [name, build.input(`${parameter.name}.${name}`, current.shape, current.dtype)]),
    );
    const output = optimizer.update({
      parameter: tensorOf(current),
      gradient: tensorOf(gradients.get(parameter.name)!),
      state: Object.fromEntries(Array.from(state, ([name, node]) => [name, tensorOf(node)])),
      scalars,
      kind: parameter.kind,
    });
    after.set(parameter.name, nodeOf(output.parameter));
    for (const [name, node] of state) {
      const next = output.state[name];
      invariant(next, `the optimizer ${optimizer.name} must return its slot ${name}`);
      slots.push({ current: node, next: nodeOf(next) });
    }
  }
  const values = Array.from(forward.state, ([name, current]) => ({ current, next: after.get(name) ?? current }));
  return [...values, ...slots];
}

/** This step's row of the table, by name. */
function scalarsOfStep({ scalars }: StepSpec, { table, cursor }: Forward): Record<string, Tensor> {
  const row = build.reshape(build.gather(table, build.reshape(cursor, [1])), [table.shape[1]!]);
  return Object.fromEntries(scalars.map((name, index) => [name, tensorOf(element(row, index))]));
}

export function nextCursor(cursor: Node): State {
  return { current: cursor, next: build.add(cursor, build.constant(1, [], "int32")) };
}

/** Whether every element of every float node is finite: the largest magnitude is below ∞ (NaN is below nothing). */
export function allFinite(nodes: readonly Node[]): Node {
  const tests = nodes.filter((node) => isFloat(node.dtype)).map(finite);
  return tests.reduce((all, test) => build.and(all, test));
}

export function finite(node: Node): Node {
  return build.less(largest(node), build.constant(Number.POSITIVE_INFINITY, [], node.dtype));
}

/** The largest magnitude of an element; NaN where there is one. */
export function largest(node: Node): Node {
  const axes = node.shape.map((_, axis) => axis);
  const magnitude = build.abs(node);
  return axes.length === 0 ? magnitude : build.reduceMax(magnitude, axes);
}

/** A vector's element as a scalar. */
function element(vector: Node, index: number): Node {
  return build.reshape(build.slice(vector, [index], [1], [1]), []);
}

/** A scalar as a vector of equal elements. */
export function spread(scalar: Node, length: number): Node {
  return build.broadcast(scalar, [length], []);
}
