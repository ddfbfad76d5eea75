/**
 * Proves that the examples in public docstrings are true: each compiles for a user, runs, and gives the value that the comment at its
 * end names. An example may use all exports of the doors, and the few things of `docstrings/fixtures.ts`.
 */

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tensor } from "gradus";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { fillFolder, fixtureNames, makeFixtures } from "./docstrings/fixtures.ts";
import { type DocExample, scan } from "./docstrings/scan.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const doors = {
  gradus: "src/index.ts",
  "gradus/functions": "src/functions/index.ts",
  "gradus/initializers": "src/network/initializers.ts",
  "gradus/data": "src/data/index.ts",
  "gradus/files": "src/files/index.ts",
  "gradus/diagnose": "src/diagnose/index.ts",
  "gradus/search": "src/search/index.ts",
  "gradus/pictures": "src/pictures/index.ts",
};
const { examples, exports, files } = scan(root, doors);
const folder = realpathSync(mkdtempSync(join(tmpdir(), "gradus-examples-")));
const home = process.cwd();

/** Which file of the folder holds an example's program. */
const fileOf = (example: DocExample): string => join(folder, `example-${examples.indexOf(example)}.ts`);

beforeAll(() => {
  fillFolder(folder);
  for (const example of examples) writeFileSync(fileOf(example), programOf(example));
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

interface Program {
  readonly fixtures: readonly string[];
  readonly run: (fixtures: unknown) => Promise<unknown>;
  readonly value: unknown;
}

/** A module with the example as a function of the fixtures it names, and the value in its last comment. */
function programOf({ door, code }: DocExample): string {
  const words = new Set(code.match(/\w+/g));
  const used = fixtureNames.filter((name) => words.has(name));
  const imported = new Set<string>();
  // Where two doors have the name, the example's own comes first.
  const imports = [door, ...Object.keys(doors)].flatMap((from) => {
    const names = exports.get(from)!.filter((name) => words.has(name) && !imported.has(name));
    for (const name of names) imported.add(name);
    return names.length === 0 ? [] : [`import { ${names.join(", ")} } from "${from}";`];
  });
  const { body, comment } = splitComment(code);
  return [
    ...imports,
    `import type { Fixtures } from ${JSON.stringify(join(root, "test/docstrings/fixtures.ts"))};`,
    `export const fixtures = ${JSON.stringify(used)};`,
    `export const run = async ({ ${used.join(", ")} }: Fixtures): Promise<unknown> => {{\n${returning(body)}\n}};`,
    `export const value: unknown = ${valueIn(comment) ?? "undefined"};`,
  ].join("\n");
}

function splitComment(code: string): { body: string; comment: string } {
  const [mark, comment = ""] = /\s+\/\/ (.*)$/.exec(code) ?? [""];
  return { body: code.slice(0, code.length - mark.length), comment };
}

/** Gives back what the last line computes: its value, or the constants it declares. */
function returning(body: string): string {
  const lines = body.split("\n");
  const last = lines.pop()!;
  const declared = /^const (\w+|\{.*?\}) =/.exec(last)?.[1];
  if (declared !== undefined) return `${body}\nreturn ${declared};`;
  const isStatement = /^(?:for |\})/.test(last);
  return isStatement ? `${body}\nreturn;` : [...lines, `return ${last}`].join("\n");
}

/** A comment that begins as a value does is one; "…" in it is anything. Others are words: `// max(x, 0)`. */
function valueIn(comment: string): string | null {
  if (!/^(?:[-−\d[{"]|true|false|ln \d)/.test(comment)) return null;
  return comment
    .replaceAll("−", "-")
    .replace(/ln (\d+)/g, "Math.log($1)")
    .replaceAll("…", '"…"');
}

/** Plain numbers, lists and records: tensors are computed. */
async function settled(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) return await value.array();
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return await Promise.all(value.map(settled));
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    await Promise.all(Object.entries(value).map(async ([key, part]) => [key, await settled(part)])),
  );
}

/** What equals a value to six digits. */
function pattern(value: unknown): unknown {
  if (value === "…") return expect.anything();
  if (typeof value === "number") return expect.closeTo(value, 6);
  if (Array.isArray(value)) return value.map(pattern);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, pattern(part)]));
}

test("every example in a public file is found", () => {
  const written = files.map((file) => readFileSync(join(root, file), "utf8").split("@example").length - 1);
  expect(examples.length).toBe(written.reduce((sum, count) => sum + count));
});

test.each(examples.map((example) => [example.owner, example.place, example] as const))(
  "%s (%s)",
  async (_, __, example) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const program = (await import(/* @vite-ignore */ fileOf(example))) as Program;
      const result = await settled(await program.run(makeFixtures(program.fixtures)));
      if (program.value !== undefined) expect(result).toEqual(pattern(program.value));
    } finally {
      log.mockRestore();
    }
  },
);

test("the compiler takes every example", async () => {
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    declaration: false,
    isolatedDeclarations: false,
    verbatimModuleSyntax: false,
    rewriteRelativeImportExtensions: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: [join(root, "node_modules/@types")],
  };
  const settings = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["example-*.ts"], exclude: [] };
  writeFileSync(config, JSON.stringify(settings));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const printed = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, "-p", config, "--pretty", "false"], (_, output) => resolve(output));
  });
  // example-12.ts(3,4): error … → the place of the example
  const named = printed.replace(/^.*example-(\d+)\.ts/gm, (_, index) => examples[Number(index)]!.place);
  expect(named).toBe("");
});
