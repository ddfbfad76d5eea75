/**
 * Proves that the README is true: its program runs as it is printed, only on fewer digits and for one epoch; its command lines are
 * understood by the command `gradus` and do what the remarks beside them say; the npm scripts it names exist.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load, type Network, type Result } from "gradus";
import { ink, type Split } from "gradus/data";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { gradus } from "../src/cli/testing.ts";
import { pgm, writeTinyMnist } from "./tiny-data.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "gradus-readme-"));
const home = process.cwd();

beforeAll(() => {
  writeTinyMnist(folder);
  vi.stubEnv("GRADUS_DATA", folder);
  vi.stubEnv("GRADUS_TARGET", "");
  vi.stubEnv("GRADUS_NUMERICS", "");
  process.chdir(folder);
});

afterAll(() => {
  vi.unstubAllEnvs();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** The code blocks of one language. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code!);

/** Lines of shell blocks without their remarks, and commands within sentences. */
const commandLines: readonly string[] = [
  ...blocks("sh").flatMap((block) => block.trim().split("\n")),
  ...[...readme.matchAll(/`(np[mx] [^`]+)`/g)].map(([, line]) => line!),
].map((line) => line.replace(/\s+#.*$/, ""));

/** Words as a shell reads them; quotes hold words together. */
const words = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);

describe("the program", () => {
  const [program, ...others] = blocks("ts");
  const smaller = [
    ["await ink()", "await ink({ train: 400, test: 100 })"],
    ["epochs: 10,", "epochs: 1,"],
  ] as const;

  test("is the only one, and runs", async () => {
    expect(others).toEqual([]);
    let code = program!;
    for (const [text, replacement] of smaller) {
      expect(code.split(text).length).toBe(2);
      code = code.replace(text, replacement);
    }
    const file = join(folder, "program.ts");
    writeFileSync(file, `${code}\nexport const result = await run;\nexport { digits, net };\n`);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const { net, digits, result } = (await import(/* @vite-ignore */ file)) as {
      readonly net: Network;
      readonly digits: Split<[16, 16]>;
      readonly result: Result;
    };
    const printed = log.mock.calls;
    log.mockRestore();

    const share = expect.toSatisfy((value: number) => value >= 0 && value <= 1, "a share");
    const confidences = Array.from({ length: 10 }, () => share);
    const scores = { loss: expect.any(Number), accuracy: share };
    expect(printed).toEqual([
      [1, expect.any(Number), share],
      [scores],
      [{ label: expect.stringMatching(/^\d$/), confidence: share, confidences }],
    ]);
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
    const epoch = expect.objectContaining({ training: scores, validation: scores });
    expect(result).toMatchObject({ ...scores, history: [epoch], hash });

    const kept = await load("digits.safetensors");
    expect(await kept.predict(digits.test.input(0))).toEqual(await net.predict(digits.test.input(0)));
  });

  test("asks about a picture of the digit that its remark names", async () => {
    const { test: digits } = await ink({ train: 1, test: 1 });
    expect(program).toContain(`{ label: "${digits.classes![digits.target(0) as number]}", `);
  });
});

describe("the command line", () => {
  /** What makes a line cheap: fewer examples, one epoch, or only its help. */
  const cheaper: Readonly<Record<string, readonly string[]>> = {
    train: ["--take", "30", "--epochs", "1"],
    doctor: ["--help"],
    bench: ["--help"],
  };
  const lines = commandLines.filter((line) => line.startsWith("npx gradus "));

  beforeAll(async () => {
    const { test: digits } = await ink({ train: 1, test: 1 });
    writeFileSync("picture.pgm", pgm(16, 16, digits.input(0).data));
  });

  test("has a line for each command a reader begins with", () => {
    expect(lines.map((line) => words(line)[2])).toEqual(
      expect.arrayContaining(["train", "evaluate", "predict", "doctor", "--help"]),
    );
  });

  // In the order of the README: later lines read what earlier ones wrote.
  test.each(lines)("%s", async (line) => {
    const argv = words(line).slice(2);
    const { code, complaint, output } = await gradus([...argv, ...(cheaper[argv[0]!] ?? [])]);
    expect([code, complaint]).toEqual([0, ""]);
    expect(output).not.toBe("");
    const out = argv.indexOf("--out");
    if (out >= 0) expect(existsSync(join(argv[out + 1]!, "model.safetensors"))).toBe(true);
  });

  test("knows the flags and variables that sentences name", async () => {
    const { output } = await gradus(["train", "--help"]);
    for (const [, name] of readme.matchAll(/`(--[a-z-]+|GRADUS_[A-Z]+)`/g)) expect(output).toContain(name);
  });
});

describe("npm", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const lines = commandLines.filter((line) => line.startsWith("npm "));

  test("runs the scripts that are named", () => {
    const names = lines.map((line) => /^npm (?:run )?([\w-]+)/.exec(line)?.[1] ?? line);
    expect(names).toEqual(expect.arrayContaining(["start", "test"]));
    for (const name of names) expect(Object.keys(scripts)).toContain(name);
  });

  // `npm start` is `gradus train ink` with what follows the two dashes.
  test.each(lines.filter((line) => line.startsWith("npm start -- ")))("%s", async (line) => {
    const { code, complaint } = await gradus(["train", "ink", ...words(line).slice(3)]);
    expect([code, complaint]).toEqual([0, ""]);
  });
});

test("every command line is one of gradus or npm", () => {
  expect(commandLines.filter((line) => !/^np(?:m|x gradus) /.test(line))).toEqual([]);
});
