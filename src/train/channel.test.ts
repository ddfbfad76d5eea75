/**
 * Proves the promises about readers: nothing is lost to a prompt one, a slow one costs bounded memory, leaving is harmless, and
 * errors and ends reach everybody.
 */

import { describe, expect, test } from "vitest";
import { Channel } from "./channel.ts";
import type { Result, StartEvent, StepEvent, TrainingEvent } from "./events.ts";
import { Run } from "./run.ts";

const start = { event: "start", steps: 10 } as StartEvent;

function step(number: number, losses: number[] = [number], epoch: number = 1): StepEvent {
  return {
    event: "step",
    epoch,
    step: number,
    losses: Float32Array.from(losses),
    metrics: { accuracy: Float32Array.from(losses) },
    learningRate: 1 / number,
    gradientNorms: Float32Array.from(losses),
    examples: 4 * losses.length,
    seconds: number,
    samplesPerSecond: 1,
  };
}

async function collect(source: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of source) events.push(event);
  return events;
}

describe("Channel", () => {
  test("gives every reader everything, and a late one the start", async () => {
    const channel = new Channel();
    const early = collect(channel);
    channel.publish(start);
    channel.publish(step(1));
    const late = collect(channel);
    channel.publish(step(2));
    channel.close();
    expect((await early).map((event) => event.event)).toEqual(["start", "step", "step"]);
    expect(await late).toEqual([start, step(2)]);
  });

  test("joins the steps of a reader that falls behind; order and values stay", async () => {
    const channel = new Channel();
    const reader = channel[Symbol.asyncIterator]();
    for (let number = 1; number <= 1000; number++) channel.publish(step(number));
    channel.close();
    const losses: number[] = [];
    let events = 0;
    for (let next = await reader.next(); !next.done; next = await reader.next()) {
      const event = next.value as StepEvent;
      losses.push(...event.losses);
      expect([event.gradientNorms, event.learningRate]).toEqual([event.losses, 1 / event.step]);
      expect(event.step).toBe(losses.length);
      expect(event.examples).toBe(4 * event.losses.length);
      events++;
    }
    expect(losses).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(events).toBeLessThanOrEqual(256);
  });

  test("drops the oldest steps, not the epochs, of a reader that never reads", async () => {
    const channel = new Channel();
    const reader = channel[Symbol.asyncIterator]();
    channel.publish(start);
    const many = new Array<number>(40_000).fill(1);
    for (let number = 1; number <= 600; number++) channel.publish(step(number, many));
    channel.close();
    const events: TrainingEvent[] = [];
    for (let next = await reader.next(); !next.done; next = await reader.next()) events.push(next.value);
    expect(events[0]).toBe(start);
    expect(events.length).toBeLessThanOrEqual(256);
    expect((events.at(-1) as StepEvent).step).toBe(600);
  });

  test("ends with the error, after what was waiting", async () => {
    const channel = new Channel();
    const reader = channel[Symbol.asyncIterator]();
    channel.publish(step(1));
    channel.close(new Error("stopped"));
    expect((await reader.next()).value).toEqual(step(1));
    await expect(reader.next()).rejects.toThrow("stopped");
  });
});

describe("Run", () => {
  const result = { loss: 1 } as unknown as Result;

  test("can be awaited and read at once; leaving the loop changes nothing", async () => {
    const run = new Run(async (publish) => {
      publish(start);
      publish(step(1));
      return result;
    });
    for await (const event of run) {
      expect(event).toBe(start);
      break;
    }
    expect(await run).toBe(result);
    expect(await run.result).toBe(result);
  });

  test("an error reaches the reader and the awaiter", async () => {
    const run = new Run(() => Promise.reject(new Error("no data")));
    await expect(collect(run)).rejects.toThrow("no data");
    await expect(run).rejects.toThrow("no data");
  });
});
