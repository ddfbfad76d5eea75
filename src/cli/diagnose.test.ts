/** Proves what `gradus diagnose` prints of a sound and of a faulty run, its exit codes, and what it says where something is missing. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradus } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-diagnose-"));
const [sound, faulty] = [join(folder, "sound"), join(folder, "faulty")];
beforeAll(async () => {
  const common = ["train", "ink", "--take", "800"];
  await gradus([...common, "--epochs", "5", "--out", sound]);
  await gradus([...common, "--epochs", "2", "--layers", "flatten dense(32) relu dense(10) tanh", "--out", faulty]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a sound run: its layers, a learning-rate curve, nothing found, exit code 0", async () => {
  const { code, output } = await gradus(["diagnose", sound]);
  expect(output).toContain("1 dense(128)");
  expect(output).toContain("Loss over the learning rate");
  expect(output).toContain("\nNothing found.\n");
  expect(code).toBe(0);
});

test("a faulty run: the finding with its way out, pictures, exit code 1", async () => {
  const { code, output } = await gradus(["diagnose", faulty, "--out", join(folder, "pictures")]);
  expect(output).toMatch(/loss-mismatch\n {2}The loss crossEntropy takes logits of any size, and tanh at layer 4/);
  expect(readdirSync(join(folder, "pictures"))).toEqual(["diagnosis-1.svg", "diagnosis-2.svg"]);
  expect(code).toBe(1);
});

test("as JSON: a line per finding, and one with what was measured", async () => {
  const { code, lines } = await gradus(["diagnose", faulty, "--json"]);
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told[0]).toMatchObject({ event: "finding", name: "loss-mismatch", layer: "4" });
  expect(told.at(-1)).toMatchObject({ event: "diagnosis", findings: told.length - 1 });
  expect(told.at(-1)!.measures).toMatchObject({ inputs: { largest: 1 }, learningRates: { curve: expect.any(Array) } });
  expect(code).toBe(1);
});

test("a model alone needs data, and takes it", async () => {
  const model = join(sound, "model.safetensors");
  expect((await gradus(["diagnose", model])).complaint).toBe(
    `gradus diagnose: ${model} is a model alone and no data set is named, so there is nothing to look at. ` +
      "Write gradus diagnose MODEL DATA, or name a run folder.",
  );
  expect((await gradus(["diagnose", model, "ink"])).code).toBe(0);
});

test("data of another shape, a folder without events", async () => {
  expect((await gradus(["diagnose", sound, "mnist"])).complaint).toBe(
    "gradus diagnose: mnist has inputs 28×28, and the model takes 16×16. Name data of that shape, or train a model on mnist.",
  );
  const bare = join(folder, "bare");
  mkdirSync(bare);
  writeFileSync(join(bare, "model.safetensors"), readFileSync(join(sound, "model.safetensors")));
  expect((await gradus(["diagnose", bare])).complaint).toBe(
    `gradus: ${bare}: must be the folder of a run; there is no events.jsonl in it. gradus train --out DIR writes one.`,
  );
});

test("a run that does not say what it learned from is judged by its course, and says so", async () => {
  const nameless = join(folder, "nameless");
  mkdirSync(nameless);
  for (const name of readdirSync(sound)) writeFileSync(join(nameless, name), readFileSync(join(sound, name)));
  const events = readFileSync(join(nameless, "events.jsonl"), "utf8");
  writeFileSync(join(nameless, "events.jsonl"), events.replace('"data":"ink"', '"data":null'));
  const { code, output } = await gradus(["diagnose", nameless]);
  expect(output).toContain("Nothing found.");
  expect(output).toContain("only its course was judged");
  expect(code).toBe(0);
});
