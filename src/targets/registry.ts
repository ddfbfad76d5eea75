/**
 * Which target runs: by argument, else by GRADUS_TARGET, GRADUS_NUMERICS and GRADUS_THREADS, else the fastest in its best mode. A target is loaded when it
 * is first asked for, and there is one of each kind and mode.
 */

import { environment } from "../base/environment.ts";
import { TargetError } from "../base/errors.ts";
import type { Numerics, Target, TargetName } from "./target.ts";

/** A new target is a folder and a line here. */
const loaders: Record<TargetName, (options: TargetOptions) => Promise<Target>> = {
  reference: async ({ numerics }) => (await import("./reference/target.ts")).referenceTarget(numerics),
  wasm: async ({ numerics, threads }) => (await import("./wasm/target.ts")).wasmTarget(numerics, { threads }),
  x64: async (options) => (await import("#x64")).x64Target(options),
};

/** The names of all targets, the fastest first. */
export const targetNames: readonly TargetName[] = ["x64", "wasm", "reference"];

const loaded = new Map<string, Promise<Target>>();

export interface TargetOptions {
  /** "fused" where the target can (default), or "portable". */
  readonly numerics?: Numerics | undefined;
  /** How many threads share the work: 1 to 64. */
  readonly threads?: number | undefined;
}

/**
 * The target asked for.
 *
 * @param name     "x64", "wasm" or "reference"; by default what GRADUS_TARGET says, else x64 where it can start and wasm elsewhere
 * @param options  numerics and threads; by default what GRADUS_NUMERICS and GRADUS_THREADS say, else fused where the target can, and
 *                 as many threads as there are cores
 * @throws {TargetError} a name that is none, or a target that cannot start here
 */
export async function target(name?: TargetName, options: TargetOptions = {}): Promise<Target> {
  const chosen = name ?? environment("GRADUS_TARGET");
  const numerics = options.numerics ?? environment("GRADUS_NUMERICS");
  if (chosen !== undefined) check("target", chosen, Object.keys(loaders));
  if (numerics !== undefined) check("numerics", numerics, ["fused", "portable"]);
  const settings = { numerics: numerics as Numerics | undefined, threads: threadsFrom(options.threads) };
  return chosen === undefined ? fastest(settings) : load(chosen as TargetName, settings);
}

/** x64, or wasm where that cannot start: then the reason is told once, if it could be mended. */
async function fastest(options: TargetOptions): Promise<Target> {
  if (!mayRunX64()) return load("wasm", options);
  try {
    return await load("x64", options);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    warnOnce(`${error.message.replace(/ Use the target wasm\.$/, "")} The target wasm is used.`);
    return load("wasm", options);
  }
}

function mayRunX64(): boolean {
  const here = globalThis.process;
  return here?.platform === "linux" && here.arch === "x64" && here.versions?.node !== undefined;
}

let warned = false;

function warnOnce(message: string): void {
  if (warned) return;
  warned = true;
  globalThis.process.emitWarning(message, "Gradus");
}

const mostThreads = 64;

function threadsFrom(asked: number | undefined): number | undefined {
  const text = environment("GRADUS_THREADS");
  const threads = asked ?? (text === undefined ? undefined : Number(text));
  if (threads === undefined || (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) return threads;
  throw new TargetError(
    `threads: must be a whole number from 1 to ${mostThreads}; got ${asked ?? text}. ` +
      "Ask for as many as the machine has processors, or leave it out.",
    { operation: "threads", expected: `1 to ${mostThreads}`, actual: String(asked ?? text) },
  );
}

/** One instance for each name, mode and number of threads; what was left to the target is found under what it chose. */
async function load(name: TargetName, options: TargetOptions): Promise<Target> {
  const asked = `${name} ${options.numerics ?? "default"} ${options.threads ?? "default"}`;
  const instance = await remember(asked, () => loaders[name](options));
  return remember(`${name} ${instance.numerics} ${instance.threads}`, async () => instance);
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
