/**
 * Why a step was stopped: the step once more, without its update, with a finiteness test after every layer, the loss and every
 * gradient. The first that fails, in the order of computation, is named.
 */

import { TrainingError } from "../base/errors.ts";
import type { Module } from "../graph/module.ts";
import type { Node } from "../graph/node.ts";
import { reduceLoss } from "../loss/loss.ts";
import type { Bindings, Target } from "../targets/target.ts";
import { inTrace, nodeOf, tensorOf } from "../tensor/trace.ts";
import { declareForward, finite, gradientsOf, type StepSpec } from "./step.ts";

interface Suspect {
  readonly what: string;
  readonly layer: string | null;
  readonly isFinite: Node;
}

/** What a step computes, in order, with a test of each. */
function traceSuspects(spec: StepSpec): { module: Module; suspects: readonly Suspect[] } {
  return inTrace(() => {
    const { network, loss } = spec;
    const forward = declareForward(spec);
    const suspects: Suspect[] = [];
    const suspect = (what: string, layer: string | null, node: Node): void => {
      suspects.push({ what, layer, isFinite: finite(node) });
    };
    suspect("the batch's inputs", null, forward.batch.x);
    for (const [name, node] of forward.parameters) suspect(`the parameter ${name}`, name.split(".")[0]!, node);
    const tensors = new Map(Array.from(forward.parameters, ([name, node]) => [name, tensorOf(node)]));
    const output = network.apply(tensors, tensorOf(forward.batch.x), {
      training: true,
      random: forward.random,
      observe: ({ layer, path }, value) =>
        suspect(`the output of ${layer.title} at layer ${path}`, path, nodeOf(value)),
    });
    const objective = nodeOf(reduceLoss(loss, loss.perExample(output, tensorOf(forward.batch.target))));
    suspect(`the loss ${loss.name}`, null, objective);
    const gradients = [...gradientsOf(objective, forward.parameters)].reverse();
    for (const [name, node] of gradients) suspect(`the gradient of ${name}`, name.split(".")[0]!, node);
    const inputs = [
      ...forward.inputs,
      ...forward.random.nodes.values(),
      forward.cursor,
      ...forward.parameters.values(),
    ];
    const outputs = suspects.map(({ isFinite }) => isFinite);
    return { module: { inputs, states: [], outputs, guard: null, log: [] }, suspects };
  });
}

/** The error that says what was not finite. `bindings` are those of the stopped run: its states are as before the step. */
export async function autopsy(
  spec: StepSpec,
  target: Target,
  bindings: Bindings,
  step: number,
  epoch: number,
): Promise<TrainingError> {
  const { module, suspects } = traceSuspects(spec);
  const program = await target.compile(module);
  const outputs = suspects.map(() => target.allocate(1));
  const inputs = [...bindings.inputs, ...bindings.states.slice(0, 1 + spec.network.parameterSpecs.length)];
  await program.run({ inputs, states: [], outputs }, 1);
  let found: Suspect | undefined;
  for (const [index, suspect] of suspects.entries()) {
    const [isFinite] = await target.read(outputs[index]!, "bool", 1);
    if (isFinite === 0 && !found) found = suspect;
  }
  program.release();
  for (const buffer of outputs) buffer.release();
  const what = found?.what ?? "the loss or a gradient";
  const hint = "Lower the learning rate, or check the scale of the inputs";
  return new TrainingError(
    `train: ${what} is not finite at step ${step} (epoch ${epoch}); the parameters are those before this step. ${hint}.`,
    { operation: "train", step, epoch, layer: found?.layer ?? null, actual: what, hint },
  );
}
