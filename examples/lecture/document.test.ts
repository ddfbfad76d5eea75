/** Proves that docs/lecture.md has every experiment's answer, from its full form, in the order of the lecture. */

import { readFileSync } from "node:fs";
import type { ReportFile } from "gradus/pictures";
import { expect, test } from "vitest";
import { experiments } from "./index.ts";

const read = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");

test("the table has a line for each experiment", () => {
  const lines = read("lecture.md")
    .split("\n")
    .filter((line) => line.startsWith("| ["));
  expect(lines.map((line) => /^\| \[([\w-]+)\]/.exec(line)?.[1])).toEqual(experiments.map(({ name }) => name));
});

test.each(experiments.map(({ name }) => name))("%s: its figures are those of the full form", (name) => {
  const file = JSON.parse(read(`lecture/${name}.json`)) as ReportFile;
  expect(file).toMatchObject({ name, short: false });
  expect(read("lecture.md")).toContain(file.sentence);
});
