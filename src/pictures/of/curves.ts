/**
 * The course of a run as charts: the loss over the steps, and each metric over the epochs, of training and validation. Reads the
 * events of a run, as they come or from a log; refuses nothing: a run without steps has charts without points.
 */

import type { TrainingEvent } from "../../train/events.ts";
import type { Chart, Point, Series } from "../picture.ts";

/** Steps of one point are averaged, so that a long run stays small. */
const mostPoints = 300;

/**
 * The learning curves of a run.
 *
 * @param events  all events of a run, in order
 * @returns       a chart of the loss, then one for each metric; lower losses and higher metrics are better
 * @example
 * const run = train(net, digits.train, { loss: crossEntropy(), optimizer: adam(), metrics: [accuracy()] });
 * const events = [];
 * for await (const event of run) events.push(event);
 * curvesOf(events).map((chart) => chart.title)  // ["Loss", "accuracy"]
 */
export function curvesOf(events: Iterable<TrainingEvent>): Chart[] {
  const steps: Point[] = [];
  const epochs = new Map<string, { training: Point[]; validation: Point[] }>();
  for (const event of events) {
    if (event.event === "step") addSteps(event.step, Array.from(event.losses), steps);
    if (event.event !== "epoch") continue;
    for (const name of Object.keys(event.training)) {
      const found = epochs.get(name) ?? { training: [], validation: [] };
      epochs.set(name, found);
      found.training.push({ x: event.epoch, y: event.training[name]! });
      if (event.validation)
        found.validation.push({ x: name === "loss" ? event.step : event.epoch, y: event.validation[name]! });
    }
  }
  return [lossChart(steps, epochs.get("loss")?.validation ?? []), ...metricCharts(epochs)];
}

function addSteps(last: number, losses: readonly number[], to: Point[]): void {
  losses.forEach((y, index) => {
    to.push({ x: last - losses.length + 1 + index, y });
  });
}

function lossChart(steps: readonly Point[], validation: readonly Point[]): Chart {
  const series: Series[] = [{ name: "training", points: averaged(steps) }];
  if (validation.length > 0) series.push({ name: "validation", points: validation });
  return { kind: "chart", title: "Loss", x: { label: "step" }, y: { label: "loss", log: spans(series) }, series };
}

/** Whether a loss falls so far that its end could not be seen on a linear axis. */
function spans(series: readonly Series[]): boolean {
  const seen = series.flatMap(({ points }) => points.map(({ y }) => y)).filter((y) => Number.isFinite(y));
  const least = seen.reduce((low, y) => Math.min(low, y), Number.POSITIVE_INFINITY);
  const most = seen.reduce((high, y) => Math.max(high, y), 0);
  return least > 0 && most > 20 * least;
}

function metricCharts(epochs: ReadonlyMap<string, { training: Point[]; validation: Point[] }>): Chart[] {
  const names = [...epochs.keys()].filter((name) => name !== "loss");
  return names.map((name) => {
    const { training, validation } = epochs.get(name)!;
    const series: Series[] = [{ name: "training", points: training }];
    if (validation.length > 0) series.push({ name: "validation", points: validation });
    return { kind: "chart", title: name, x: { label: "epoch" }, y: { label: name }, series };
  });
}

/** Means of equal runs of points; what is not finite is left out. */
function averaged(points: readonly Point[]): Point[] {
  const finite = points.filter(({ y }) => typeof y === "number" && Number.isFinite(y));
  const size = Math.ceil(finite.length / mostPoints);
  return Array.from({ length: Math.ceil(finite.length / Math.max(1, size)) }, (_, index) => {
    const run = finite.slice(index * size, (index + 1) * size);
    const sum = run.reduce((total, { y }) => total + y, 0);
    return { x: run.at(-1)!.x, y: sum / run.length };
  });
}
