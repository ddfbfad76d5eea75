/** Proves that a run's folder gives back its events, also after a kill in the middle of a line, and what is said of other folders. */

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fromArrays } from "../data/from-arrays.ts";
import { accuracy, adam, crossEntropy, dense, network, train } from "../index.ts";
import { readRun } from "./read-run.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-read-run-"));
afterAll(() => rmSync(folder, { recursive: true }));
const data = fromArrays({ inputs: [[0], [1], [2], [3]], targets: [0, 0, 1, 1], inputShape: [1] });

test("gives back the events of a run, and leaves out a line without an end", async () => {
  const run = train(network([1], dense(2)), data, {
    loss: crossEntropy(),
    optimizer: adam(),
    epochs: 2,
    batchSize: 2,
    metrics: [accuracy()],
    out: folder,
  });
  const told: string[] = [];
  for await (const { event } of run) told.push(event);
  const { start, events } = await readRun(folder);
  expect(start.steps).toBe(4);
  expect(events.map(({ event }) => event)).toEqual(told);
  appendFileSync(join(folder, "events.jsonl"), '{"event":"step","epo');
  expect((await readRun(folder)).events).toEqual(events);
});

test("other folders and other files are refused", async () => {
  const other = mkdtempSync(join(folder, "other-"));
  await expect(readRun(other)).rejects.toThrow(
    `${other}: must be the folder of a run; there is no events.jsonl in it. gradus train --out DIR writes one.`,
  );
  writeFileSync(join(other, "events.jsonl"), "hello\n");
  await expect(readRun(other)).rejects.toThrow("line 1 of events.jsonl is no event. Train again.");
  writeFileSync(join(other, "events.jsonl"), '{"event":"end"}\n');
  await expect(readRun(other)).rejects.toThrow("its events begin without a start. Train again.");
});
