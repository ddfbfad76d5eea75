/**
 * Loss and metrics over a data set as a program: batches in stored order, forward only, nothing changes. The program and the data
 * stay in the target's memory, so that asking again costs one run.
 */

import { pause } from "../base/pause.ts";
import type { Dataset } from "../data/dataset.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import type { Loss } from "../loss/loss.ts";
import type { Metric } from "../loss/metric.ts";
import type { Network } from "../network/network.ts";
import type { Executable, Target, TargetBuffer } from "../targets/target.ts";
import { type Closed, close, inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import type { Scores } from "./events.ts";
import { Holdings } from "./holdings.ts";
import { dataNodes, gatherBatch, type Layout, layoutOf, placeData, type Resident } from "./layout.ts";
import { Means } from "./means.ts";
import { placeState } from "./state.ts";
import { nextCursor, spread, stateNodes, tensorsOf } from "./step.ts";

/** Examples per step; the result means the same for every size. */
const batchSize = 500;
/** Steps per call: control returns to the event loop in between. */
const stepsPerCall = 4;

export interface EvaluationSpec {
  readonly network: Network;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

/** A program for batches of one size, and which examples it takes. */
interface Part {
  readonly program: Executable;
  readonly captured: readonly TargetBuffer[];
  readonly size: number;
  readonly first: number;
  readonly steps: number;
}

export class Evaluation {
  readonly #target: Target;
  readonly #data: Resident;
  readonly #first: TargetBuffer;
  readonly #cursor: TargetBuffer;
  readonly #means: Means;
  /** Whole batches, and the rest. */
  readonly #parts: readonly Part[];

  private constructor(holdings: Holdings, data: Resident, names: readonly string[], parts: readonly Part[]) {
    this.#target = holdings.target;
    this.#data = data;
    this.#first = holdings.allocate(4);
    this.#cursor = holdings.allocate(4);
    this.#means = new Means(names);
    this.#parts = parts;
  }

  /** Traces before it places anything: what does not fit costs no memory. */
  static async prepare(spec: EvaluationSpec, dataset: Dataset, holdings: Holdings): Promise<Evaluation> {
    const layout = layoutOf(dataset);
    const whole = Math.floor(dataset.length / batchSize);
    const plans = [
      { size: batchSize, first: 0, steps: whole },
      { size: dataset.length % batchSize, first: whole * batchSize, steps: 1 },
    ];
    const parts: Part[] = [];
    for (const plan of plans) {
      if (plan.size === 0 || plan.steps === 0) continue;
      const { module, captured } = traceEvaluation(spec, layout, plan.size);
      const program = await holdings.compile(module);
      parts.push({ ...plan, program, captured: await captured.on(holdings.target) });
    }
    const data = await placeData(dataset, holdings);
    return new Evaluation(holdings, data, ["loss", ...spec.metrics.map(({ name }) => name)], parts);
  }

  /** Means over all examples, with the network's state as it is in `values`. */
  async run(values: readonly TargetBuffer[]): Promise<Scores> {
    this.#means.clear();
    const resident = [this.#data.inputs, this.#data.targets, this.#first, ...values];
    for (const { program, captured, size, first, steps } of this.#parts) {
      const inputs = [...resident, ...captured];
      await this.#target.write(this.#first, Int32Array.of(first));
      await this.#target.write(this.#cursor, Int32Array.of(0));
      for (let done = 0; done < steps; done += stepsPerCall) {
        const count = Math.min(stepsPerCall, steps - done);
        const { log } = await program.run({ inputs, states: [this.#cursor], outputs: [] }, count);
        this.#means.add(log, size);
        await pause();
      }
    }
    return this.#means.scores();
  }
}

/** Inputs: data, where the batches begin, the network's state, what loss, metrics and layers captured. State: the cursor. Log: loss and metrics, sums over the batch. */
function traceEvaluation({ network, loss, metrics }: EvaluationSpec, layout: Layout, size: number): Closed {
  const traced = inTrace((): Module => {
    const data = dataNodes(layout);
    const first = build.input("first", [], "int32");
    const cursor = build.input("cursor", [], "int32");
    const state = stateNodes(network);
    const start = build.add(first, build.mul(cursor, build.constant(size, [], "int32")));
    const places = build.add(spread(start, size), build.iota([size], 0, "int32"));
    const batch = gatherBatch(layout, data, places, network.dtype);
    const output = network.apply(tensorsOf(state), tensorOf(batch.x), { training: false, random: null });
    const target = tensorOf(batch.target);
    const values = [loss.perExample(output, target), ...metrics.map((metric) => metric.perExample(output, target))];
    const log: Node[] = values.map((value) => build.cast(nodeOf(value.sum()), "float32"));
    const inputs = [data.inputs, data.targets, first, ...state.values()];
    return { inputs, states: [nextCursor(cursor)], outputs: [], guard: null, log };
  });
  return close(traced, "evaluate");
}

/** Loss and metrics of a network with the state it has, once. */
export async function scoresOf(spec: EvaluationSpec, data: Dataset, target: Target): Promise<Scores> {
  const holdings = new Holdings(target);
  try {
    const values = await placeState(spec.network, holdings);
    const evaluation = await Evaluation.prepare(spec, data, holdings);
    return await evaluation.run(values);
  } finally {
    holdings.release();
  }
}
