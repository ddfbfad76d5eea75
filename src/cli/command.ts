/**
 * What a command is: a name, a help text that teaches, its flags, and what it does. The table of commands is in main.ts.
 */

import type { Arguments, Flag } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** 0 done, 1 the user's mistake, 130 interrupted. */
export type ExitCode = 0 | 1 | 130;

export interface Command {
  readonly name: string;
  /** The arguments after the name, as they stand in the usage line. */
  readonly usage: string;
  /** Paragraphs before the flags. */
  readonly about: string;
  readonly flags: readonly Flag[];
  /** Command lines with a word on each, after the flags. */
  readonly examples: readonly { readonly line: string; readonly note: string }[];
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}
