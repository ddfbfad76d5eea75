/**
 * What a run keeps in the target's memory and changes at every step: the parameters, the optimizer's slots, the cursor. The
 * parameters' memory belongs to the network's tensors and outlives the run; the rest is the run's.
 */

import type { Data } from "../base/dtype.ts";
import { bytesOf } from "../base/dtype.ts";
import { type StateEntry, stateHash } from "../base/hash.ts";
import { sizeOf } from "../base/shape.ts";
import type { Hold } from "../network/hold.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fromBuffer } from "../tensor/trace.ts";
import { type Holdings, withHoldings } from "./holdings.ts";
import { slotsOf } from "./step.ts";

export class RunState {
  readonly cursor: TargetBuffer;
  readonly parameters: readonly TargetBuffer[];
  readonly #slots: readonly TargetBuffer[];
  readonly #network: Network;
  readonly #target: Target;

  private constructor(
    network: Network,
    target: Target,
    cursor: TargetBuffer,
    parameters: readonly TargetBuffer[],
    slots: readonly TargetBuffer[],
  ) {
    this.#network = network;
    this.#target = target;
    this.cursor = cursor;
    this.parameters = parameters;
    this.#slots = slots;
  }

  /** Copies the network's parameters into memory of their own and makes them the network's; the rest is in the holdings. */
  static async begin(network: Network, optimizer: Optimizer, holdings: Holdings, hold: Hold): Promise<RunState> {
    const { dtype } = network;
    const { target } = holdings;
    const slots = slotsOf(network, optimizer).map(({ parameter }) =>
      holdings.allocate(sizeOf(parameter.shape) * bytesOf(dtype)),
    );
    const cursor = holdings.allocate(4);
    const parameters = await withHoldings(target, (own) => placeParameters(network, own));
    const tensors = Array.from(network.parameters, ([name, { shape }], index): [string, Tensor] => [
      name,
      fromBuffer(target, parameters[index]!, shape, dtype),
    ]);
    hold.change(() => network.setParameters(new Map(tensors)));
    return new RunState(network, target, cursor, parameters, slots);
  }

  /** In the order of a step's states. */
  get buffers(): readonly TargetBuffer[] {
    return [this.cursor, ...this.parameters, ...this.#slots];
  }

  /** SHA-256 over the parameters. */
  async hash(): Promise<string> {
    return stateHash(await this.#entries());
  }

  /** The first parameter with a value that is not finite, by name. */
  async notFinite(): Promise<string | null> {
    const entries = await this.#entries();
    return entries.find(({ data }) => !allFinite(data))?.name ?? null;
  }

  async #entries(): Promise<StateEntry[]> {
    const { dtype, parameterSpecs } = this.#network;
    const entries: StateEntry[] = [];
    for (const [index, { name, shape }] of parameterSpecs.entries()) {
      const data = await this.#target.read(this.parameters[index]!, dtype, sizeOf(shape));
      entries.push({ name, dtype, shape, data });
    }
    return entries;
  }
}

/** A loop, for `every` makes an object of each number. */
function allFinite(data: StateEntry["data"]): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

/** A copy of the network's parameters in a target's memory, in state order. */
export async function placeParameters(network: Network, holdings: Holdings): Promise<TargetBuffer[]> {
  const buffers: TargetBuffer[] = [];
  for (const parameter of network.parameters.values()) {
    buffers.push(await holdings.place((await parameter.data()) as Data));
  }
  return buffers;
}
