/**
 * A chart in the terminal: lines and dots in braille with a mark at the points of each series, one panel below the other; bars lie on
 * their side, a line each. Intervals are left to the SVG.
 */

import { isShown, seriesNames } from "../chart.ts";
import type { Chart, Point, Series } from "../picture.ts";
import { bar } from "../terminal/bars.ts";
import { significant } from "../terminal/numbers.ts";
import { padEnd, padStart, type Style } from "../terminal/style.ts";
import { Braille } from "./braille.ts";
import { legendLines, markOf, paintOf } from "./marks.ts";
import { between, endLabel, type Scale, scaleOf } from "./scale.ts";

export interface Room {
  readonly width: number;
  /** Lines of a panel, axes included. */
  readonly height: number;
  readonly style: Style;
}

const labelWidth = 8;
/** Where fewer points are shown each has its mark; of more, the last. */
const mostMarked = 24;

export function chartLines(chart: Chart, room: Room): string[] {
  if (chart.series.some(({ as }) => as === "bars")) return barLines(chart, room);
  const names = seriesNames(chart);
  const legend = names.length > 1 ? legendLines(names, room.width, room.style) : [];
  const points = chart.series.flatMap((series) => series.points.filter((point) => isShown(point, chart)));
  const x = scaleOf(
    points.map((point) => point.x),
    chart.x,
  );
  const y = scaleOf(
    points.map((point) => point.y),
    chart.y,
  );
  if (x === null || y === null) return [room.style.dim("(no point to draw)")];
  const panels = [...new Set(chart.series.map(({ panel }) => panel))];
  const drawn = panels.flatMap((panel) => [
    ...(panel === undefined ? [] : [room.style.dim(panel)]),
    ...panelLines(chart, { x, y, panel }, room),
  ]);
  return [...legend, ...drawn];
}

interface Panel {
  readonly x: Scale;
  readonly y: Scale;
  readonly panel: string | undefined;
}

function panelLines(chart: Chart, { x, y, panel }: Panel, { width, height, style }: Room): string[] {
  const columns = Math.max(10, width - labelWidth - 2);
  const lines = Math.max(3, height - 2);
  const canvas = new Braille(columns, lines);
  const marks = new Map<number, string>();
  const names = seriesNames(chart);
  for (const series of chart.series.filter((each) => each.panel === panel)) {
    const index = names.indexOf(series.name);
    const points = series.points.filter((point) => isShown(point, chart));
    const places = points.map((point) => placeOf(point, x, y, canvas));
    drawSeries(series, places, index, canvas);
    const shown = places.length <= mostMarked && series.as !== "dots" ? places : places.slice(-1);
    if (series.as === "dots" && points.length > mostMarked) continue;
    for (const [column, line] of shown) {
      marks.set((line >> 2) * columns + (column >> 1), paintOf(index, style)(markOf(index)));
    }
  }
  const rows = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: columns }, (_, column) => {
      const cell = canvas.at(column, line);
      const mark = marks.get(line * columns + column);
      return mark ?? (cell === null ? " " : paintOf(cell.owner, style)(cell.character));
    }).join(""),
  );
  return framed(rows, chart, { x, y, panel }, columns, style);
}

type Place = readonly [column: number, line: number];

/** In dots of the canvas. */
function placeOf(point: Point, x: Scale, y: Scale, { columns, lines }: Braille): Place {
  return [Math.round(x.at(point.x) * (2 * columns - 1)), Math.round((1 - y.at(point.y)) * (4 * lines - 1))];
}

function drawSeries({ as }: Series, places: readonly Place[], index: number, canvas: Braille): void {
  for (const [place, [x, y]] of places.entries()) {
    const before = places[place - 1];
    if (as === "dots" || before === undefined) canvas.dot(x, y, index);
    else canvas.line(...before, x, y, index);
  }
}

/** The axes with the values at their ends. */
function framed(
  rows: readonly string[],
  { x: xAxis, y: yAxis }: Chart,
  { x, y }: Panel,
  columns: number,
  style: Style,
): string[] {
  const label = (line: number): string => {
    if (line === 0) return endLabel(y.high, yAxis);
    return line === rows.length - 1 ? endLabel(y.low, yAxis) : "";
  };
  const [from, to] = [endLabel(x.low, xAxis), endLabel(x.high, xAxis)];
  const middle = `${xAxis.label}, ${yAxis.label} upward`;
  const space = Math.max(1, Math.floor((columns - from.length - to.length - middle.length) / 2));
  const right = Math.max(1, columns - from.length - to.length - middle.length - space);
  const below = `${from}${" ".repeat(space)}${middle}${" ".repeat(right)}${to}`;
  return [
    ...rows.map((row, line) => {
      const text = label(line);
      return `${style.dim(`${padStart(text.slice(0, labelWidth - 1), labelWidth - 1)} ${text === "" ? "│" : "┤"}`)}${row}`.trimEnd();
    }),
    style.dim(`${" ".repeat(labelWidth)}╰${"─".repeat(columns)}`),
    style.dim(`${" ".repeat(labelWidth + 1)}${below}`),
  ];
}

/** Bars on their side: for each place a line of every series. */
function barLines(chart: Chart, { width, style }: Room): string[] {
  const { x, y, series } = chart;
  const names = seriesNames(chart);
  const shown = series.flatMap(({ name, points }) =>
    points.filter((point) => isShown(point, chart)).map((point) => ({ ...point, name })),
  );
  if (shown.length === 0) return [style.dim("(no bar to draw)")];
  const places = [...new Set(shown.map((point) => point.x))].sort((a, b) => a - b);
  const high = Math.max(...shown.map((point) => point.y));
  const low = y.log ? Math.min(...shown.map((point) => point.y)) / 2 : 0;
  const scale = between(low, high, y);
  const placeLabel = (place: number): string => endLabel(place, x);
  const left = Math.min(34, Math.max(...places.map((place) => placeLabel(place).length)));
  const seriesWidth = names.length > 1 ? Math.max(...names.map((name) => name.length)) : 0;
  const room = Math.max(8, width - left - seriesWidth - 14);
  return places.flatMap((place) =>
    shown
      .filter((point) => point.x === place)
      .map((point, row) => {
        const head = padEnd(row === 0 ? placeLabel(place).slice(0, left) : "", left);
        const who = names.length > 1 ? ` ${padEnd(point.name, seriesWidth)}` : "";
        const drawn = paintOf(names.indexOf(point.name), style)(bar(scale.at(point.y), room));
        return `${head}${style.dim(who)} ${drawn} ${significant(point.y, 3)}`;
      }),
  );
}
