/** Level lines of a function of two variables in SVG, the lower the lighter, with paths over them. */

import { isShown } from "../chart.ts";
import { levelsOf } from "../levels.ts";
import type { Surface } from "../picture.ts";
import type { Library } from "./library.ts";
import { colourOf, type Drawing } from "./sheet.ts";

const levels = 10;

export function surfaceDrawing(surface: Surface, { Plot, render }: Library): Drawing {
  const { x, y, rows, columns, paths } = surface;
  const [width, height] = [640, 480];
  const grid = { width: columns, height: rows, x1: x.from, x2: x.to, y1: y.from, y2: y.to };
  const body = render({
    width,
    height,
    marginLeft: 56,
    marginRight: 20,
    marginBottom: 40,
    style: { fontSize: "12px" },
    x: { label: x.label, domain: [x.from, x.to] },
    y: { label: y.label, domain: [y.from, y.to] },
    color: { type: "linear", domain: [-1, 1.6 * levels], scheme: "greys" },
    marks: [
      Plot.contour(Array.from(levelsOf(surface.values, levels)), {
        ...grid,
        fill: Plot.identity,
        stroke: "#ffffff",
        strokeWidth: 0.5,
        thresholds: Array.from({ length: levels }, (_, level) => level),
      }),
      ...paths.flatMap((path, index) => {
        const points = path.points.filter((point) => isShown(point, surface));
        const place = { x: "x", y: "y", clip: true } as const;
        const colour = colourOf(index);
        const dots = Plot.dot(points, { ...place, r: 2, fill: colour });
        if (path.as === "dots") return [Plot.dot(points, { ...place, r: 5, fill: colour })];
        const line = Plot.line(points, { ...place, stroke: colour, strokeWidth: 1.5 });
        const start = Plot.dot(points.slice(0, 1), { ...place, r: 4, fill: "white", stroke: colour, strokeWidth: 2 });
        return points.length <= 100 ? [line, dots, start] : [line, start];
      }),
      Plot.frame({ stroke: "#cccccc" }),
    ],
  });
  return { width, height, body };
}
