/** What a CPU target tells the compiler about itself. Results never depend on it. */
export interface Machine {
  /** float32 lanes of a vector register. */
  readonly lanes: number;
  /** Vector registers: how large a register tile may be. */
  readonly vectorRegisters: number;
  /** Workers that may run parts of one kernel at the same time: how often scratch memory exists. */
  readonly workers: number;
  /** Turns of a product's inner loop that are written as one, where they are short; default 2. */
  readonly unroll?: number;
  /** Whether its arithmetic itself gives zero instead of subnormal numbers. */
  readonly flushes?: boolean;
}

/** Buffers that one kernel may touch: engines bound the parameters of a function (WebAssembly's to 1000). */
export const mostBuffers = 256;
