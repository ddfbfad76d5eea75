/**
 * Which target runs: by argument, else by GRADUS_TARGET and GRADUS_NUMERICS, else wasm in its best mode. A target is loaded when it
 * is first asked for, and there is one of each kind and mode.
 */

import { environment } from "../base/environment.ts";
import { TargetError } from "../base/errors.ts";
import type { Numerics, Target, TargetName } from "./target.ts";

/** A new target is a folder and a line here. */
const loaders: Record<TargetName, (numerics?: Numerics) => Promise<Target>> = {
  reference: async (numerics) => (await import("./reference/target.ts")).referenceTarget(numerics),
  wasm: async (numerics) => (await import("./wasm/target.ts")).wasmTarget(numerics),
};

/** The names of all targets, the fastest first. */
export const targetNames: readonly TargetName[] = ["wasm", "reference"];

const loaded = new Map<string, Promise<Target>>();

export interface TargetOptions {
  /** "fused" where the target can (default), or "portable". */
  readonly numerics?: Numerics | undefined;
}

/**
 * The target asked for.
 *
 * @param name     "wasm" or "reference"; by default what GRADUS_TARGET says, else wasm
 * @param options  numerics; by default what GRADUS_NUMERICS says, else fused where the target can
 * @throws {TargetError} a name that is none, or a target that cannot start here
 */
export async function target(name?: TargetName, options: TargetOptions = {}): Promise<Target> {
  const chosen = name ?? environment("GRADUS_TARGET") ?? "wasm";
  const numerics = options.numerics ?? environment("GRADUS_NUMERICS");
  check("target", chosen, Object.keys(loaders));
  if (numerics !== undefined) check("numerics", numerics, ["fused", "portable"]);
  return load(chosen as TargetName, numerics as Numerics | undefined);
}

/** One instance for each name and mode; without a mode, the one of the mode that the target chose. */
async function load(name: TargetName, numerics: Numerics | undefined): Promise<Target> {
  const instance = await remember(`${name} ${numerics ?? "default"}`, () => loaders[name](numerics));
  return remember(`${name} ${instance.numerics}`, async () => instance);
}

function remember(key: string, make: () => Promise<Target>): Promise<Target> {
  const known = loaded.get(key);
  if (known) return known;
  const made = make();
  loaded.set(key, made);
  made.catch(() => loaded.delete(key));
  return made;
}

function check(what: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new TargetError(`${what}: must be one of ${allowed.join(", ")}; got ${value}. Choose one of them.`, {
    operation: what,
    expected: allowed.join(", "),
    actual: value,
  });
}
