/**
 * What the compiler hands to a CPU target: kernels and the order in which to call them, every buffer at a fixed place. A place is
 * an offset into a slot; slot 0 is the program's arena, the others are bound at each run (inputs, states, outputs in the
 * module's order). The program holds no addresses, so it can be run on any binding.
 */

import type { Kernel } from "../kernel/language.ts";

/**
 * Bytes inside a slot. Places are aligned to 64 bytes; slots must be too. Slots never share memory, but for inputs: several may be
 * bound to one buffer, since nothing writes to them.
 */
export interface Place {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Whether two places share a byte. */
export function overlap(a: Place, b: Place): boolean {
  return a.slot === b.slot && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/** One kernel on its buffers: `places[i]` is the kernel's buffer i. */
export interface Call {
  readonly kernel: Kernel;
  readonly places: readonly Place[];
  /**
   * Whether it must not begin before all calls since the last one that waited have ended; the others may run at the same time as
   * those. The first call of `before` waits for the step before, the first of `after` for the guard.
   */
  readonly waits: boolean;
}

export interface Program {
  /** Bytes of slot 0. */
  readonly arena: number;
  /** Number of slots, the arena included. */
  readonly slots: number;
  /** Run first, in order; calls that share a kernel object share its code. */
  readonly before: readonly Call[];
  /** float32 scalars appended to the log when all of `before` has ended, at every step. */
  readonly log: readonly Place[];
  /** A bool byte, known when all of `before` has ended: 0 ends the run before `after`. */
  readonly guard: Place | null;
  /** Run when the guard holds. */
  readonly after: readonly Call[];
}
