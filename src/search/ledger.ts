/**
 * The outcomes of a comparison on disk: a line of JSON each, under the key of what decides it. Whoever compares again, after an
 * interruption or with more seeds, finds what is done. Refuses files that hold something else; a last line that was cut off is left out.
 */

import { FileError } from "../base/errors.ts";
import { showPath } from "../base/show.ts";
import type { Outcome } from "./trial.ts";

interface Line {
  readonly key: string;
  readonly outcome: Outcome;
}

export class Ledger {
  readonly #file: string | null;
  readonly #known: Map<string, Outcome>;

  private constructor(file: string | null, known: Map<string, Outcome>) {
    this.#file = file;
    this.#known = known;
  }

  /** @param folder  where `results.jsonl` is, or will be; undefined keeps outcomes in memory alone */
  static async open(folder: string | undefined): Promise<Ledger> {
    if (folder === undefined) return new Ledger(null, new Map());
    const { checkFolder, kindAt, makeFolder, readFile } = await import("#file");
    await checkFolder(folder);
    await makeFolder(folder);
    const file = `${folder}/results.jsonl`;
    if ((await kindAt(file)) === null) return new Ledger(file, new Map());
    return new Ledger(file, read(file, new TextDecoder().decode(await readFile(file))));
  }

  get(key: string): Outcome | undefined {
    return this.#known.get(key);
  }

  /** The file is whole at every moment: it is written anew beside itself, and then takes its own place. */
  async add(key: string, outcome: Outcome): Promise<void> {
    this.#known.set(key, outcome);
    if (this.#file === null) return;
    const { writeFileAtomically } = await import("#file");
    const lines = Array.from(this.#known, ([known, found]) => `${JSON.stringify({ key: known, outcome: found })}\n`);
    await writeFileAtomically(this.#file, new TextEncoder().encode(lines.join("")));
  }
}

function read(file: string, text: string): Map<string, Outcome> {
  const lines = text.split("\n");
  const known = new Map<string, Outcome>();
  for (const [index, line] of lines.entries()) {
    const found = parsed(line);
    if (found) known.set(found.key, found.outcome);
    else if (index < lines.length - 1) throw unreadable(file, index + 1);
  }
  return known;
}

function parsed(line: string): Line | null {
  try {
    const value = JSON.parse(line) as Partial<Line> | null;
    return typeof value?.key === "string" && typeof value.outcome?.loss === "number" ? (value as Line) : null;
  } catch {
    return null;
  }
}

function unreadable(file: string, line: number): FileError {
  const actual = `line ${line} is none`;
  return new FileError(
    `${showPath(file)}: must hold outcomes of a comparison, a line each; ${actual}. Name another folder, or remove the file.`,
    { operation: "compare", file, actual },
  );
}
