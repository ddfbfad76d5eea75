/**
 * The one-line notation `dense(128, bias=false)`: names with arguments, as layers, initializers and optimizers are written in
 * layer strings, on the command line and in saved models. An argument may be calls itself: `residual(dense(128) relu)`. What printCall writes, parseCalls reads. It knows the notation only, not
 * the names; what does not fit is refused with its position in the text.
 */

import { GradusError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { show, showValue } from "./show.ts";

/** A name with its arguments, and where it stands in the text. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly place: Place;
}

export interface Argument {
  /** Before the `=`, null for an argument by position. */
  readonly key: string | null;
  readonly value: number | boolean | List | Call | readonly Call[];
  readonly place: Place;
}

/** Numbers in brackets; an entry may be such a list of numbers itself. */
export type List = readonly (number | readonly number[])[];

/** A position in a text, for sentences. `subject` says what the text is: "layers". */
export interface Place {
  readonly subject: string;
  readonly text: string;
  readonly position: number;
}

/** What printCall writes as an argument. */
export type Printable = number | boolean | string | List | { print(): string };

/** `name(1, 2, key=3)`; without arguments just `name`. Options that are undefined are left out. */
export function printCall(
  name: string,
  positional: readonly Printable[],
  options: Readonly<Record<string, Printable | undefined>> = {},
): string {
  const parts = positional.map(printValue);
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) parts.push(`${key}=${printValue(value)}`);
  }
  return parts.length === 0 ? name : `${name}(${parts.join(", ")})`;
}

function printValue(value: Printable): string {
  if (typeof value !== "object") return String(value);
  return "print" in value ? value.print() : `[${value.map(printValue).join(", ")}]`;
}

/** Reads calls separated by white space. `subject` names the text in errors. */
export function parseCalls(subject: string, text: string): Call[] {
  if (typeof text !== "string") {
    const actual = showValue(text);
    throw new GradusError(`${subject}: needs a text; got ${actual}. Write it in quotes.`, {
      operation: subject,
      actual,
    });
  }
  const parser = new Parser(subject, text);
  const calls: Call[] = [];
  while (!parser.atEnd()) calls.push(parser.call());
  return calls;
}

/** Reads exactly one call. */
export function parseCall(subject: string, text: string): Call {
  const calls = parseCalls(subject, text);
  const [first, second] = calls;
  if (!first) throw misread({ subject, text, position: 0 }, "needs a name; the text ends");
  if (second) throw misread(second.place, `needs one name; got "${show(second.name)}" too`);
  return first;
}

/** The sentence for what is wrong at a place, and the way out. */
export function misread(place: Place, problem: string, hint = ""): GradusError {
  const { subject, text, position } = place;
  const shown = show(text, 100);
  const sentence = `${subject}: ${problem} at character ${position + 1} of "${shown}".`;
  return new GradusError(hint === "" ? sentence : `${sentence} ${hint}`, {
    operation: subject,
    actual: shown,
    hint,
    position,
  });
}

/** Texts come from files too: no nesting may exhaust the stack. */
const deepest = 100;

class Parser {
  readonly #subject: string;
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(subject: string, text: string) {
    this.#subject = subject;
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#here() === this.#text.length;
  }

  call(): Call {
    const place = this.#place();
    const name = this.#take(/[A-Za-z_]\w*/y);
    if (name === null) throw this.#unexpected("needs a name");
    if (this.#take(/\(/y) === null) return { name, place, arguments: [] };
    if (this.#depth === deepest) throw misread(place, `calls nest deeper than ${deepest}`);
    this.#depth++;
    const found = this.#arguments();
    this.#depth--;
    return { name, place, arguments: found };
  }

  /** After the opening parenthesis. */
  #arguments(): Argument[] {
    const found: Argument[] = [];
    if (this.#take(/\)/y) !== null) return found;
    do {
      const place = this.#place();
      const key = this.#take(/[A-Za-z_]\w*\s*=/y)?.match(/\w+/)![0] ?? null;
      if (key === null && found.at(-1)?.key) {
        throw this.#unexpected("arguments without a name come before those with one");
      }
      found.push({ key, place, value: this.#value() });
    } while (this.#take(/,/y) !== null);
    if (this.#take(/\)/y) === null) throw this.#unexpected('needs "," or ")" after an argument');
    return found;
  }

  #value(): Argument["value"] {
    const number = this.#number();
    if (number !== null) return number;
    if (this.#take(/\[/y) !== null)
      return this.#startsCall() ? this.#callsInBrackets() : this.#list(() => this.#entry());
    const flag = this.#take(/(true|false)\b/y);
    if (flag !== null) return flag === "true";
    const calls = this.#calls();
    return calls.length === 1 ? calls[0]! : calls;
  }

  /** One call, and those that follow it without a comma. */
  #calls(): Call[] {
    const calls: Call[] = [];
    do calls.push(this.call());
    while (this.#startsCall());
    return calls;
  }

  #startsCall(): boolean {
    return /[A-Za-z_]/.test(this.#text.charAt(this.#here()));
  }

  /** After the opening bracket. */
  #callsInBrackets(): Call[] {
    const calls = this.#calls();
    if (this.#take(/\]/y) === null) throw this.#unexpected('needs a name or "]" after a call');
    return calls;
  }

  #number(): number | null {
    const digits = this.#take(/[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/y);
    return digits === null ? null : Number(digits);
  }

  /** After the opening bracket. */
  #list<T>(entry: () => T): T[] {
    const entries: T[] = [];
    if (this.#take(/\]/y) !== null) return entries;
    do entries.push(entry());
    while (this.#take(/,/y) !== null);
    if (this.#take(/\]/y) === null) throw this.#unexpected('needs "," or "]" after a number');
    return entries;
  }

  #entry(): number | readonly number[] {
    return this.#take(/\[/y) === null ? this.#member() : this.#list(() => this.#member());
  }

  #member(): number {
    const number = this.#number();
    if (number === null) throw this.#unexpected("a list holds numbers, as in [28, 28]");
    return number;
  }

  /** The text that matches next (a sticky expression), stepping over it; null where it does not match. */
  #take(expression: RegExp): string | null {
    expression.lastIndex = this.#here();
    const match = expression.exec(this.#text);
    if (match === null) return null;
    this.#position = expression.lastIndex;
    return match[0];
  }

  /** The position of the next character that is no white space. */
  #here(): number {
    while (/\s/.test(this.#text.charAt(this.#position))) this.#position++;
    return this.#position;
  }

  #place(): Place {
    return { subject: this.#subject, text: this.#text, position: this.#here() };
  }

  #unexpected(rule: string): GradusError {
    const [character] = this.#text.slice(this.#here(), this.#here() + 2);
    return misread(this.#place(), `${rule}; ${character === undefined ? "the text ends" : `got "${show(character)}"`}`);
  }
}

/** The kinds of values a call can take, and what the reader gets for each. */
interface Kinds {
  number: number;
  flag: boolean;
  shape: readonly number[];
  /** A number for all axes, or one for each. */
  perAxis: number | readonly number[];
  /** A name, a number, or for each axis a number or a list of them. */
  around: string | number | List;
  call: Call;
  /** A number, or a name that stands for numbers: cosine(0.1). */
  numberOrCall: number | Call;
  /** A name without arguments: merge=concat. */
  word: string;
  /** One after the other: dense(3) relu. */
  calls: readonly Call[];
}

type Value = Argument["value"];

const isCall = (value: Value): value is Call => typeof value === "object" && "name" in value;
const isNumber = (value: Value): value is number => typeof value === "number";
const isShape = (value: Value): value is readonly number[] => Array.isArray(value) && value.every(isNumber);
const isCalls = (value: Value): value is readonly Call[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "object" && "name" in entry);
const wordOf = (value: Value): string | undefined =>
  isCall(value) && value.arguments.length === 0 ? value.name : undefined;

/** Each kind in words, and how it is read; undefined where the value is of another. */
const kinds: { readonly [K in keyof Kinds]: { readonly words: string; read(value: Value): Kinds[K] | undefined } } = {
  number: { words: "a number", read: (value) => (isNumber(value) ? value : undefined) },
  flag: { words: "true or false", read: (value) => (typeof value === "boolean" ? value : undefined) },
  shape: { words: "a list such as [28, 28]", read: (value) => (isShape(value) ? value : undefined) },
  perAxis: {
    words: "a number or a list such as [2, 2]",
    read: (value) => (isNumber(value) || isShape(value) ? value : undefined),
  },
  around: {
    words: "a name, a number, or a list such as [1, 1] or [[0, 1], 2]",
    read: (value) => (isCall(value) ? wordOf(value) : typeof value === "boolean" || isCalls(value) ? undefined : value),
  },
  word: { words: "a name without arguments", read: wordOf },
  call: { words: "a name", read: (value) => (isCall(value) ? value : undefined) },
  numberOrCall: {
    words: "a number or a name",
    read: (value) => (isNumber(value) || isCall(value) ? value : undefined),
  },
  calls: {
    words: "names one after the other, such as dense(128) relu",
    read: (value) => (isCall(value) ? [value] : isCalls(value) ? value : undefined),
  },
};

type Parameters = Readonly<Record<string, keyof Kinds>>;

/** How one name is read: what it needs and may take, in the order of its arguments by position, and what it makes of them. */
export interface Reader<T> {
  readonly name: string;
  /** @param inner reads calls inside of this one that are of its kind */
  read(call: Call, inner: (call: Call) => T): T;
}

/**
 * A reader from its parameters: `make` gets those it needs, and those it may take where they were given; with `rest`, all arguments
 * by position are a list of that kind and the others have names. Calls inside of it that are of its kind it reads with `inner`.
 *
 * @example reader({ name: "dropout", needs: { rate: "number" }, takes: {}, make: ({ rate }) => dropout(rate) })
 */
export function reader<
  N extends Parameters,
  O extends Parameters,
  T,
  const Rest extends keyof Kinds | undefined = undefined,
>(definition: {
  readonly name: string;
  readonly needs: N;
  readonly takes: O;
  readonly rest?: Rest;
  make(values: Given<N, O, Rest>, inner: (call: Call) => T): T;
}): Reader<T> {
  const { name, needs, takes, rest, make } = definition;
  const usage = printCall(
    name,
    rest === undefined ? Object.keys(needs) : ["…"],
    mapValues(takes, () => "…"),
  );
  return {
    name,
    read: (call, inner) => {
      const values = readArguments(call, { ...needs, ...takes }, rest, usage);
      const missing = Object.keys(needs).find((key) => !Object.hasOwn(values, key));
      if (missing) throw misread(call.place, `${name} needs ${missing}`, `Write ${usage}.`);
      return make(values as Given<N, O, Rest>, inner);
    },
  };
}

type Given<N extends Parameters, O extends Parameters, Rest> = { [K in keyof N]: Kinds[N[K]] } & {
  [K in keyof O]?: Kinds[O[K]];
} & (Rest extends keyof Kinds ? { rest: readonly Kinds[Rest][] } : unknown);

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

type Read = Kinds[keyof Kinds];

function readArguments(
  call: Call,
  parameters: Parameters,
  rest: keyof Kinds | undefined,
  usage: string,
): Record<string, Read | Read[]> {
  const names = Object.keys(parameters);
  const others: Read[] = [];
  const values: Record<string, Read | Read[]> = rest === undefined ? {} : { rest: others };
  const valueOf = (name: string, { value, place }: Argument, kind: keyof Kinds): Read => {
    const { words, read } = kinds[kind];
    const found = read(value);
    if (found === undefined) throw misread(place, `${call.name}: ${name} must be ${words}`, `Write ${usage}.`);
    return found;
  };
  call.arguments.forEach((argument, index) => {
    const { key, place } = argument;
    if (key === null && rest !== undefined) {
      others.push(valueOf(`argument ${index + 1}`, argument, rest));
      return;
    }
    const name = key ?? names[index];
    if (name === undefined) throw misread(place, `${call.name} has an argument too many`, `Write ${usage}.`);
    if (!Object.hasOwn(parameters, name)) {
      const near = nearest(name, names);
      const hint = near === null ? `Write ${usage}.` : `Did you mean ${near}?`;
      throw misread(place, `${call.name} has no argument "${show(name)}"`, hint);
    }
    if (Object.hasOwn(values, name)) throw misread(place, `${call.name} has ${name} twice`, "Give it once.");
    values[name] = valueOf(name, argument, parameters[name]!);
  });
  return values;
}

/** As many names as a sentence holds. */
function listed(names: readonly string[]): string {
  return names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")} and others`;
}

/** Finds the call's reader and lets it read; `kind` is what is looked for: "layer". */
export function readCall<T>(kind: string, call: Call, readers: readonly Reader<T>[]): T {
  const found = readers.find((candidate) => candidate.name === call.name);
  if (found) return found.read(call, (inner) => readCall(kind, inner, readers));
  const names = readers.map((candidate) => candidate.name);
  const near = nearest(call.name, names);
  const hint = near === null ? `There are ${listed(names)}.` : `Did you mean ${near}?`;
  throw misread(call.place, `unknown ${kind} "${show(call.name)}"`, hint);
}
