/**
 * Colours and emphasis for the terminal. A style is a record of functions from text to text; the plain one changes nothing, so
 * drawings need no second path for pipes, files and NO_COLOR. Refuses nothing.
 */

export type Paint = (text: string) => string;

export interface Style {
  /** Whether escape codes are written at all. */
  readonly colour: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
  /** Text in one grey on another; levels 0 (black) to 1 (white). */
  readonly grey: (text: string, ink: number, paper: number) => string;
}

const escape = "\u001b[";

function wrap(open: number, close: number): Paint {
  return (text) => (text === "" ? "" : `${escape}${open}m${text}${escape}${close}m`);
}

/** The 256-colour palette has 24 greys, 232 (nearly black) to 255 (nearly white). */
function greyCode(level: number): number {
  return 232 + Math.round(Math.min(1, Math.max(0, level)) * 23);
}

export const coloured: Style = {
  colour: true,
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  green: wrap(32, 39),
  yellow: wrap(33, 39),
  blue: wrap(34, 39),
  cyan: wrap(36, 39),
  grey: (text, ink, paper) => `${escape}38;5;${greyCode(ink)}m${escape}48;5;${greyCode(paper)}m${text}${escape}39;49m`,
};

const same: Paint = (text) => text;

export const plain: Style = {
  colour: false,
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  blue: same,
  cyan: same,
  grey: (text) => text,
};

/** What a style depends on: the stream and the environment (https://no-color.org). */
export interface StyleSource {
  readonly isTTY?: boolean;
}

export function styleFor(stream: StyleSource, environment: Record<string, string | undefined>): Style {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== "") return plain;
  if (environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== "0") return coloured;
  if (environment.TERM === "dumb") return plain;
  return stream.isTTY === true ? coloured : plain;
}

// Matching the escape character is the purpose here.
const codes: RegExp = new RegExp(`${"\u001b"}\\[[0-9;?]*[A-Za-z]`, "g");

/** The text as it is seen: without escape codes. */
export function visible(text: string): string {
  return text.replace(codes, "");
}

/** Pads to `width` visible columns; longer text stays as it is. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visible(text).length));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - visible(text).length)) + text;
}

/** Rows of cells as lines, each column as wide as it needs to be; those of figures stand at the right. */
export function alignColumns(rows: readonly (readonly string[])[], atRight: (column: number) => boolean): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => visible(row[column]!).length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (atRight(column) ? padStart : padEnd)(cell, widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

/** Blocks of lines side by side, `gap` columns apart. */
export function beside(gap: number, ...blocks: readonly (readonly string[])[]): string[] {
  const widths = blocks.map((block) => Math.max(0, ...block.map((line) => visible(line).length)));
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, index) => padEnd(block[row] ?? "", widths[index]!))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}
