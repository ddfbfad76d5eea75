/**
 * The plotting library, loaded when the first chart is drawn: Observable Plot, on a document of linkedom. Both are optional
 * dependencies; where they are missing, a sentence says how to get them.
 */

import type * as PlotLibrary from "@observablehq/plot";
import { GradusError } from "../../base/errors.ts";

/** What Plot is given to draw: its options without the document. */
export type PlotOptions = Omit<PlotLibrary.PlotOptions, "document" | "title" | "subtitle" | "caption">;

export type Plot = typeof PlotLibrary;

export interface Library {
  readonly Plot: Plot;
  /** The drawing as an SVG element in text, with coordinates to a hundredth of a pixel. */
  readonly render: (options: PlotOptions) => string;
}

let loading: Promise<Library> | null = null;

export function library(): Promise<Library> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Library> {
  try {
    const [Plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
    const { document } = parseHTML("<html></html>");
    return { Plot, render: (options) => renumbered(rounded(Plot.plot({ ...options, document }).outerHTML)) };
  } catch (error) {
    loading = null;
    throw new GradusError(
      "svg: charts are drawn by the packages @observablehq/plot and linkedom; they are not installed. " +
        "npm install @observablehq/plot linkedom.",
      { operation: "svg", hint: "npm install @observablehq/plot linkedom" },
      { cause: error },
    );
  }
}

/** Attributes whose numbers are places. */
const places: RegExp = /\s(?:d|x|y|x1|x2|y1|y2|cx|cy|width|height|points|transform)="[^"]*"/g;

function rounded(svg: string): string {
  return svg.replace(places, (attribute) =>
    attribute.replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
  );
}

/** Plot counts its clip paths over the whole process: from 1 in each drawing, equal pictures are equal files. */
function renumbered(svg: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/(?<=plot-clip-)\d+/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
    return String(numbers.get(id));
  });
}
