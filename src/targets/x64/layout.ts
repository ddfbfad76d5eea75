/**
 * The memory that JavaScript and the native threads share: where each word of the pool, of a job and of a record lies, in bytes. Words
 * that different threads write lie in different cache lines.
 */

/** One per process: what waiting threads look at. */
export const pool = {
  /** 64 bits: generation (8), threads that take part (8), address of the job (48). */
  word: 0,
  /** Its upper half, on which threads sleep. */
  upperWord: 4,
  sleepers: 64,
  /** Threads that are done with the job. */
  done: 128,
  /** Whether the dispatcher sleeps until they are. */
  dispatcherSleeps: 192,
  /** Held by the JavaScript thread whose job runs; 1, or 2 when others sleep for it. */
  lock: 256,
  /** Numbers given to threads so far. */
  started: 320,
  bytes: 384,
} as const;

/** One run of a program: what the threads that take part share. */
export const job = {
  steps: 0,
  log: 8,
  first: 16,
  /** The record to go on with. */
  resume: 24,
  threads: 32,
  /** Ticks after which the run pauses at a barrier, and the moment that follows from it. */
  budget: 40,
  deadline: 48,
  status: 56,
  done: 64,
  /** Whether a result was so small that it became zero. */
  underflow: 72,
  arrivals: 128,
  sleepers: 192,
  pauseAt: 256,
  bytes: 320,
} as const;

export const status = { finished: 0, paused: 1, stopped: 2 } as const;

/** One call of a kernel, or something between calls. */
export const record = {
  code: 0,
  /** The addresses of what it touches: the kernel's buffers, the guard's byte, the log's numbers. */
  table: 8,
  /** Thread t runs the parts [bounds[t], bounds[t + 1]). */
  bounds: 16,
  flags: 24,
  /** The log's length. */
  count: 32,
  bytes: 64,
} as const;

export const flags = { barrier: 1, guard: 2, log: 4, end: 8 } as const;
