/**
 * Events as lines of JSON (JSON Lines): what `--json` prints and what `events.jsonl` holds. Typed arrays become lists, shortened
 * to the nine digits that name a float32 exactly; what JSON cannot say (NaN, ±Infinity) becomes null.
 */

import type { TrainingEvent } from "./events.ts";

/** One event as one line, without its line end. */
export function eventLine(event: TrainingEvent): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    value instanceof Float32Array ? Array.from(value, shortest) : value,
  );
}

function shortest(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
}
