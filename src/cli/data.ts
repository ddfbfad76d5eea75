/** The data set of a command: read by name or path, with a word on standard error for each download; and described in one line. */

import { show } from "../base/show.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { loadData } from "../data/load.ts";
import { thousands } from "../pictures/terminal/numbers.ts";
import { type Arguments, positiveInteger } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

export async function readData(source: string, args: Arguments, terminal: Terminal): Promise<Split> {
  return loadData(source, {
    dataDir: args.text("data-dir"),
    take: args.number("take", positiveInteger),
    onDownload: (address, licence) => {
      terminal.complain(terminal.style.dim(`Downloading ${address} (licence: ${licence}) …`));
    },
  });
}

/** `16×16` for a picture, `[4]` for other inputs. */
export function shapeInWords(shape: readonly number[]): string {
  return shape.length >= 2 ? shape.join("×") : `[${shape.join(", ")}]`;
}

/** A class name as it may stand in a terminal: models come from anywhere. */
export function inWords(name: string): string {
  return show(name, 40);
}

/** `10 classes, 0 to 9`, or the names where they are words. */
export function classesInWords(classes: readonly string[]): string {
  const numbered = classes.every((name, index) => name === String(index));
  if (numbered && classes.length > 2) return `${thousands(classes.length)} classes, 0 to ${classes.length - 1}`;
  const names = classes.slice(0, 4).map(inWords).join(", ");
  return `${thousands(classes.length)} classes, ${names}${classes.length > 4 ? " …" : ""}`;
}

/** `16×16, 10 classes, 0 to 9; 4,000 to learn from, 1,000 to test with`. */
export function describeData({ train, test }: Split): string {
  const classes = train.classes === null ? "" : `, ${classesInWords(train.classes)}`;
  const counts = `${thousands(train.length)} to learn from, ${thousands(test.length)} to test with`;
  return `${shapeInWords(train.inputShape)}${classes}; ${counts}`;
}

/** The names of a network's outputs: the data's classes, and numbers where there are more outputs. */
export function outputNames(data: Dataset, outputs: number): string[] {
  return Array.from({ length: outputs }, (_, index) => data.classes?.[index] ?? String(index));
}
