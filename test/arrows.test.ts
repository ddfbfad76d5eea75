/** The arrows check catches each kind of violation when one is planted, and is silent where none is. */

import { expect, test } from "vitest";
import { check, rooms } from "../scripts/arrows.mjs";

/** What is said about one file. */
const said = (path: string, text: string): readonly string[] => check(new Map([[path, text]])).violations;

test.each([
  ["a value", 'import { train } from "../train/train.ts";'],
  ["a type", 'import type { Run } from "../train/train.ts";'],
  ["only its effects", 'import "../train/train.ts";'],
  ["what it passes on", 'export { train } from "../train/train.ts";'],
  ["over several lines", 'import {\n  type Run, // "the run"\n  train,\n} from "../train/train.ts";'],
  ["later", 'const load = () => import("../train/train.ts");'],
  ["a type in place", 'let run: import("../train/train.ts").Run;'],
  ["from within a template", 'const name = `a ${{ b: await import("../train/train.ts") }} c`;'],
])("catches a room that imports %s from a later one", (_, text) => {
  expect(said("src/loss/a.ts", text)).toEqual(["src/loss/a.ts: imports src/train/train.ts: loss may not use train"]);
});

test.each([
  ["its own room", "src/loss/a.ts", 'import { b } from "./b.ts";'],
  ["an earlier room", "src/train/node/a.ts", 'import { b } from "../../base/b.ts";'],
  ["packages and Node", "src/base/a.ts", 'import { join } from "node:path";\nimport { z } from "z";'],
  ["anything, as a test", "src/base/a.test.ts", 'import { train } from "../index.ts";'],
  ["anything, as a test of types", "src/base/a.types.ts", 'import { train } from "../index.ts";'],
  ["anything, as the door", "src/index.ts", 'export { main } from "./cli/main.ts";'],
])("lets a file import %s", (_, path, text) => {
  expect(said(path, text)).toEqual([]);
});

test.each([
  ["a comment", '// import "../cli/a.ts"\n/* import "../cli/b.ts" */'],
  ["a string", `const text = 'import "../cli/a.ts"';`],
  ["a template", 'const text = `import "../cli/a.ts" ${1} import "../cli/b.ts"`;'],
  ["a regular expression", 'const pattern = /["\'`]/; const ratio = a / b; // import "../cli/a.ts"'],
])("does not take %s for an import", (_, text) => {
  expect(said("src/base/a.ts", text)).toEqual([]);
});

test("still reads imports after quotes in regular expressions and after divisions", () => {
  const text = 'const a = b / c; const d = [/[`"/]/g]; const e = import("../cli/a.ts");';
  expect(said("src/base/a.ts", text)).toEqual(["src/base/a.ts: imports src/cli/a.ts: base may not use cli"]);
});

test.each([
  ["src/cli/a.ts", '"../index.ts"', "src/index.ts"],
  ["src/cli/a.ts", '"../data/index.ts"', "src/data/index.ts"],
  ["src/data/a.ts", '"./index.ts"', "src/data/index.ts"],
  ["src/cli/a.ts", '"gradus"', "src/index.ts"],
  ["src/cli/a.ts", '"gradus/data"', "src/data/index.ts"],
])("catches %s importing the door %s", (path, name, door) => {
  expect(said(path, `import { ink } from ${name};`)).toEqual([
    `${path}: imports ${door}: doors are for users and tests`,
  ]);
});

test("does not take a table called index.ts deeper down for a door", () => {
  expect(said("src/compiler/a.ts", 'import { ops } from "../graph/ops/index.ts";')).toEqual([]);
});

test("catches a file outside of the rooms, and an import that leaves src", () => {
  expect(said("src/a.ts", "")).toEqual(["src/a.ts: stands in no room"]);
  expect(said("src/attic/a.ts", "")).toEqual(["src/attic/a.ts: stands in no room"]);
  expect(said("src/base/a.ts", 'import x from "../../test/a.ts";')).toEqual([
    "src/base/a.ts: imports test/a.ts: src uses nothing outside of itself",
  ]);
});

test("lists every room once, files before network", () => {
  expect(new Set(rooms).size).toBe(rooms.length);
  expect(rooms.indexOf("files")).toBeLessThan(rooms.indexOf("network"));
});

test.each([
  ["export default 1;", "exports a default; give it a name"],
  ["const a = 1;\nexport { a as default };", "exports a default; give it a name"],
  ["enum Color { red }", "declares an enum; write a union of strings"],
  ["export const enum Color { red }", "declares an enum; write a union of strings"],
  ['export * from "./b.ts";', "exports *; name what leaves the file"],
  ['export * as b from "./b.ts";', "exports *; name what leaves the file"],
  ['export type * from "./b.ts";', "exports *; name what leaves the file"],
])("catches %j", (text, sentence) => {
  const line = text.split("\n").length;
  expect(said("src/base/a.ts", text)).toEqual([`src/base/a.ts:${line}: ${sentence}`]);
});

test("lets a door export *", () => {
  expect(said("src/data/index.ts", 'export * from "./b.ts";')).toEqual([]);
});

test("catches long files and warns of those that grow", () => {
  const lines = (count: number) => check(new Map([["src/base/a.ts", "let a;\n".repeat(count)]]));
  expect(lines(400)).toEqual({ violations: [], warnings: [] });
  expect(lines(401).warnings).toEqual(["src/base/a.ts: has 401 lines; think again at 400"]);
  expect(lines(600).violations).toEqual([]);
  expect(lines(601)).toEqual({ violations: ["src/base/a.ts: has 601 lines; 600 is the limit"], warnings: [] });
});

test.each([
  ["const y = Math.exp(x);", "Math.exp"],
  ["const f = Math.log1p;", "Math.log1p"],
  ["const y = `${Math.tanh(x)}`;", "Math.tanh"],
  ["const { exp } = Math;", "Math"],
  ['const y = Math["exp"](x);', "Math"],
  ["const y = x ** 2;", "**"],
  ["const y = 2 ** x;", "**"],
  ["const y = 12 ** 3;", "**"],
  ["x **= 2;", "**"],
])("catches %j", (text, what) => {
  expect(said("src/base/a.ts", text)).toEqual([
    `src/base/a.ts:1: uses ${what}; engines differ there, base/math and kernel/math do not`,
  ]);
});

test("lets exact mathematics be", () => {
  const exact = "const y = Math.sqrt(x) + Math.fround(x) + 2 ** 31 + 2 ** -126; // not Math.exp(x) ** 2";
  expect(said("src/base/a.ts", exact)).toEqual([]);
  expect(said("src/base/a.test.ts", "const y = Math.exp(x);")).toEqual([]);
});

test("lets only the float64 meanings of elementwise operations use the engine's functions", () => {
  const text = "  float64: Math.exp,\n  lower: Math.exp,";
  expect(said("src/graph/ops/functions.ts", text)).toHaveLength(1);
  expect(said("src/graph/ops/reduce.ts", text)).toHaveLength(2);
});
