/**
 * The command line's surroundings as one value: where text goes, how wide and how colourful it may be, what comes in, and whether
 * the user has had enough. Commands know the process by it and nowhere else, so tests can hold both ends. Refuses input without end.
 */

import { FileError } from "../base/errors.ts";
import { type Style, styleFor } from "../pictures/terminal/style.ts";
import type { ExitCode } from "./command.ts";

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
  /** Whether what is written still goes somewhere: a reader that has seen enough closes the pipe. */
  readonly isRead: () => boolean;
  /** Calls `stop` once when the user interrupts or nobody reads any more, until the function it gives is called. A second interrupt ends the process. */
  readonly onInterrupt: (stop: () => void) => () => void;
}

export function print(terminal: Terminal, ...lines: readonly string[]): void {
  for (const line of lines) terminal.write(`${line}\n`);
}

/** Work that ends early, and in order, when the user interrupts it or nobody reads its output any more. */
export async function interruptible<T>(terminal: Terminal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  try {
    return await work(stop.signal);
  } finally {
    release();
  }
}

/** This process as a terminal, and what becomes of a command's exit code in it. */
export function processTerminal(): { readonly terminal: Terminal; readonly exitCode: (code: ExitCode) => ExitCode } {
  const { stdout, stderr, env } = process;
  const stops = new Set<() => void>();
  /** How the process ends since standard output takes nothing any more. */
  let ending: 0 | 1 | null = null;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (ending !== null) return;
    // A reader that has seen enough (head, less) closes the pipe: that is no failure.
    ending = error.code === "EPIPE" ? 0 : 1;
    if (ending === 1) stderr.write(`gradus: ${unwritable(error)}\n`);
    // What is under way is ended in order, and what was learned is kept.
    if (stops.size === 0) process.exit(ending);
    for (const stop of stops) stop();
  });
  stderr.on("error", () => {});
  const terminal: Terminal = {
    write: (text) => {
      if (ending === null) stdout.write(text);
    },
    complain: (line) => {
      stderr.write(`${line}\n`);
    },
    style: styleFor(stdout, env),
    width: Math.min(100, Math.max(40, stdout.columns ?? 80)),
    live: stdout.isTTY === true && env.TERM !== "dumb",
    readInput: async () => (process.stdin.isTTY === true ? null : readAll(process.stdin)),
    isRead: () => ending === null,
    onInterrupt: (stop) => {
      const release = onInterrupt(stop);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        release();
      };
    },
  };
  return { terminal, exitCode: (code) => ending ?? code };
}

function unwritable({ code }: NodeJS.ErrnoException): string {
  const cause = code === "ENOSPC" ? "the disk is full (ENOSPC)" : (code ?? "an unknown error");
  return `standard output must be writable; ${cause}. Send it elsewhere.`;
}

/** No picture has more bytes. */
const mostInput = 64_000_000;

/** All bytes of a stream that ends soon enough. */
export async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    chunks.push(bytes);
    length += bytes.length;
    if (length <= mostInput) continue;
    throw new FileError(
      `standard input: may have at most ${mostInput} bytes; it has more. Give one picture, or the name of its file.`,
      { operation: "input", expected: String(mostInput) },
    );
  }
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
