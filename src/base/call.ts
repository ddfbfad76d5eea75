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
  readonly value: number | boolean | readonly number[] | Call | readonly Call[];
  readonly place: Place;
}

/** A position in a text, for sentences. `subject` says what the text is: "layers". */
export interface Place {
  readonly subject: string;
  readonly text: string;
  readonly position: number;
}

/** What printCall writes as an argument. */
export type Printable = number | boolean | string | readonly number[] | { print(): string };

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
  return "print" in value ? value.print() : `[${value.join(", ")}]`;
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
    if (this.#take(/\[/y) !== null) return this.#list();
    const flag = this.#take(/(true|false)\b/y);
    if (flag !== null) return flag === "true";
    const calls = this.#calls();
    return calls.length === 1 ? calls[0]! : calls;
  }

  /** One call, and those that follow it without a comma. */
  #calls(): Call[] {
    const calls: Call[] = [];
    do calls.push(this.call());
    while (/[A-Za-z_]/.test(this.#text.charAt(this.#here())));
    return calls;
  }

  #number(): number | null {
    const digits = this.#take(/[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/y);
    return digits === null ? null : Number(digits);
  }

  /** After the opening bracket: numbers, or calls without commas. */
  #list(): number[] | Call[] {
    const numbers: number[] = [];
    if (this.#take(/\]/y) !== null) return numbers;
    if (/[A-Za-z_]/.test(this.#text.charAt(this.#here()))) {
      const calls = this.#calls();
      if (this.#take(/\]/y) === null) throw this.#unexpected('needs a name or "]" after a call');
      return calls;
    }
    do {
      const number = this.#number();
      if (number === null) throw this.#unexpected("a list holds numbers, as in [28, 28]");
      numbers.push(number);
    } while (this.#take(/,/y) !== null);
    if (this.#take(/\]/y) === null) throw this.#unexpected('needs "," or "]" after a number');
    return numbers;
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
  call: Call;
  /** A name without arguments: merge=concat. */
  word: string;
  /** One after the other: dense(3) relu. */
  calls: readonly Call[];
}

const kindInWords: Record<keyof Kinds, string> = {
  number: "a number",
  flag: "true or false",
  shape: "a list such as [28, 28]",
  call: "a name",
  word: "a name without arguments",
  calls: "names one after the other, such as dense(128) relu",
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

type Value = Kinds[keyof Kinds];

function readArguments(
  call: Call,
  parameters: Parameters,
  rest: keyof Kinds | undefined,
  usage: string,
): Record<string, Value | Value[]> {
  const names = Object.keys(parameters);
  const others: Value[] = [];
  const values: Record<string, Value | Value[]> = rest === undefined ? {} : { rest: others };
  const valueOf = (name: string, { value, place }: Argument, kind: keyof Kinds): Value => {
    const read = asKind[kind](value);
    if (read === null) throw misread(place, `${call.name}: ${name} must be ${kindInWords[kind]}`, `Write ${usage}.`);
    return read;
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

/** What a value is as one of a kind; null where it is none. */
const asKind: { readonly [K in keyof Kinds]: (value: Argument["value"]) => Kinds[K] | null } = {
  number: (value) => (typeof value === "number" ? value : null),
  flag: (value) => (typeof value === "boolean" ? value : null),
  shape: (value) => (isList(value) && value.every((item) => typeof item === "number") ? value : null),
  call: (value) => (isCall(value) ? value : null),
  word: (value) => (isCall(value) && value.arguments.length === 0 ? value.name : null),
  calls: (value) => (isCall(value) ? [value] : isList(value) && value.every(isCall) ? value : null),
};

function isCall(value: Argument["value"] | Call): value is Call {
  return typeof value === "object" && "name" in value;
}

function isList(value: Argument["value"]): value is readonly (number | Call)[] & (readonly number[] | readonly Call[]) {
  return Array.isArray(value);
}

/** Finds the call's reader and lets it read; `kind` is what is looked for: "layer". */
export function readCall<T>(kind: string, call: Call, readers: readonly Reader<T>[]): T {
  const found = readers.find((candidate) => candidate.name === call.name);
  if (found) return found.read(call, (inner) => readCall(kind, inner, readers));
  const names = readers.map((candidate) => candidate.name);
  const near = nearest(call.name, names);
  const hint = near === null ? `There are ${names.join(", ")}.` : `Did you mean ${near}?`;
  throw misread(call.place, `unknown ${kind} "${show(call.name)}"`, hint);
}
