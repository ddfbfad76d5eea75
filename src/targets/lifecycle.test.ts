// Proves in processes of their own that threads come and go with whoever uses them: a process with idle threads ends by itself, they cost
// it nothing, they end with the thread that started them, and several threads may each have theirs.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test as plainTest } from "vitest";
import { x64In } from "./testing.ts";

/** `npm test` builds it. */
const built = new URL("../../dist/", import.meta.url);
const isBuilt = existsSync(new URL("index.js", built));

/** `multiply()` computes products large enough to share until the threads have joined, and gives a checksum. */
const prelude = `
const gradus = await import(${JSON.stringify(new URL("index.js", built).href)});
const data = await import(${JSON.stringify(new URL("data/index.js", built).href)});
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function multiply() {
  const a = gradus.normal([300, 300], { seed: 1 });
  let numbers;
  for (let i = 0; i < 30; i++) {
    numbers = await a.matmul(a).data();
    await pause(5);
  }
  return numbers.reduce((sum, x, i) => sum + x * (i % 7), 0);
}
const forever = (signal) => training(1e6, signal);
function training(epochs, signal) {
  const inputs = Float32Array.from({ length: 256 * 1000 }, (_, i) => (i * 7919) % 100 / 100);
  const targets = Int32Array.from({ length: 1000 }, (_, i) => i % 10);
  const set = data.fromArrays({ inputs, targets, inputShape: [256], classes: [..."0123456789"] });
  const loss = gradus.crossEntropy();
  const optimizer = gradus.adam();
  return gradus.train(gradus.network([256], gradus.dense(256), gradus.relu(), gradus.dense(10)), set, {
    ...{ loss, optimizer, batchSize: 64, epochs, seed: 1, signal },
    callbacks: [({ event, step }) => event === "step" && step > 200 && globalThis.running?.()],
  });
}
`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds from the last output to the end. */
  readonly ending: number;
}

function runOn(target: "wasm" | "x64", script: string, threads = 3): Promise<Ended> {
  const env = { ...process.env, GRADUS_THREADS: String(threads), GRADUS_TARGET: target };
  const argv = ["--input-type=module", "-e", prelude + script];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"], env });
  let output = "";
  let last = performance.now();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    last = performance.now();
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, output, ending: performance.now() - last }));
  });
}

/** What ends only when somebody kills it takes the whole time of the test. */
const soon = 3000;

/** `begin()` starts a thread of JavaScript with the prelude and a script. */
function start(script: string): string {
  const code = `const port = require("node:worker_threads").parentPort; (async () => { ${prelude} ${script} })();`;
  return `
    const { Worker } = await import("node:worker_threads");
    const begin = () => new Worker(${JSON.stringify(code)}, { eval: true, execArgv: [] });
  `;
}

const hasX64 = (await x64In("portable")) !== null;

describe.each(["wasm", "x64"] as const)("%s", (target) => {
  const run = (script: string, threads?: number): Promise<Ended> => runOn(target, script, threads);
  const test = plainTest.skipIf(!isBuilt || (target === "x64" && !hasX64));

  test("a process with idle threads ends by itself", async () => {
    const { code, ending } = await run("console.log(await multiply());");
    expect(code).toBe(0);
    expect(ending).toBeLessThan(soon);
  });

  test("process.exit ends a process, whether its threads rest, start or run", async () => {
    for (const script of [
      "console.log(await multiply()); process.exit(3);",
      "console.log((await gradus.ones([300, 300]).matmul(gradus.ones([300, 300])).data())[0]); process.exit(3);",
      "globalThis.running = () => { console.log(1); process.exit(3); }; await forever();",
    ]) {
      const { code, ending } = await run(script);
      expect(code).toBe(3);
      expect(ending).toBeLessThan(soon);
    }
  });

  test("idle threads take no time", async () => {
    const { output } = await run(`
    await multiply();
    await pause(100);
    const before = process.cpuUsage();
    await pause(300);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `);
    expect(Number(output)).toBeLessThan(30);
  });

  test("terminating a thread in the middle of a training ends its threads too", async () => {
    const { code, output, ending } = await run(`
    ${start("globalThis.running = () => port.postMessage(0); await forever();")}
    const worker = begin();
    await new Promise((resolve) => worker.once("message", resolve));
    await worker.terminate();
    const before = process.cpuUsage();
    await pause(300);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `);
    expect(code).toBe(0);
    expect(Number(output)).toBeLessThan(30);
    expect(ending).toBeLessThan(soon);
  });

  test("several threads compute at once, each with threads of its own", async () => {
    const { code, output } = await run(`
    ${start("port.postMessage(await multiply());")}
    const found = Array.from({ length: 3 }, () => new Promise((resolve) => begin().once("message", resolve)));
    console.log(new Set([...(await Promise.all(found)), await multiply()]).size);
  `);
    expect([code, output]).toEqual([0, "1\n"]);
  });

  test("an abort ends a training within 100 ms", async () => {
    const { code, output } = await run(
      `
    const control = new AbortController();
    globalThis.running = () => {
      globalThis.running = null;
      setTimeout(() => { globalThis.from = performance.now(); control.abort(); }, 100);
    };
    const result = await forever(control.signal);
    console.log(result.aborted, performance.now() - globalThis.from);
  `,
      2,
    );
    const [aborted, milliseconds] = output.split(" ");
    expect([code, aborted]).toEqual([0, "true"]);
    expect(Number(milliseconds)).toBeLessThan(100);
  });

  test("two threads that train at the same time learn what one learns alone", async () => {
    const { code, output } = await run(`
      ${start("port.postMessage((await training(3)).hash);")}
      const learn = () => new Promise((resolve) => begin().once("message", resolve));
      const alone = await learn();
      console.log([...(await Promise.all([learn(), learn()])), (await training(3)).hash].every((hash) => hash === alone));
    `);
    expect([code, output]).toEqual([0, "true\n"]);
  });
});
