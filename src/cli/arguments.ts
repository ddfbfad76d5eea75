/**
 * Command-line arguments, declared once: a list of flags gives the parser, the help text and the error sentences. Refuses what
 * it does not know, with the nearest name it does know.
 */

import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import { show, showValue } from "../base/show.ts";

/** A mistake on the command line: shown as one line, exit code 1. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

export interface Flag {
  readonly name: string;
  /** Other spellings; one letter is written with one hyphen. */
  readonly aliases?: readonly string[];
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface Rule {
  /** In words, for the sentence: "a positive integer". */
  readonly needs: string;
  readonly holds: (value: number) => boolean;
}

export const positiveInteger: Rule = {
  needs: "a positive integer",
  holds: (value) => Number.isSafeInteger(value) && value > 0,
};
export const wholeNumber: Rule = {
  needs: "an integer from 0",
  holds: (value) => Number.isSafeInteger(value) && value >= 0,
};
export const positiveNumber: Rule = {
  needs: "a positive number",
  holds: (value) => Number.isFinite(value) && value > 0,
};

/** What the user wrote. A flag given twice has its last value. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, string | true>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, string | true>) {
    this.positionals = positionals;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === true ? undefined : value;
  }

  number(name: string, rule: Rule): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!rule.holds(value)) throw new UsageError(`--${name}: needs ${rule.needs}; got ${showValue(text)}.`);
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw new UsageError(`--${name}: needs one of ${choices.join(", ")}; got ${showValue(text)}.`);
    }
    return found;
  }

  /** Throws when there are more than `most` positional arguments. */
  checkPositionals(command: string, most: number, hint: string): void {
    const extra = this.positionals[most];
    if (extra !== undefined) throw new UsageError(`gradus ${command}: did not expect ${showValue(extra)}. ${hint}`);
  }
}

function written(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** Reads `argv` (without the command's name) against the declared flags. */
export function parseArguments(command: string, argv: readonly string[], flags: readonly Flag[]): Arguments {
  const declared = new Map<string, Flag>();
  for (const flag of flags) for (const name of [flag.name, ...(flag.aliases ?? [])]) declared.set(name, flag);
  const longNames = [...declared.keys()].filter((name) => name.length > 1);
  const options = Object.fromEntries(
    longNames.map((name) => {
      const flag = declared.get(name)!;
      const short = flag.name === name ? flag.aliases?.find((alias) => alias.length === 1) : undefined;
      return [name, { type: kindOf(flag), ...(short === undefined ? {} : { short }) }];
    }),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const positionals: string[] = [];
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const flag = declared.get(token.name);
    if (!flag) throw unknownFlag(command, token.rawName, longNames);
    if (flag.value !== undefined && token.value === undefined) {
      throw new UsageError(`${token.rawName}: needs a value, ${token.rawName} ${flag.value}.`);
    }
    if (flag.value === undefined && token.value !== undefined) {
      throw new UsageError(`${token.rawName}: is a switch and takes no value; got ${showValue(token.value)}.`);
    }
    values.set(flag.name, token.value ?? true);
  }
  return new Arguments(positionals, values);
}

function kindOf(flag: Flag): "boolean" | "string" {
  return flag.value === undefined ? "boolean" : "string";
}

function unknownFlag(command: string, rawName: string, names: readonly string[]): UsageError {
  const near = nearest(rawName.replace(/^-+/, ""), names);
  const hint = near === null ? `See gradus ${command} --help.` : `Did you mean ${written(near)}?`;
  return new UsageError(`gradus ${command}: unknown flag ${show(rawName)}. ${hint}`);
}

/** The flags as two columns for the help text. */
export function describeFlags(flags: readonly Flag[]): string {
  const left = flags.map((flag) => {
    const names = [flag.name, ...(flag.aliases ?? [])].map(written).join(", ");
    return flag.value === undefined ? names : `${names} ${flag.value}`;
  });
  const width = Math.min(30, Math.max(...left.map((names) => names.length)));
  return flags
    .map((flag, index) => {
      const names = left[index]!;
      const help = wrapText(flag.help, 78 - width - 4).join(`\n${" ".repeat(width + 4)}`);
      const gap = names.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width - names.length + 2);
      return `  ${names}${gap}${help}`;
    })
    .join("\n");
}

/** Words in lines of at most `width` columns. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
