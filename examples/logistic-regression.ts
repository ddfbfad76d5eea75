/**
 * Gradient descent, watched on one neuron: who learned x hours more than the average passes the examination with probability
 * σ(w·x + b). There are only two parameters, and one minimum; each step goes downhill by the gradient of the cross entropy.
 */

import { tensor, valueAndGrad } from "gradus";
import { sigmoid } from "gradus/functions";
import { type Figure, figure, isMain } from "./report.ts";

export const hours: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((x) => x - 5.5);
export const passed: readonly number[] = [0, 0, 0, 1, 0, 1, 0, 1, 1, 1];

export interface Moment {
  readonly step: number;
  readonly loss: number;
  readonly weight: number;
  readonly bias: number;
}

/** Descends from w = b = 0; gives what was seen before every step. */
export async function descend(steps: number, learningRate: number): Promise<Moment[]> {
  const x = tensor(hours);
  const t = tensor(passed);
  const loss = ({ w, b }: typeof parameters) => {
    const p = sigmoid(x.mul(w).add(b));
    const right = t.mul(p.log());
    const wrong = t.neg().add(1).mul(p.neg().add(1).log());
    return right.add(wrong).mean().neg();
  };
  let parameters = { w: tensor(0), b: tensor(0) };
  const moments: Moment[] = [];
  for (let step = 0; step < steps; step++) {
    const { value, gradient } = valueAndGrad(loss)(parameters);
    const { w, b } = parameters;
    moments.push({ step, loss: await value.item(), weight: await w.item(), bias: await b.item() });
    parameters = { w: w.sub(gradient.w.mul(learningRate)), b: b.sub(gradient.b.mul(learningRate)) };
  }
  return moments;
}

/** The minimum, by Newton's method in plain numbers: what descent should find. */
export function minimum(): { weight: number; bias: number } {
  let [weight, bias] = [0, 0];
  for (let round = 0; round < 20; round++) {
    let [gw, gb, ww, wb, bb] = [0, 0, 0, 0, 0];
    hours.forEach((x, i) => {
      const p = 1 / (1 + Math.exp(-(weight * x + bias)));
      const curve = p * (1 - p);
      [gw, gb] = [gw + (p - passed[i]!) * x, gb + (p - passed[i]!)];
      [ww, wb, bb] = [ww + curve * x * x, wb + curve * x, bb + curve];
    });
    const determinant = ww * bb - wb * wb;
    weight -= (bb * gw - wb * gb) / determinant;
    bias -= (ww * gb - wb * gw) / determinant;
  }
  return { weight, bias };
}

export async function main(): Promise<Figure[]> {
  const moments = await descend(401, 0.1);
  for (const { step, loss, weight, bias } of moments) {
    if ([0, 1, 2, 3, 5, 10, 20, 50, 100, 400].includes(step)) {
      console.log(
        `step ${String(step).padStart(3)}   loss ${loss.toFixed(4)}   w ${weight.toFixed(4)}   b ${bias.toFixed(4)}`,
      );
    }
  }
  const best = minimum();
  console.log(`The minimum lies at w ${best.weight.toFixed(4)}, b ${best.bias.toFixed(4)}.`);
  const last = moments.at(-1)!;
  const distance = Math.hypot(last.weight - best.weight, last.bias - best.bias);
  return [figure("logistic regression, distance from the minimum", distance, { atMost: 0.001 })];
}

if (isMain(import.meta.url)) console.table(await main());
