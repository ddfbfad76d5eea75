/** What the tests of commands share: a terminal that holds what is printed, and a command line run in this process. */

import { plain } from "../pictures/terminal/style.ts";
import type { ExitCode } from "./command.ts";
import { main } from "./main.ts";
import type { Terminal } from "./terminal.ts";

export interface FakeOptions {
  readonly input?: Uint8Array;
  /** Interrupts when this has been written; lines are then rewritten in place. */
  readonly interruptAt?: string;
}

export interface Ran {
  readonly code: ExitCode;
  readonly output: string;
  /** Standard error without its last line end. */
  readonly complaint: string;
  readonly lines: readonly string[];
}

/** Runs `gradus …argv`. */
export async function gradus(argv: readonly string[], options: FakeOptions = {}): Promise<Ran> {
  let output = "";
  const complaints: string[] = [];
  let interrupt: (() => void) | null = null;
  const terminal: Terminal = {
    write: (text) => {
      output += text;
      if (options.interruptAt !== undefined && text.includes(options.interruptAt)) interrupt?.();
    },
    complain: (line) => void complaints.push(line),
    style: plain,
    width: 80,
    live: options.interruptAt !== undefined,
    isRead: () => true,
    readInput: async () => options.input ?? null,
    onInterrupt: (stop) => {
      interrupt = stop;
      return () => {
        interrupt = null;
      };
    },
  };
  const code = await main(argv, terminal);
  return { code, output, complaint: complaints.join("\n"), lines: output.trimEnd().split("\n") };
}
