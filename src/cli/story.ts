/**
 * A training run told to people, in the order of the three steps: the data, the set of functions, how good the first one is, the way
 * to a better one, and what came of it. Prints and computes nothing that would change the run.
 */

import { log } from "../base/math.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { asLoss } from "../loss/loss.ts";
import type { Network } from "../network/network.ts";
import { drawableSize } from "../pictures/terminal/image.ts";
import { count, duration, percent, rate, significant, thousands } from "../pictures/terminal/numbers.ts";
import { beside } from "../pictures/terminal/style.ts";
import { evaluate } from "../train/evaluate.ts";
import type { EndEvent, ProfileEvent, Scores, StartEvent, StopEvent, TrainingEvent } from "../train/events.ts";
import type { TrainOptions } from "../train/options.ts";
import { describeData, inWords } from "./data.ts";
import { nextSteps } from "./next.ts";
import { printProfile } from "./profile.ts";
import { Progress } from "./progress.ts";
import { answersOf, drawExample, indent, perRow, printConfusion, printMistakes, verdict } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

/** Examples on which the first function is judged: enough for three digits. */
const judged = 5000;

/** The run's options; here the seed has been decided. */
export type Options = TrainOptions & { readonly seed: number };

export class Story {
  readonly #source: string;
  readonly #network: Network;
  readonly #data: Split;
  readonly #options: Options;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  #start: StartEvent | null = null;
  #profile: ProfileEvent | null = null;
  #end: EndEvent | null = null;

  constructor(source: string, network: Network, data: Split, options: Options, terminal: Terminal) {
    this.#source = source;
    this.#network = network;
    this.#data = data;
    this.#options = options;
    this.#terminal = terminal;
    this.#progress = new Progress(terminal);
  }

  /** The data, and steps 1 and 2. */
  async begin(): Promise<void> {
    const { train } = this.#data;
    const network = this.#network;
    // Judged first: what is wrong with network and loss is said before anything is told.
    network.initialize({ seed: this.#options.seed });
    const judges = train.take(Math.min(judged, train.length));
    const scores = await evaluate(network, judges, this.#options);

    this.#heading("Data", this.#source);
    print(this.#terminal, `  ${describeData(this.#data)}`, ...indent(this.#samples()));
    this.#heading("Step 1", "the network, a set of functions");
    const parameters = thousands(network.parameterCount);
    print(
      this.#terminal,
      `  Each of them makes ${network.outputShape.join("×")} scores out of ${network.inputShape.join("×")} values.`,
      ...indent(["", ...network.summary().split("\n")]),
      `  Every setting of these ${parameters} numbers is one function of the set.`,
    );
    this.#heading("Step 2", "the loss: how good is one of them?");
    print(this.#terminal, ...this.#judgement(judges, scores));
  }

  show(event: TrainingEvent): void {
    if (event.event === "start") {
      this.#start = event;
      this.#introduce(event);
    }
    if (event.event === "stop") this.#tellStop(event);
    if (event.event === "profile") this.#profile = event;
    if (event.event === "end") this.#end = event;
    this.#progress.show(event);
  }

  #tellStop({ metric, patience, bestEpoch, restored }: StopEvent): void {
    this.#progress.stop();
    const reason = `Stopped early: ${metric} was no better in ${count(patience, "epoch")}`;
    print(this.#terminal, restored ? `${reason} than in epoch ${bestEpoch}, whose parameters are back.` : `${reason}.`);
  }

  /** What came of it. */
  async end(): Promise<void> {
    const end = this.#end!;
    const { style } = this.#terminal;
    const answers = await answersOf(this.#network, this.#data.test);
    this.#heading("Result", "on examples it has never seen");
    print(
      this.#terminal,
      `  Test accuracy ${verdict(answers, end.loss, this.#terminal)}`,
      style.dim(`  ${count(end.steps, "step")} in ${duration(end.seconds)}, ${rate(end.samplesPerSecond)} samples/s`),
      ...(end.bestEpoch === null ? [] : [style.dim(`  parameters of epoch ${end.bestEpoch}, the best`)]),
      style.dim(`  hash ${end.hash}`),
    );
    const curve = this.#progress.curve(10);
    if (curve.length > 0) print(this.#terminal, "", ...curve);
    printConfusion(answers, this.#terminal);
    await printMistakes(answers, this.#terminal);
    if (this.#profile) printProfile(this.#profile, this.#terminal);
    this.#heading("What next", "");
    print(this.#terminal, ...nextSteps(this.#source, this.#options, style));
  }

  /** The user has interrupted. */
  async breakOff(): Promise<void> {
    this.#progress.stop();
    const kept = whatIsKept(this.#options.out, this.#end!);
    const steps = `${thousands(this.#end!.steps)} of ${thousands(this.#start!.steps)} steps`;
    print(this.#terminal, "", `Interrupted after ${steps}. ${kept}`);
  }

  /** Leaves no half-drawn line behind, whatever happened. */
  stop(): void {
    this.#progress.stop();
  }

  #heading(name: string, rest: string): void {
    const { style } = this.#terminal;
    print(this.#terminal, "", rest === "" ? style.bold(name) : `${style.bold(style.cyan(name))}  ${style.bold(rest)}`);
  }

  /** The first few examples as pictures. */
  #samples(): string[] {
    const { train } = this.#data;
    const size = drawableSize(train.inputShape, this.#terminal.width);
    if (size === null || train.classes === null) return [];
    const shown = Math.min(train.length, perRow(size.columns, this.#terminal.width));
    const blocks = Array.from({ length: shown }, (_, index) => [
      ...drawExample(train, index, this.#terminal),
      this.#terminal.style.dim(inWords(train.label(index))),
    ]);
    return beside(2, ...blocks);
  }

  #judgement(judges: Dataset, scores: Scores): string[] {
    const { name } = asLoss(this.#options.loss);
    const classes = this.#network.outputShape[0]!;
    const guess = guessing(name, classes);
    const { bold } = this.#terminal.style;
    return [
      `  ${name} over ${count(judges.length, "example")} to learn from, parameters drawn at random:`,
      `  loss ${bold(significant(scores.loss))}, accuracy ${bold(percent(scores.accuracy!))}.`,
      ...(guess === null ? [] : [`  Guessing evenly among ${classes} classes costs ${guess}.`]),
    ];
  }

  #introduce(start: StartEvent): void {
    this.#heading("Step 3", "the optimizer: pick the best");
    const perEpoch = Math.ceil(start.examples / start.batchSize);
    const steps =
      start.steps < perEpoch
        ? count(start.steps, "step")
        : `${count(start.epochs, "epoch")} of ${count(perEpoch, "step")}`;
    const threads = count(start.threads, "thread");
    const averaged = start.averaging === null ? "" : `, averaged by ${start.averaging}`;
    print(
      this.#terminal,
      `  ${start.optimizer}${averaged}: ${steps}, ${count(start.batchSize, "example")} each, seed ${start.seed}`,
      ...(start.augment === "" ? [] : [`  examples vary at every step: ${start.augment}`]),
      this.#terminal.style.dim(`  ${start.target}, ${start.numerics}, ${threads}`),
      "",
    );
  }
}

/** What an interrupted run leaves in its folder. */
function whatIsKept(out: string | undefined, { steps, bestEpoch }: EndEvent): string {
  if (out === undefined) return "Nothing is kept without --out DIR.";
  if (bestEpoch !== null) return `The best model, that of epoch ${bestEpoch}, is in ${out}.`;
  return steps === 0 ? `Nothing was written into ${out}.` : `The model as it is now is in ${out}.`;
}

/** What it costs to answer the same to every example, every class alike. */
function guessing(loss: string, classes: number): string | null {
  if (classes < 2) return null;
  if (loss === "crossEntropy") return `ln ${classes} = ${significant(log(classes))}`;
  return loss === "meanSquaredError" ? significant((1 - 1 / classes) / classes) : null;
}
