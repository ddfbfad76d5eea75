/**
 * PyTorch as a contestant: a Python process that answers requests, with as many threads as asked for. Training is prepared with
 * the default optimizer and with `fused=True`, on images in both orders of memory, and the fastest counts.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const title = "pytorch";

const script = fileURLToPath(new URL("torch_peer.py", import.meta.url));
let peer = null;
let tasks = 0;

/** Starts the first Python that has torch: $PYTHON, else python3. */
export async function open(threads) {
  const tried = [process.env.PYTHON, "python3"].filter(Boolean);
  for (const python of tried) {
    const started = new Peer(python, threads);
    const hello = await started.hello.catch(() => null);
    if (!hello) continue;
    peer = started;
    return { version: `${hello.version}, ${hello.capability}`, threads: hello.threads, close: () => peer.close() };
  }
  throw new Error(`no Python with torch (tried ${tried.join(", ")}; PYTHON names another)`);
}

export async function prepare(workload, data) {
  const note = `threads: ${peer.threads}`;
  if (!data) return variant({ ...workload }, note);
  const folder = mkdtempSync(join(tmpdir(), "gradus-bench-"));
  const files = { inputs: join(folder, "inputs"), targets: join(folder, "targets") };
  for (const name of ["inputs", "targets"]) {
    const { buffer, byteOffset, byteLength } = data[name];
    writeFileSync(files[name], new Uint8Array(buffer, byteOffset, byteLength));
  }
  try {
    const variants = [];
    for (const channels_last of data.shape.length === 3 ? [false, true] : [false]) {
      for (const fused of [false, true]) {
        const order = channels_last ? ", channels last" : "";
        const words = `${note}, ${fused ? "fused" : "default"} ${workload.optimizer}${order}`;
        const request = { ...workload, ...files, shape: data.shape, fused, channels_last };
        const one = await variant(request, words).catch((error) => {
          if (!fused) throw error;
          return null; // older versions have none
        });
        if (one) variants.push(one);
      }
    }
    return { variants };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function variant(request, note) {
  const task = ++tasks;
  await peer.ask({ do: "prepare", task, ...request });
  return {
    take: async (steps) => ({ milliseconds: (await peer.ask({ do: "take", task, steps })).milliseconds, note }),
    release: () => peer.ask({ do: "release", task }),
  };
}

/** The process, one question at a time. */
class Peer {
  constructor(python, threads) {
    this.process = spawn(python, [script, String(threads)], { stdio: ["pipe", "pipe", "ignore"] });
    this.answers = [];
    this.waiting = [];
    this.ended = null;
    const end = (reason) => {
      this.ended ??= new Error(`PyTorch's process ended: ${reason}`);
      for (const { reject } of this.waiting.splice(0)) reject(this.ended);
    };
    this.process.on("error", ({ message }) => end(message));
    this.process.on("exit", (code) => end(`exit code ${code}`));
    this.process.stdin.on("error", () => {});
    createInterface(this.process.stdout).on("line", (line) => {
      const { resolve, reject } = this.waiting.shift();
      const answer = JSON.parse(line);
      if (answer.error) reject(new Error(`PyTorch: ${answer.error}`));
      else resolve(answer);
    });
    this.hello = this.#answer().then((hello) => {
      this.threads = hello.threads;
      return hello;
    });
  }

  #answer() {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  ask(request) {
    const answer = this.#answer();
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    return answer;
  }

  close() {
    this.process.stdin.end();
  }
}
