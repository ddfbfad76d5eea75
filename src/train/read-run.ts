/**
 * Reads back what a run wrote into its folder: the start event and all others, in order. A last line that was cut off when the process
 * was killed is left out. Refuses folders that are no run's, and logs that something else wrote.
 */

import { FileError } from "../base/errors.ts";
import { showPath } from "../base/show.ts";
import type { StartEvent, TrainingEvent } from "./events.ts";

export interface RunRecord {
  readonly start: StartEvent;
  /** The start event first. Lists stand where the run's events have typed arrays; what is not finite is null. */
  readonly events: readonly TrainingEvent[];
}

/**
 * @param path  a folder that `train({ out })` or `gradus train --out` wrote
 * @throws {FileError} it has no events.jsonl, or that is no log of a run
 */
export async function readRun(path: string): Promise<RunRecord> {
  const { kindAt, readFile } = await import("#file");
  const file = `${path}/events.jsonl`;
  if ((await kindAt(file)) !== "file") {
    throw unreadable(path, "there is no events.jsonl in it", "gradus train --out DIR writes one.");
  }
  const lines = new TextDecoder().decode(await readFile(file)).split("\n");
  const events: TrainingEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const event = parsed(line);
    // What follows the last line end is nothing, or a line that was never finished.
    if (event === null && index === lines.length - 1) continue;
    if (event === null) throw unreadable(path, `line ${index + 1} of events.jsonl is no event`, "Train again.");
    events.push(event);
  }
  const [start] = events;
  if (start?.event !== "start") throw unreadable(path, "its events begin without a start", "Train again.");
  return { start, events };
}

/** An event; null for what is none. */
function parsed(line: string): TrainingEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof (value as { event?: unknown } | null)?.event === "string" ? (value as TrainingEvent) : null;
  } catch {
    return null;
  }
}

function unreadable(path: string, actual: string, hint: string): FileError {
  return new FileError(`${showPath(path)}: must be the folder of a run; ${actual}. ${hint}`, {
    operation: "readRun",
    file: path,
    actual,
    hint,
  });
}
