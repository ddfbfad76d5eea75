/**
 * The memory that JavaScript and the native threads share: where each word of the pool, of a job and of its phases and tasks lies, in
 * bytes. Words that different threads write lie in different cache lines.
 */

/** One per process: what waiting threads look at. */
export const pool = {
  /** Counts jobs twice, 32 bits: odd while the next word is being written. Threads sleep on it. */
  generation: 0,
  /** Threads that take part (16 bits), address of the job (48). */
  word: 8,
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

/** One run of a program: what the threads that take part share. Steps are counted from 1. */
export const job = {
  steps: 0,
  /** Where the next row of the log goes. */
  log: 8,
  /** The first phase. */
  first: 16,
  threads: 24,
  /** Ticks after which the run pauses between two phases, and the moment that follows from it. */
  budget: 32,
  deadline: 40,
  status: 48,
  /** Steps that are done for certain. */
  done: 56,
  /** The step whose guard was false; 0 while there is none. */
  stopped: 64,
  /** Set when the first thread leaves: the others follow. */
  leave: 128,
  /** Whether a result was so small that it became zero. */
  underflow: 192,
  bytes: 256,
} as const;

export const status = { finished: 0, paused: 1, stopped: 2 } as const;

/** Tasks that may run at the same time. The next phase begins when all of them are done. */
export const phase = {
  tasks: 0,
  count: 8,
  /** Thread t begins with the tasks [homes[t], homes[t + 1]). */
  homes: 16,
  /** A line of its own: tasks done in all steps together, and who sleeps until that changes. */
  progress: 24,
  kind: 32,
  bytes: 64,
} as const;

export const kinds = { plain: 0, behindGuard: 1, end: 2 } as const;

export const progress = { done: 0, sleepers: 8, bytes: 64 } as const;

/** Calls, one after the other, by the thread that claims them. */
export const task = {
  /** The last step for which it was claimed. */
  claimed: 0,
  calls: 8,
  count: 16,
  bytes: 64,
} as const;

export const call = {
  code: 0,
  /** The addresses of what it touches. */
  table: 8,
  begin: 16,
  end: 24,
  bytes: 32,
} as const;
