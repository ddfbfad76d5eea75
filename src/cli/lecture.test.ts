/** Proves what `gradus lecture` lists, prints and writes, and what it says to names that are none. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gradus } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-lecture-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("lists every experiment with its question", async () => {
  const { code, lines } = await gradus(["lecture"]);
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^neuron +What does a neuron compute/);
  const { lines: json } = await gradus(["lecture", "--json"]);
  expect(json.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(json.map(() => "experiment"));
});

test("prints tables, a picture and the sentence; writes SVG and JSON", async () => {
  const { code, output } = await gradus(["lecture", "neuron", "--out", folder]);
  expect(code).toBe(0);
  expect(output).toContain("input    layer 1         layer 2         output");
  expect(output).toContain("They agree.");
  expect(readdirSync(folder).sort()).toEqual(["neuron.json", "neuron.svg"]);
  expect(readFileSync(join(folder, "neuron.svg"), "utf8")).toMatch(/^<svg xmlns/);
  const kept = JSON.parse(readFileSync(join(folder, "neuron.json"), "utf8")) as Record<string, unknown>;
  expect(Object.keys(kept)).toEqual(
    expect.arrayContaining(["name", "question", "sentence", "verdict", "figures", "tables"]),
  );
});

test("as JSON it is one line with the same figures", async () => {
  const { output } = await gradus(["lecture", "neuron", "--json", "--out", folder]);
  const told = JSON.parse(output) as { event: string; figures: unknown };
  const kept = JSON.parse(readFileSync(join(folder, "neuron.json"), "utf8")) as { figures: unknown };
  expect(told.event).toBe("report");
  expect(told.figures).toEqual(kept.figures);
});

test("a mistyped name is answered with the nearest, before anything runs", async () => {
  const { code, output, complaint } = await gradus(["lecture", "neuron", "nueron", "--out", folder]);
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(complaint).toBe('gradus lecture: there is no experiment "nueron". Did you mean neuron?');
  expect((await gradus(["lecture", "xyzzy"])).complaint).toBe(
    'gradus lecture: there is no experiment "xyzzy". gradus lecture lists them.',
  );
});
