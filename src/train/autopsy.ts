/**
 * Why a step was stopped: the step once more, without its update, with a finiteness test after every layer, the loss, every gradient
 * and every buffer's next value. The first that fails, in the order of computation, is named.
 */

import { TrainingError } from "../base/errors.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { reduceLoss } from "../loss/loss.ts";
import type { Bindings, Target } from "../targets/target.ts";
import { type Closed, close, inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import { Holdings } from "./holdings.ts";
import { declareForward, finite, gradientsOf, type StepSpec, tensorsOf } from "./step.ts";

interface Suspect {
  readonly what: string;
  readonly layer: string | null;
  readonly isFinite: Node;
}

interface Examination extends Closed {
  readonly suspects: readonly Suspect[];
  /** Inputs that are bound as those of the stopped run. */
  readonly shared: number;
}

/** What a step computes, in order, with a test of each. */
function traceSuspects(spec: StepSpec): Examination {
  const traced = inTrace(() => {
    const { network, loss } = spec;
    const forward = declareForward(spec);
    const suspects: Suspect[] = [];
    const suspect = (what: string, layer: string | null, node: Node): void => {
      suspects.push({ what, layer, isFinite: finite(node) });
    };
    suspect("the batch's inputs", null, forward.batch.x);
    const trained = new Set(network.parameterSpecs.map(({ name }) => name));
    for (const [name, node] of forward.state) {
      suspect(`the ${trained.has(name) ? "parameter" : "buffer"} ${name}`, layerOf(name), node);
    }
    const output = network.apply(tensorsOf(forward.state), tensorOf(forward.batch.x), {
      training: true,
      random: forward.random,
      update: (name, value) => suspect(`the next value of the buffer ${name}`, layerOf(name), nodeOf(value)),
      observe: ({ layer, path }, value) =>
        suspect(`the output of ${layer.title} at layer ${path}`, path, nodeOf(value)),
    });
    const objective = nodeOf(reduceLoss(loss, loss.perExample(output, tensorOf(forward.batch.target))));
    suspect(`the loss ${loss.name}`, null, objective);
    const gradients = [...gradientsOf(spec, objective, forward.state)].reverse();
    for (const [name, node] of gradients) suspect(`the gradient of ${name}`, layerOf(name), node);
    const shared = [...forward.inputs, ...forward.random.nodes.values()];
    const inputs = [...shared, forward.cursor, ...forward.state.values()];
    const outputs = suspects.map(({ isFinite }) => isFinite);
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
async function firstSuspect(spec: StepSpec, target: Target, bindings: Bindings): Promise<Suspect | null> {
  const { module, captured, suspects, shared } = traceSuspects(spec);
  const holdings = new Holdings(target);
  try {
    const program = await holdings.compile(module);
    const outputs = suspects.map(() => holdings.allocate(1));
    const state = bindings.states.slice(0, 1 + spec.network.stateSpecs.length);
    const inputs = [...bindings.inputs.slice(0, shared), ...state, ...(await captured.on(target))];
    await program.run({ inputs, states: [], outputs }, 1);
    for (const [index, suspect] of suspects.entries()) {
      const [isFinite] = await target.read(outputs[index]!, "bool", 1);
      if (isFinite === 0) return suspect;
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
  const found = await firstSuspect(spec, target, bindings);
  const what = found?.what ?? "the loss or a gradient";
  const hint = "Lower the learning rate, or check the scale of the inputs";
  return new TrainingError(
    `train: ${what} is not finite at step ${step} (epoch ${epoch}); the parameters are those before this step. ${hint}.`,
    { operation: "train", step, epoch, layer: found?.layer ?? null, actual: what, hint },
  );
}
