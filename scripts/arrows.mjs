/**
 * The arrows check: proves that a room of src imports only from itself and the rooms before it, and the few rules of writing that
 * no other tool knows. It reads text, not types; it refuses to follow imports whose name is computed.
 *
 *   node scripts/arrows.mjs      exits with 1 when a rule is broken
 */

import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { mask } from "./mask.mjs";

/** The order of the house: each room may use those before it. `src/index.ts` is the door to all of them. */
export const rooms = [
  ...["base", "kernel", "graph", "compiler", "targets", "tensor", "functions", "files", "network", "loss", "optimizer"],
  ...["data", "train", "pictures", "diagnose", "search", "cluster", "conformance", "bench", "cli"],
];

/** Lines a file should not and may not exceed; tables may. */
const long = 400;
const tooLong = 600;
const tables = [];

/** Engines disagree on these in the last bits. */
const inexact = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "expm1", "hypot"],
  ...["log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh"],
];

const isTest = (path) => /\.(test|types)\.ts$/.test(path);
const isDoor = (path) => /^src\/(\w+\/)?index\.ts$/.test(path);
const roomOf = (path) => path.match(/^src\/([^/]+)\//)?.[1];
const lineAt = (text, index) => text.slice(0, index).split("\n").length;

/** The files a file imports, as types too; packages are left out, the package's own names are its doors. */
function importsOf(path, text, code) {
  const names = [...code.matchAll(/(?<![.\w])(?:from|import\s*\(?)\s*(["'`])( *)\1/g)].map((found) => {
    const end = found.index + found[0].length - 1;
    return text.slice(end - found[2].length, end);
  });
  return names.flatMap((name) => {
    if (name.startsWith(".")) return [posix.join(posix.dirname(path), name)];
    const own = name.match(/^gradus(\/.+)?$/);
    return own ? [`src${own[1] ?? ""}/index.ts`] : [];
  });
}

/** Why `from` may not import `to`; null where it may. */
function objection(from, to) {
  if (isDoor(to)) return "doors are for users and tests";
  if (!to.startsWith("src/")) return "src uses nothing outside of itself";
  if (from === "src/index.ts") return null;
  const [room, other] = [roomOf(from), roomOf(to)];
  return rooms.indexOf(other) <= rooms.indexOf(room) ? null : `${room} may not use ${other}`;
}

function arrows(path, text, code) {
  if (path !== "src/index.ts" && !rooms.includes(roomOf(path))) return [`${path}: stands in no room`];
  return importsOf(path, text, code).flatMap((to) => {
    const reason = objection(path, to);
    return reason === null ? [] : [`${path}: imports ${to}: ${reason}`];
  });
}

function forms(path, code) {
  const found = (pattern, sentence) =>
    [...code.matchAll(pattern)].map(({ index }) => `${path}:${lineAt(code, index)}: ${sentence}`);
  return [
    ...found(/\bexport\s+default\b|\bas\s+default\b/g, "exports a default; give it a name"),
    ...found(/\benum\s+[\w$]+\s*\{/g, "declares an enum; write a union of strings"),
    ...(isDoor(path) ? [] : found(/\bexport\s*(type\s*)?\*/g, "exports *; name what leaves the file")),
  ];
}

/** A power of two with a literal exponent is exact everywhere and stays readable. */
function inexactMath(path, code) {
  const pattern = new RegExp(`\\bMath\\s*\\.\\s*(?:${inexact.join("|")})\\b|\\bMath\\b(?!\\s*\\.)|\\*\\*`, "g");
  const lines = code.split("\n");
  return [...code.matchAll(pattern)].flatMap(({ 0: what, index }) => {
    const line = lineAt(code, index);
    if (path === "src/graph/ops/functions.ts" && /\bfloat64:/.test(lines[line - 1])) return [];
    if (what === "**" && /(?<![\w.])2 $/.test(code.slice(0, index)) && /^\*\* -?\d+\b/.test(code.slice(index)))
      return [];
    return [`${path}:${line}: uses ${what}; engines differ there, base/math and kernel/math do not`];
  });
}

/**
 * Everything that breaks a rule, and what comes close.
 *
 * @param files  path from the repository's root, with slashes, to text; those outside src and tests may do anything
 */
export function check(files) {
  const violations = [];
  const warnings = [];
  for (const [path, text] of files) {
    if (!path.startsWith("src/") || !path.endsWith(".ts")) continue;
    const lines = text.trimEnd().split("\n").length;
    if (lines > tooLong && !tables.includes(path))
      violations.push(`${path}: has ${lines} lines; ${tooLong} is the limit`);
    else if (lines > long && !tables.includes(path))
      warnings.push(`${path}: has ${lines} lines; think again at ${long}`);
    const code = mask(text);
    violations.push(...forms(path, code));
    if (!isTest(path)) violations.push(...arrows(path, text, code), ...inexactMath(path, code));
  }
  return { violations, warnings };
}

const here = fileURLToPath(import.meta.url);

function main() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const paths = readdirSync(join(root, "src"), { recursive: true }).filter((path) => path.endsWith(".ts"));
  const files = paths.sort().map((path) => `src/${path.split(sep).join("/")}`);
  const { violations, warnings } = check(new Map(files.map((path) => [path, readFileSync(join(root, path), "utf8")])));
  for (const line of warnings) console.log(`warning: ${line}`);
  for (const line of violations) console.log(line);
  if (violations.length > 0) process.exitCode = 1;
  console.log(`${files.length} files, ${violations.length} against the rules`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === here) main();
