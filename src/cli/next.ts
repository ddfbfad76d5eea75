/** What to try after a run: real commands that lead on from what was just done. */

import type { Style } from "../pictures/terminal/style.ts";
import type { TrainOptions } from "../train/options.ts";

/** Lines of two columns: a command and what it is for. */
export function nextSteps(source: string, options: Pick<TrainOptions, "out">, style: Style): string[] {
  const steps = options.out === undefined ? withoutModel(source) : withModel(source, options.out);
  return steps.flatMap(([command, purpose]) => [`  npx gradus ${command}`, style.dim(`      ${purpose}`)]);
}

type Step = readonly [command: string, purpose: string];

function withoutModel(source: string): Step[] {
  const train = source === "ink" ? "train" : `train ${quoted(source)}`;
  return [
    [`${train} --out runs/first`, "keep the model; then evaluate it, and let it read pictures of your own"],
    [`${train} --layers "flatten dense(10)"`, "is a set of functions without a hidden layer enough?"],
    [`${train} --optimizer "sgd(0.1)"`, "plain gradient descent instead of adam"],
    source === "ink"
      ? ["train semeion", "digits of 80 people, 3 MB to download"]
      : ["train ink", "handwriting from a generator, nothing to download"],
    ["lecture", "why deep, and what goes wrong: experiments, each with one command"],
    ["train --help", "everything that can be chosen"],
  ];
}

function withModel(source: string, out: string): Step[] {
  const model = quoted(out);
  return [
    [`evaluate ${model} ${quoted(source)}`, "how well does it read?"],
    [
      `predict ${model} drawing.png`,
      "what does it see in a picture of yours? (PNG needs npm install sharp; PGM does not)",
    ],
    [`draw ${model} ${quoted(source)}`, "its curves, its weights, its mistakes, as pictures"],
    [`diagnose ${model}`, "does anything ail it? Which learning rates work?"],
    [`summary ${model}`, "what the model consists of"],
  ];
}

/** As a shell takes it for one word. */
export function quoted(text: string): string {
  return /^[\w./~:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
