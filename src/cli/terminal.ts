/**
 * The command line's surroundings as one value: where text goes, how wide and how colourful it may be, what comes in, and whether
 * the user has had enough. Commands know the process by it and nowhere else, so tests can hold both ends.
 */

import { type Style, styleFor } from "./terminal/style.ts";

export interface Terminal {
  /** Writes to standard output, as it is. */
  readonly write: (text: string) => void;
  /** Writes one line to standard error. */
  readonly complain: (line: string) => void;
  readonly style: Style;
  /** Columns to use; never more than 100, so that lines stay readable. */
  readonly width: number;
  /** Whether a line may be rewritten in place. */
  readonly live: boolean;
  /** Standard input, whole; null where it is a keyboard. */
  readonly readInput: () => Promise<Uint8Array | null>;
  /** Calls `stop` once when the user interrupts, until the function it gives is called. A second interrupt ends the process. */
  readonly onInterrupt: (stop: () => void) => () => void;
}

export function print(terminal: Terminal, ...lines: readonly string[]): void {
  for (const line of lines) terminal.write(`${line}\n`);
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  // A reader that has seen enough (head, less) closes the pipe: that is no failure.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    write: (text) => {
      stdout.write(text);
    },
    complain: (line) => {
      stderr.write(`${line}\n`);
    },
    style: styleFor(stdout, env),
    width: Math.min(100, Math.max(40, stdout.columns ?? 80)),
    live: stdout.isTTY === true && env.TERM !== "dumb",
    readInput,
    onInterrupt,
  };
}

async function readInput(): Promise<Uint8Array | null> {
  if (process.stdin.isTTY === true) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Under npm one Ctrl-C arrives twice, from the terminal and from npm: what comes so soon is no second one. */
const echo = 500;

function onInterrupt(stop: () => void): () => void {
  let first: number | null = null;
  const handle = (): void => {
    const now = performance.now();
    if (first !== null && now - first > echo) process.exit(130);
    if (first === null) stop();
    first ??= now;
  };
  process.on("SIGINT", handle);
  return () => process.off("SIGINT", handle);
}
