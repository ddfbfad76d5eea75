/**
 * Names of options. The compiler finds a misspelt one only where nothing depends on the options' type, and JavaScript never: it would be
 * silently left out of account. Refuses names that are not known, and what is no record.
 */

import { GradusError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { show, showValue } from "./show.ts";

/** Throws where something else than a record is given, or one with a name that is not known. */
export function checkOptionNames(operation: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const actual = showValue(given);
    throw new GradusError(
      `${operation}: options stand in a record; got ${actual}. Write { ${known.map((name) => `${name}: …`).join(", ")} }.`,
      { operation, expected: "a record", actual },
    );
  }
  const strange = Object.keys(given).find((name) => !known.includes(name));
  if (strange === undefined) return;
  const near = nearest(strange, known);
  const hint = near === null ? `There are ${known.join(", ")}.` : `Did you mean ${near}?`;
  throw new GradusError(`${operation}: has no option "${show(strange)}". ${hint}`, {
    operation,
    option: strange,
    expected: known.join(", "),
    actual: strange,
    hint,
  });
}
