/**
 * Why a step was stopped: the step once more, without its update, with a look at how large everything is: every layer's output, the
 * loss, every gradient and every buffer's next value. The first that is not finite, in the order of computation, is named, and what
 * was largest before it.
 */

import { bytesOf } from "../base/dtype.ts";
import { TrainingError } from "../base/errors.ts";
import { build } from "../graph/build.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { reduceLoss } from "../loss/loss.ts";
import type { Bindings, Target } from "../targets/target.ts";
import { type Closed, close, inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import { type Clipping, clip } from "./clip.ts";
import { Holdings } from "./holdings.ts";
import { declareForward, gradientsOf, largest, type StepSpec, tensorsOf } from "./step.ts";

interface Suspect {
  readonly what: string;
  /** The path of the layer that it belongs to. */
  readonly layer: string | null;
  /** Its largest magnitude, a scalar of the network's dtype. */
  readonly largest: Node;
}

/** What was found, and the largest number before it. */
interface Finding {
  readonly what: string;
  readonly layer: string | null;
  readonly before: { readonly what: string; readonly largest: number } | null;
}

interface Examination extends Closed {
  readonly suspects: readonly Suspect[];
  /** Inputs that are bound as those of the stopped run. */
  readonly shared: number;
}

/** What a step computes, in order, with the size of each. */
function traceSuspects(spec: StepSpec): Examination {
  const traced = inTrace(() => {
    const { network, loss } = spec;
    const forward = declareForward(spec);
    const suspects: Suspect[] = [];
    const suspect = (what: string, layer: string | null, node: Node): void => {
      suspects.push({ what, layer, largest: build.cast(largest(node), network.dtype) });
    };
    const titles = new Map<string, string>();
    suspect("the batch's inputs", null, forward.batch.x);
    const trained = new Set(network.parameterSpecs.map(({ name }) => name));
    for (const [name, node] of forward.state) {
      suspect(`the ${trained.has(name) ? "parameter" : "buffer"} ${name}`, layerOf(name), node);
    }
    const output = network.apply(tensorsOf(forward.state), tensorOf(forward.batch.x), {
      training: true,
      random: forward.random,
      update: (name, value) => suspect(`the next value of the buffer ${name}`, layerOf(name), nodeOf(value)),
      observe: ({ layer, path }, value) => {
        titles.set(path, layer.title);
        suspect(`the output of ${layer.title} at layer ${path}`, path, nodeOf(value));
      },
    });
    const objective = nodeOf(reduceLoss(loss, loss.perExample(output, tensorOf(forward.batch.target))));
    suspect(`the loss ${loss.name}`, null, objective);
    const gradients = gradientsOf(spec, objective, forward.state);
    for (const [name, node] of [...gradients].reverse()) {
      suspect(`the gradient of ${name} in ${titles.get(layerOf(name))}`, layerOf(name), node);
    }
    const { norm } = clip(gradients, spec);
    if (norm !== null) suspect("the norm of all gradients together", null, norm);
    const shared = [...forward.inputs, ...forward.random.nodes.values()];
    const inputs = [...shared, forward.cursor, ...forward.state.values()];
    const outputs = suspects.map((each) => each.largest);
    const module: Module = { inputs, states: [], outputs, guard: null, log: [] };
    return { module, suspects, shared: shared.length };
  });
  return { ...traced, ...close(traced.module, "train") };
}

/** The path of the layer that a part of the state belongs to: all but the last word of its name. */
function layerOf(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

/** The first in the order of computation that is not finite. */
async function find(spec: StepSpec, target: Target, bindings: Bindings): Promise<Finding | null> {
  const { module, captured, suspects, shared } = traceSuspects(spec);
  const { dtype } = spec.network;
  const holdings = new Holdings(target);
  try {
    const program = await holdings.compile(module);
    const outputs = suspects.map(() => holdings.allocate(bytesOf(dtype)));
    const state = bindings.states.slice(0, 1 + spec.network.stateSpecs.length);
    const inputs = [...bindings.inputs.slice(0, shared), ...state, ...(await captured.on(target))];
    await program.run({ inputs, states: [], outputs }, 1);
    let before: Finding["before"] = null;
    for (const [index, { what, layer }] of suspects.entries()) {
      const largest = (await target.read(outputs[index]!, dtype, 1))[0] as number;
      if (!Number.isFinite(largest)) return { what, layer, before };
      if (before === null || largest > before.largest) before = { what, largest };
    }
    return null;
  } finally {
    holdings.release();
  }
}

/** The error that says what was not finite. `bindings` are those of the stopped run: its states are as before the step. */
export async function autopsy(
  spec: StepSpec,
  target: Target,
  bindings: Bindings,
  step: number,
  epoch: number,
): Promise<TrainingError> {
  const found = await find(spec, target, bindings);
  const { what = "the loss or a gradient", layer = null, before = null } = found ?? {};
  const hint = hintFor(spec);
  const largest =
    before === null ? "" : `; the largest number before it is ${shown(before.largest)}, in ${before.what}`;
  return new TrainingError(
    `train: ${what} is not finite at step ${step} (epoch ${epoch})${largest}. The parameters are those before this step. ${hint}.`,
    { operation: "train", step, epoch, layer, actual: what, largest: before?.largest ?? null, hint },
  );
}

/** The ways out that have not been taken. */
function hintFor({ clipNorm, clipValue }: Clipping): string {
  const clips = clipNorm !== null || clipValue !== null;
  return `Lower the learning rate${clips ? "" : ", clip the gradients (clipNorm: 1)"}, or check the scale of the inputs`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
