/** Charts in SVG: lines with bands, dots with bars of their intervals, bars side by side; panels share their axes. */

import { isShown, seriesNames } from "../chart.ts";
import type { Axis, Chart, Point, Series } from "../picture.ts";
import type { Library, Plot, PlotOptions } from "./library.ts";
import { colourOf, type Drawing, widthOf } from "./sheet.ts";

type Mark = NonNullable<PlotOptions["marks"]>[number];

/** Lines of fewer points show them. */
const mostMarked = 30;
const panelWidth = 300;
/** Counts that an axis has a tick for each. */
const mostCounts = 12;

export function chartDrawing(chart: Chart, { Plot, render }: Library): Drawing {
  const panels = [...new Set(chart.series.map(({ panel }) => panel ?? ""))];
  const longest = Math.max(0, ...(chart.x.names ?? []).map((name) => widthOf(name, 10)));
  const tilted = longest > 60;
  const width = panels.length === 1 ? 640 : Math.max(640, panelWidth * panels.length);
  const height = 380 + (tilted ? longest * 0.7 : 0);
  const names = seriesNames(chart);
  const body = render({
    width,
    height,
    // Tilted names begin left of their place.
    marginLeft: tilted ? Math.max(56, longest * 0.75) : 56,
    marginRight: 20,
    marginBottom: tilted ? 40 + longest * 0.7 : 40,
    style: { fontSize: "12px" },
    x: { ...scaleOf(chart.x, tilted), ...countsOf(chart) },
    y: { ...scaleOf(chart.y, false), grid: true, nice: true },
    ...(panels.length > 1 ? { fx: { domain: panels, label: null, padding: 0.08 } } : {}),
    marks: [
      Plot.frame({ stroke: "#cccccc" }),
      ...chart.series.flatMap((series) => marksOf(chart, series, names.indexOf(series.name), panels.length > 1, Plot)),
    ],
  });
  return { width, height, body };
}

/** Powers of ten as people write them: 100, 0.01, 1e-7. */
const logTicks = { ticks: 5, tickFormat: powerLabel } as const;

function powerLabel(value: number): string {
  return value >= 1e5 ? value.toExponential(0).replace("+", "") : String(Number(value.toPrecision(3)));
}

function scaleOf(axis: Axis, tilted: boolean): NonNullable<PlotOptions["x"]> {
  const { label, names } = axis;
  if (names === undefined) return { label, type: axis.log ? "log" : "linear", ...(axis.log ? logTicks : {}) };
  return {
    label,
    domain: [-0.6, names.length - 0.4],
    ticks: names.map((_, place) => place),
    tickFormat: (place: number) => names[place] ?? "",
    ...(tilted ? { tickRotate: -35 } : {}),
  };
}

/** Ticks at the counts where a short axis counts: there is no epoch 1.5. */
function countsOf({ x, series }: Chart): { ticks?: number[]; tickFormat?: (place: number) => string } {
  const places = series.flatMap(({ points }) => points.map((point) => point.x)).filter(Number.isFinite);
  if (x.names !== undefined || x.log || places.length === 0 || !places.every(Number.isInteger)) return {};
  const low = places.reduce((least, place) => Math.min(least, place));
  const high = places.reduce((most, place) => Math.max(most, place));
  if (high - low > mostCounts) return {};
  return { ticks: Array.from({ length: high - low + 1 }, (_, index) => low + index), tickFormat: String };
}

/** A series in its colour. */
function marksOf(chart: Chart, series: Series, index: number, faceted: boolean, Plot: Plot): Mark[] {
  const points = series.points.filter((point) => isShown(point, chart));
  const colour = colourOf(index);
  const panel = faceted ? { fx: () => series.panel ?? "" } : {};
  const place = { x: "x", y: "y", ...panel } as const;
  const between = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  const interval = { x: "x", y1: "low", y2: "high", ...panel } as const;
  if (series.as === "bars") return bars(chart, points, index, panel, Plot);
  if (series.as === "dots") {
    const radius = points.length > 200 ? 1.5 : 3;
    return [
      Plot.ruleX(between, { ...interval, stroke: colour }),
      Plot.dot(points, { ...place, r: radius, fill: colour, fillOpacity: points.length > 200 ? 0.6 : 1 }),
    ];
  }
  return [
    Plot.areaY(between, { ...interval, fill: colour, fillOpacity: 0.15 }),
    Plot.lineY(points, { ...place, stroke: colour, strokeWidth: 1.8 }),
    ...(points.length <= mostMarked ? [Plot.dot(points, { ...place, r: 2.5, fill: colour })] : []),
  ];
}

/** Bars of several series stand side by side at each place, with their intervals. */
function bars(chart: Chart, points: readonly Point[], index: number, panel: object, Plot: Plot): Mark[] {
  const groups = seriesNames({ series: chart.series.filter(({ as }) => as === "bars") });
  const step = 0.8 / groups.length;
  const from = ({ x }: Point): number => x - 0.4 + step * groups.indexOf(seriesNames(chart)[index]!);
  const ends = { x1: from, x2: (point: Point) => from(point) + step, y1: () => groundOf(chart), y2: "y" };
  const between = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  return [
    Plot.rectY(points, { ...ends, fill: colourOf(index), ...panel }),
    Plot.ruleX(between, { x: (point: Point) => from(point) + step / 2, y1: "low", y2: "high", ...panel }),
  ];
}

/** Where bars begin: at 0, on a logarithmic axis below the smallest. */
function groundOf({ y, series }: Chart): number {
  if (!y.log) return 0;
  return Math.min(...series.flatMap(({ points }) => points.map((point) => point.y)).filter((value) => value > 0)) / 2;
}
