/**
 * What class names must be, wherever they come from: distinct texts that people can read. The gate of data, saving and loading ask
 * here, so that what is trained can be saved and what is saved can be loaded.
 */

import { show, showValue } from "../base/show.ts";

/** More classes than any set of names has. */
export const mostClassNames = 65536;
/** Longer names are texts. */
const longestName = 200;

/** What is wrong with class names, in words; null where nothing is. */
export function problemOfClassNames(names: unknown): string | null {
  if (!Array.isArray(names)) return `they are ${showValue(names)}`;
  if (names.length === 0 || names.length > mostClassNames) return `there are ${names.length}`;
  const seen = new Set<string>();
  // By index: a hole of a list is no name either.
  for (let i = 0; i < names.length; i++) {
    const name: unknown = names[i];
    if (typeof name !== "string") return `name ${i} is ${showValue(name)}`;
    if (name.length > longestName) return `name ${i} has ${name.length} characters`;
    if (seen.has(name)) return `"${show(name)}" stands there twice`;
    seen.add(name);
  }
  return null;
}

/** The rule, for sentences. */
export const classNamesRule: string = `class names must be distinct texts, at most ${mostClassNames} of at most ${longestName} characters`;
