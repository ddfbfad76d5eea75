/**
 * Two things a function may be recorded for. While a gradient or a program is traced, tensors made on the way are not waiting to
 * be read; while a program is traced, JavaScript numbers become constants of it.
 */

interface Tracing {
  /** Depth of traces of any kind. */
  traces: number;
  /** Depth of traces that make programs. */
  programs: number;
}

const state: Tracing = { traces: 0, programs: 0 };

/** Runs `f`; tensors it makes are not pending. With `program`, its numbers are constants. */
export function inTrace<R>(f: () => R, program: boolean = true): R {
  const before = { ...state };
  state.traces++;
  if (program) state.programs++;
  try {
    return f();
  } finally {
    Object.assign(state, before);
  }
}

export function isTracing(): boolean {
  return state.traces > 0;
}

export function numbersAreConstants(): boolean {
  return state.programs > 0;
}
