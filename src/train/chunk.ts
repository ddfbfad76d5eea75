/**
 * How many steps go into one call of native code: as many as fit some tens of milliseconds, by the time the last ones took. The
 * size of a chunk decides when control returns to the event loop and nothing else.
 */

/** Long enough to make calls and events cheap, short enough for a page or a signal to feel answered. */
const wantedSeconds = 0.035;
/** The first measurements include one-time costs: the size grows at most by this factor per chunk. */
const growth = 4;

export class ChunkSize {
  readonly #most: number;
  #steps = 1;

  /** @param most never more steps than this */
  constructor(most: number) {
    this.#most = most;
  }

  /** Steps for the next chunk, when `left` remain. */
  next(left: number): number {
    return Math.min(this.#steps, left, this.#most);
  }

  /** Learns from a chunk that took `seconds` for `steps`. */
  measure(steps: number, seconds: number): void {
    const fitting = Math.floor((wantedSeconds * steps) / Math.max(seconds, 1e-6));
    this.#steps = Math.max(1, Math.min(fitting, steps * growth));
  }
}

/** Seconds since an arbitrary moment. */
export function now(): number {
  return performance.now() / 1000;
}
