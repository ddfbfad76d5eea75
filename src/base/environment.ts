/** Environment variables where there are any; in browsers there are none. */

/** The value of a variable; undefined where it is missing or empty. */
export function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined;
}
