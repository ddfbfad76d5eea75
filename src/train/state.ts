/**
 * What a run keeps in the target's memory and changes at every step: the network's parameters and buffers, the optimizer's slots, the
 * cursor. The memory of the network's state belongs to the network's tensors and outlives the run; the rest is the run's.
 */

import type { Data } from "../base/dtype.ts";
import { bytesOf } from "../base/dtype.ts";
import { stateHash } from "../base/hash.ts";
import { sizeOf } from "../base/shape.ts";
import type { Hold } from "../network/hold.ts";
import type { Network } from "../network/network.ts";
import type { StateMap } from "../network/placed.ts";
import { averageSlot } from "../optimizer/averaging.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fromBuffer, valuesOf } from "../tensor/trace.ts";
import { type Holdings, withHoldings } from "./holdings.ts";
import { slotsOf } from "./step.ts";

export class RunState {
  readonly cursor: TargetBuffer;
  /** The network's parameters and buffers, in state order. */
  readonly values: readonly TargetBuffer[];
  /** What the steps change: {@link values}, but where averages are kept, these are the network's parameters and here are others. */
  readonly trained: readonly TargetBuffer[];
  readonly #slots: readonly TargetBuffer[];
  readonly #network: Network;
  readonly #target: Target;

  private constructor(
    network: Network,
    target: Target,
    cursor: TargetBuffer,
    values: readonly TargetBuffer[],
    trained: readonly TargetBuffer[],
    slots: readonly TargetBuffer[],
  ) {
    this.#network = network;
    this.#target = target;
    this.cursor = cursor;
    this.values = values;
    this.trained = trained;
    this.#slots = slots;
  }

  /** Copies the network's state into memory of its own and makes it the network's; the rest is in the holdings. */
  static async begin(network: Network, optimizer: Optimizer, holdings: Holdings, hold: Hold): Promise<RunState> {
    const { dtype } = network;
    const { target } = holdings;
    const slots = slotsOf(network, optimizer);
    const own = slots.map(({ parameter, name }) =>
      name === averageSlot ? null : holdings.allocate(sizeOf(parameter.shape) * bytesOf(dtype)),
    );
    // Averages are the network's parameters: what the steps change is then the run's. Buffers are the network's in any case.
    const copies = own.includes(null) ? await placeAll(network.parameters, holdings) : new Map<string, TargetBuffer>();
    const cursor = holdings.allocate(4);
    const placed = await withHoldings(target, (given) => placeAll(network.state, given));
    const tensors = Array.from(network.state, ([name, { shape }]): [string, Tensor] => [
      name,
      fromBuffer(target, placed.get(name)!, shape, dtype),
    ]);
    hold.change(() => network.setParameters(new Map(tensors)));
    const trained = Array.from(placed, ([name, buffer]) => copies.get(name) ?? buffer);
    const kept = slots.map(({ parameter }, index) => own[index] ?? placed.get(parameter.name)!);
    return new RunState(network, target, cursor, [...placed.values()], trained, kept);
  }

  /** In the order of a step's states. */
  get buffers(): readonly TargetBuffer[] {
    return [this.cursor, ...this.trained, ...this.#slots];
  }

  /** SHA-256 over parameters and buffers. */
  hash(): Promise<string> {
    const { dtype, stateSpecs } = this.#network;
    return stateHash(stateSpecs.map(({ name, shape }, i) => ({ name, dtype, shape, pieces: this.#pieces(i) })));
  }

  /** The first parameter or buffer with a value that is not finite, by name. */
  async notFinite(): Promise<string | null> {
    for (const [i, { name }] of this.#network.stateSpecs.entries()) {
      for await (const piece of this.#pieces(i)) if (!allFinite(piece)) return name;
    }
    return null;
  }

  /** A copy of the network's parameters and buffers, in state order. */
  async read(): Promise<Data[]> {
    const { dtype, stateSpecs } = this.#network;
    const copy: Data[] = [];
    for (const [index, { shape }] of stateSpecs.entries()) {
      copy.push(await this.#target.read(this.values[index]!, dtype, sizeOf(shape)));
    }
    return copy;
  }

  /** Gives the network the parameters and buffers of such a copy. */
  async write(copy: readonly Data[]): Promise<void> {
    for (const [index, data] of copy.entries()) await this.#target.write(this.values[index]!, data);
  }

  /** The values of a parameter or buffer, not all at once: nothing large is left behind. */
  async *#pieces(index: number): AsyncGenerator<Data> {
    const { dtype, stateSpecs } = this.#network;
    const size = sizeOf(stateSpecs[index]!.shape);
    for (let first = 0; first < size; first += pieceLength) {
      const length = Math.min(pieceLength, size - first);
      yield await this.#target.read(this.values[index]!, dtype, length, first);
    }
  }
}

/** Elements that are looked at together. */
const pieceLength = 2 ** 16;

/** A loop, for `every` makes an object of each number. */
function allFinite(data: Data): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

/** A copy of the network's parameters and buffers in a target's memory, in state order. */
export async function placeState(network: Network, holdings: Holdings): Promise<TargetBuffer[]> {
  return [...(await placeAll(network.state, holdings)).values()];
}

async function placeAll(tensors: StateMap, holdings: Holdings): Promise<Map<string, TargetBuffer>> {
  const buffers = new Map<string, TargetBuffer>();
  for (const [name, values] of tensors) buffers.set(name, await holdings.place(await valuesOf(values)));
  return buffers;
}
