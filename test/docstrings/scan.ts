/**
 * Finds the examples in docstrings: what each door exports, and every `@example` above an exported declaration or a member of one.
 * Reads the sources as text; it knows the forms that they are written in, and no others.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One `@example`. */
export interface DocExample {
  /** `softmax`, or `Tensor.slice` for a member. */
  readonly owner: string;
  /** The door that exports it. */
  readonly door: string;
  /** `src/functions/softmax.ts:20`. */
  readonly place: string;
  readonly code: string;
}

export interface Scan {
  readonly examples: readonly DocExample[];
  /** What each door exports, types too. */
  readonly exports: ReadonlyMap<string, readonly string[]>;
  /** The files in which the exports are declared. */
  readonly files: readonly string[];
}

const declaration = /^export (?:abstract )?(?:async )?(?:function|class|const|interface|type) (\w+)/;
const member = /^ {2}(?:static |readonly |async |get )*(\w+)/;

/** All doors, by name, with their files under `root`. */
export function scan(root: string, doors: Readonly<Record<string, string>>): Scan {
  const exports = new Map<string, readonly string[]>();
  const examples = new Map<string, DocExample>();
  const files = new Set<string>();
  for (const [door, path] of Object.entries(doors)) {
    const found = exportsOf(path, readFileSync(join(root, path), "utf8"));
    exports.set(
      door,
      found.map(({ name }) => name),
    );
    for (const file of new Set(found.map((entry) => entry.file))) {
      files.add(file);
      const names = new Set(found.filter((entry) => entry.file === file).map(({ name }) => name));
      for (const example of examplesIn(readFileSync(join(root, file), "utf8"))) {
        const place = `${file}:${example.line}`;
        if (!names.has(example.owner.split(".")[0]!) || examples.has(place)) continue;
        examples.set(place, { owner: example.owner, door, place, code: example.code });
      }
    }
  }
  return { examples: [...examples.values()], exports, files: [...files] };
}

/** What a door declares itself, and what it passes on from where. */
function exportsOf(path: string, text: string): readonly { readonly name: string; readonly file: string }[] {
  const own = text.split("\n").flatMap((line) => declaration.exec(line)?.[1] ?? []);
  const passedOn = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "(.*?)";/gm)].flatMap(([, names, from]) =>
    [...names!.matchAll(/(?:type )?(\w+)\s*(?:,|$)/g)].map(([, name]) => ({
      name: name!,
      file: join(dirname(path), from!),
    })),
  );
  return [...own.map((name) => ({ name, file: path })), ...passedOn];
}

interface Found {
  readonly owner: string;
  readonly line: number;
  readonly code: string;
}

function examplesIn(text: string): readonly Found[] {
  const found: Found[] = [];
  let top = "";
  let comment: { readonly line: number; readonly lines: string[] } | null = null;
  let pending: readonly Omit<Found, "owner">[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^ *\/\*\*/.test(line)) comment = { line: index + 1, lines: [] };
    if (comment) {
      comment.lines.push(line.replace(/^ *(?:\/\*\*|\*\/|\*) ?/, "").replace(/ *\*\/$/, ""));
      if (!line.endsWith("*/")) continue;
      pending = tagged(comment.lines, comment.line);
      comment = null;
    } else if (!/^ *\/\//.test(line)) {
      top = declaration.exec(line)?.[1] ?? (/^\w/.test(line) ? "" : top);
      const owner = /^ /.test(line) ? `${top}.${member.exec(line)?.[1]}` : top;
      found.push(...pending.map((example) => ({ owner, ...example })));
      pending = [];
    }
  }
  return found;
}

/** The texts after `@example` in a docstring, each up to the next tag. */
function tagged(lines: readonly string[], first: number): readonly Omit<Found, "owner">[] {
  const starts = lines.flatMap((line, i) => (line.startsWith("@example") ? [i] : []));
  return starts.map((start) => {
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((line) => line.startsWith("@"));
    const code = [lines[start]!.slice("@example".length), ...(end < 0 ? rest : rest.slice(0, end))];
    return { line: first + start, code: code.join("\n").trim() };
  });
}
