/**
 * What a run keeps in the target's memory and changes at every step: the parameters, the optimizer's slots, the cursor. The
 * parameters' memory belongs to the network's tensors and outlives the run; the rest is the run's.
 */

import type { Data } from "../base/dtype.ts";
import { bytesOf } from "../base/dtype.ts";
import { type StateEntry, stateHash } from "../base/hash.ts";
import { sizeOf } from "../base/shape.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import type { Target, TargetBuffer } from "../targets/target.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fromBuffer } from "../tensor/trace.ts";
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

  /** Copies the network's parameters into memory of the run and makes them the network's own. */
  static async begin(network: Network, optimizer: Optimizer, target: Target): Promise<RunState> {
    const { dtype } = network;
    const bytes = (shape: readonly number[]): number => sizeOf(shape) * bytesOf(dtype);
    const parameters: TargetBuffer[] = [];
    const tensors = new Map<string, Tensor>();
    for (const [name, tensor] of network.parameters) {
      const buffer = target.allocate(bytes(tensor.shape));
      await target.write(buffer, (await tensor.data()) as Data);
      parameters.push(buffer);
      tensors.set(name, fromBuffer(target, buffer, tensor.shape, dtype));
    }
    network.setParameters(tensors);
    const slots = slotsOf(network, optimizer).map(({ parameter }) => target.allocate(bytes(parameter.shape)));
    return new RunState(network, target, target.allocate(4), parameters, slots);
  }

  /** In the order of a step's states. */
  get buffers(): readonly TargetBuffer[] {
    return [this.cursor, ...this.parameters, ...this.#slots];
  }

  async hash(): Promise<string> {
    const { dtype, parameterSpecs } = this.#network;
    const entries: StateEntry[] = [];
    for (const [index, { name, shape }] of parameterSpecs.entries()) {
      const data = await this.#target.read(this.parameters[index]!, dtype, sizeOf(shape));
      entries.push({ name, dtype, shape, data });
    }
    return stateHash(entries);
  }

  /** Gives back what is the run's; the parameters stay with the network. */
  release(): void {
    for (const buffer of [this.cursor, ...this.#slots]) buffer.release();
  }
}
