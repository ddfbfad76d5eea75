/**
 * The short warnings of a run: what is found is told once. What the data and the course of the losses tell costs next to nothing; a
 * look at the layers is taken only where it costs less than its share of the time so far, so runs of a second have none. No result
 * depends on it.
 */

import type { Target, TargetBuffer } from "../../targets/target.ts";
import { now } from "../chunk.ts";
import type { EpochEvent, WarningEvent } from "../events.ts";
import { Holdings } from "../holdings.ts";
import type { Plan } from "../options.ts";
import { judgeCourse } from "./curves.ts";
import { countClasses, judgeBalance, judgeInputs, measureInputs } from "./data.ts";
import type { Finding, FindingName } from "./finding.ts";
import { judgeLayers } from "./layers.ts";
import type { LayerLook, Look } from "./look.ts";
import { judgeLoss } from "./loss.ts";

/** Of the time of a run, what its looks may take. */
const share = 0.01;
/** What making a look costs of what making the run took: its program is like the step's, and the compiler is warm. */
const firstCost = 0.7;
/** Seconds that a first look costs at least: where a run was made quickly from what is known, a look is still new. */
const leastFirstCost = 0.06;

/** Losses that are kept; an even number. */
const mostLosses = 2 ** 16;

/** Where a run is. */
export interface Moment {
  readonly epoch: number;
  readonly step: number;
  /** Since its beginning. */
  readonly seconds: number;
}

export class Warnings {
  readonly #plan: Plan;
  readonly #target: Target;
  readonly #told: Set<FindingName> = new Set();
  /** Of the run so far: of so many steps each, the mean. */
  #losses: number[] = [];
  #perLoss = 1;
  /** Those of the mean that is not whole yet. */
  #open: number[] = [];
  #look: { readonly look: Look; readonly holdings: Holdings } | null = null;
  #spent = 0;
  /** What the next look will cost. */
  #cost: number;

  /** @param preparation  seconds that data, state and program of the run took to be made */
  constructor(plan: Plan, target: Target, preparation: number) {
    this.#plan = plan;
    this.#target = target;
    this.#cost = Math.max(leastFirstCost, firstCost * preparation);
  }

  /** Before the first step. */
  begin(): WarningEvent[] {
    const { network, data, loss } = this.#plan;
    const found = [
      judgeLoss(network, loss, data),
      judgeInputs(network, measureInputs(data)),
      judgeBalance(data, countClasses(data)),
    ];
    return this.#tell(found, { epoch: 1, step: 0, seconds: 0 });
  }

  /** After a chunk of steps. */
  async step(losses: Float32Array, moment: Moment, values: readonly TargetBuffer[]): Promise<WarningEvent[]> {
    for (const loss of losses) this.#remember(loss);
    if (this.#spent + this.#cost > share * moment.seconds) return [];
    return this.#tell(judgeLayers(await this.#take(values)), moment);
  }

  /** After an epoch. */
  epoch(history: readonly EpochEvent[], moment: Moment): WarningEvent[] {
    return this.#tell(judgeCourse({ losses: this.#losses, epochs: history }), moment);
  }

  /** A long run is kept in halves of its detail: its course is what counts. */
  #remember(loss: number): void {
    this.#open.push(loss);
    if (this.#open.length < this.#perLoss) return;
    this.#losses.push(this.#open.reduce((sum, value) => sum + value, 0) / this.#perLoss);
    this.#open = [];
    if (this.#losses.length < mostLosses) return;
    const whole = this.#losses;
    this.#losses = Array.from({ length: whole.length / 2 }, (_, pair) => (whole[2 * pair]! + whole[2 * pair + 1]!) / 2);
    this.#perLoss *= 2;
  }

  async #take(values: readonly TargetBuffer[]): Promise<LayerLook[]> {
    const from = now();
    this.#look ??= await this.#prepare();
    const prepared = now();
    const layers = await this.#look.look.take(values);
    this.#spent += now() - from;
    this.#cost = now() - prepared;
    return layers;
  }

  async #prepare(): Promise<{ readonly look: Look; readonly holdings: Holdings }> {
    // Runs that end before are spared the loading.
    const { Look } = await import("./look.ts");
    const holdings = new Holdings(this.#target);
    try {
      return { look: await Look.prepare(this.#plan, this.#plan.data, holdings), holdings };
    } catch (error) {
      holdings.release();
      throw error;
    }
  }

  /** Each finding once. */
  #tell(findings: readonly (Finding | null)[], { epoch, step }: Moment): WarningEvent[] {
    const news = findings.filter((finding) => finding !== null && !this.#told.has(finding.name)) as Finding[];
    for (const { name } of news) this.#told.add(name);
    return news.map(({ name, sentence, layer, figures }) => {
      return { event: "warning", finding: name, sentence, layer, figures, epoch, step };
    });
  }

  release(): void {
    this.#look?.holdings.release();
    this.#look = null;
  }
}
