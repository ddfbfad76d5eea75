/** What surrounds the program: environment variables where there are any (in browsers there are none), and cores. */

/** The value of a variable; undefined where it is missing or empty. */
export function environment(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined;
}

/** How many threads can run at the same time. */
export function cores(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
