/**
 * What a network keeps: the current values of its parameters and buffers, under full names in state order. Refuses other values than
 * those of its layers, and changes while a run trains it.
 */

import { allocate, type DType } from "../base/dtype.ts";
import { DTypeError, ShapeError, TrainingError } from "../base/errors.ts";
import { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import { showValue } from "../base/show.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fromData } from "../tensor/trace.ts";
import { checkFree } from "./hold.ts";
import { fillWith } from "./initializer.ts";
import type { BufferSpec, ParameterSpec, StateSpec } from "./layer.ts";
import { checkedState, notThisNetwork, type PlacedLayer, type StateMap, stateOf, withParts } from "./placed.ts";

export interface InitializeOptions {
  /** An integer from 0 to 2⁵³ − 1; the same seed gives the same bits everywhere. Default 0. */
  readonly seed?: number;
  /** float32 by default; float64 runs on the reference target only. */
  readonly dtype?: "float32" | "float64";
}

/** Layers at their places, and the values of what they keep. */
export abstract class Stateful {
  readonly layers: readonly PlacedLayer[];
  /** Every parameter under its full name, `0.weight`, in state order. */
  readonly parameterSpecs: readonly ParameterSpec[];
  /** Everything the network keeps, in state order: layer by layer its parameters, then its buffers. */
  readonly stateSpecs: readonly StateSpec[];
  #state: StateMap | null = null;

  constructor(layers: readonly PlacedLayer[]) {
    this.layers = layers;
    const all = withParts(layers);
    this.parameterSpecs = all.flatMap((placed) => placed.parameters);
    this.stateSpecs = all.flatMap(stateOf);
    checkNames(this.stateSpecs);
  }

  abstract toString(): string;

  /** How many numbers training changes. */
  get parameterCount(): number {
    return sizesOf(this.parameterSpecs);
  }

  get initialized(): boolean {
    return this.#state !== null;
  }

  /** The current parameters by full name, in state order. */
  get parameters(): StateMap {
    return pick(this.parameterSpecs, this.state);
  }

  /** The current parameters and buffers by full name, in state order: what is saved and hashed, and what `apply` takes. */
  get state(): StateMap {
    if (this.#state) return this.#state;
    throw new TrainingError(
      "network: its parameters have no values yet. Train it, load them, or call net.initialize({ seed: 1 }).",
      { operation: "network", hint: "net.initialize({ seed: 1 })" },
    );
  }

  /** The parameters' element type; float32 before there are any. */
  get dtype(): DType {
    return this.#state?.values().next().value?.dtype ?? "float32";
  }

  /** Gives every parameter and buffer its first values, each from a random stream of its own. Replaces what was there. */
  initialize(options: InitializeOptions = {}): this {
    checkFree("initialize", this);
    const { seed = 0, dtype = "float32" } = options;
    checkCount(sizesOf(this.stateSpecs));
    this.#state = new Map(this.stateSpecs.map((spec) => [spec.name, firstValues(spec, seed, dtype)]));
    return this;
  }

  /**
   * Takes other values for all parameters, and for the buffers that are given; the other buffers keep theirs, or begin. Names and
   * shapes must be those of {@link stateSpecs}.
   *
   * @example net.setParameters(network([16, 16], flatten(), dense(64), relu(), dense(10)).initialize({ seed: 2 }).state)
   */
  setParameters(parameters: StateMap): this {
    if (!(parameters instanceof Map))
      throw notThisNetwork(`parameters come as a Map by name; got ${showValue(parameters)}`, "");
    checkFree("setParameters", this);
    const required = this.stateSpecs.filter((spec) => "kind" in spec || parameters.has(spec.name));
    const given = new Map(required.map((spec) => [spec.name, checkedState(spec, parameters)]));
    const extra = [...parameters.keys()].find((name) => !given.has(name));
    if (extra !== undefined) throw notThisNetwork(`there is no parameter ${extra} in ${this}`, extra);
    checkOneDType(given);
    const dtype = (given.values().next().value?.dtype ?? "float32") as "float32" | "float64";
    const kept = (spec: BufferSpec): Tensor => this.#state?.get(spec.name)!.cast(dtype) ?? firstValues(spec, 0, dtype);
    this.#state = new Map(this.stateSpecs.map((spec) => [spec.name, given.get(spec.name) ?? kept(spec)]));
    return this;
  }
}

function pick(specs: readonly StateSpec[], state: StateMap): StateMap {
  return new Map(specs.map(({ name }) => [name, state.get(name)!]));
}

function sizesOf(specs: readonly StateSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** One name for two would lose one of them. */
function checkNames(specs: readonly StateSpec[]): void {
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name))
      throw notThisNetwork(`two parameters or buffers are called ${name}`, name, "Give each its own.");
    names.add(name);
  }
}

/** The first values of a parameter or buffer, from a random stream of its own. */
function firstValues({ name, shape, initializer }: StateSpec, seed: number, dtype: "float32" | "float64"): Tensor {
  const values = allocate(dtype, sizeOf(shape));
  fillWith(initializer, values, shape, new RandomStream(seed, `weights/${name}`));
  return fromData(values, shape, dtype);
}

/** More parameters than any memory here holds are a slip of the pen. */
const mostParameters = 2 ** 31;

function checkCount(count: number): void {
  if (count <= mostParameters) return;
  throw new ShapeError(
    `network: a network can have ${mostParameters} parameters; this one has ${count}. Take smaller layers.`,
    { operation: "network", expected: `at most ${mostParameters}`, actual: String(count) },
  );
}

function checkOneDType(parameters: ReadonlyMap<string, Tensor>): void {
  const [first] = parameters.values();
  const other = [...parameters].find(([, { dtype }]) => dtype !== first!.dtype);
  if (!other) return;
  const [name, { dtype }] = other;
  throw new DTypeError(
    `network: all parameters must have one dtype; got ${first!.dtype} and, for ${name}, ${dtype}. Cast one of them.`,
    { operation: "network", parameter: name, expected: first!.dtype, actual: dtype },
  );
}
