/**
 * The operating system's side of the target, through koffi: memory, executable pages, threads. Linux on x64. Everything is loaded when it
 * is first asked for, so that importing this file costs nothing and needs nothing.
 */

import { TargetError } from "../../base/errors.ts";

/** A function of machine code that takes addresses and numbers. */
export type NativeFunction = (...words: number[]) => number;

export interface Native {
  /** Zeroed memory of its own; null where there is none, or where JavaScript could not see so much at once. */
  map(bytes: number): number | null;
  unmap(address: number, bytes: number): void;
  /** Asks for large pages. */
  preferLargePages(address: number, bytes: number): void;
  /** Gives pages back that nobody needs; they stay reachable, and are zero when they are next touched. */
  discard(address: number, bytes: number): void;
  /** Makes memory unreachable. */
  forbid(address: number, bytes: number): void;
  /** Makes memory executable, and no longer writable. */
  makeExecutable(address: number, bytes: number): boolean;
  /** The memory as JavaScript sees it. */
  view(address: number, bytes: number): ArrayBuffer;
  /** Where JavaScript's bytes lie. */
  addressOf(bytes: Uint8Array): number;
  /** A function of two addresses at an address. */
  callable(address: number): NativeFunction;
  /** Starts a thread in which no signal is handled. */
  startThread(code: number, argument: number): boolean;
  /** The process's environment, which all JavaScript threads share. */
  readEnvironment(name: string): string | null;
  writeEnvironment(name: string, value: string): void;
  /** Tells this process's memory from that of all others. Its number does not: containers count from 1, and exec keeps it. */
  readonly identity: string;
}

/** Memory is mapped and protected in pages of this size. */
export const pageBytes = 4096;
const protection = { none: 0, readWrite: 3, readExecute: 5 };
const mapFlags = 0x22; // private, anonymous
const advice = { discard: 4, hugePages: 14 };
const [block, restore] = [0, 2];
const signalSetBytes = 128;
/** What the system chose at random for this memory: where some random bytes lie, and where its own code (vDSO). */
const chosen = [25, 33];

type Koffi = typeof import("koffi").default;

let loaded: Promise<Native> | null = null;

/** The system, or a TargetError that says why it cannot be reached. */
export function loadNative(): Promise<Native> {
  loaded ??= start();
  return loaded;
}

async function start(): Promise<Native> {
  const { platform, arch } = process;
  if (platform !== "linux" || arch !== "x64") {
    throw new TargetError(
      `x64: runs on Linux with an x64 processor; this is ${platform} ${arch}. Use the target wasm.`,
      {
        operation: "x64",
        actual: `${platform} ${arch}`,
      },
    );
  }
  let koffi: Koffi;
  try {
    koffi = (await import("koffi")).default;
  } catch (cause) {
    throw new TargetError(
      "x64: the optional package koffi is not installed or does not load here. Install it (npm install koffi), or use the target wasm.",
      { operation: "x64", hint: "koffi" },
      { cause },
    );
  }
  try {
    return bind(koffi);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TargetError(
      `x64: the C library could not be reached: ${reason}. Use the target wasm.`,
      { operation: "x64" },
      { cause },
    );
  }
}

function bind(koffi: Koffi): Native {
  const libc = koffi.load("libc.so.6");
  const mmap = libc.func(
    "int64_t mmap(int64_t address, int64_t bytes, int protection, int flags, int file, int64_t offset)",
  );
  const munmap = libc.func("int munmap(int64_t address, int64_t bytes)");
  const mprotect = libc.func("int mprotect(int64_t address, int64_t bytes, int protection)");
  const madvise = libc.func("int madvise(int64_t address, int64_t bytes, int advice)");
  const create = libc.func("int pthread_create(void* thread, void* attributes, int64_t code, int64_t argument)");
  const detach = libc.func("int pthread_detach(int64_t thread)");
  const fillSignals = libc.func("int sigfillset(void* set)");
  const mask = libc.func("int pthread_sigmask(int how, void* set, void* old)");
  const getenv = libc.func("const char* getenv(const char* name)");
  const setenv = libc.func("int setenv(const char* name, const char* value, int overwrite)");
  const getauxval = libc.func("uint64_t getauxval(uint64_t type)");
  // Where it ends differs between versions of Node: 4 GiB in Node 20. A larger view would stop the process.
  const largest = process.getBuiltinModule("node:buffer").constants.MAX_LENGTH;
  const prototype = koffi.proto("int64_t gradus_x64(int64_t a, int64_t b)");
  return {
    map: (bytes) => {
      if (bytes > largest) return null;
      const address = Number(mmap(0, bytes, protection.readWrite, mapFlags, -1, 0));
      return address === -1 ? null : address;
    },
    unmap: (address, bytes) => {
      munmap(address, bytes);
    },
    preferLargePages: (address, bytes) => {
      madvise(address, bytes, advice.hugePages);
    },
    discard: (address, bytes) => {
      madvise(address, bytes, advice.discard);
    },
    forbid: (address, bytes) => {
      mprotect(address, bytes, protection.none);
    },
    makeExecutable: (address, bytes) => mprotect(address, bytes, protection.readExecute) === 0,
    view: (address, bytes) => koffi.view(BigInt(address), bytes),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    callable: (address) => koffi.decode(BigInt(address), prototype) as NativeFunction,
    startThread: (code, argument) => {
      const [all, old] = [new Uint8Array(signalSetBytes), new Uint8Array(signalSetBytes)];
      const thread = new BigInt64Array(1);
      fillSignals(all);
      mask(block, all, old);
      const failed = create(thread, null, code, argument);
      mask(restore, old, null);
      if (failed === 0) detach(thread[0]!);
      return failed === 0;
    },
    readEnvironment: (name) => getenv(name) as string | null,
    writeEnvironment: (name, value) => {
      setenv(name, value, 1);
    },
    identity: [process.pid, ...chosen.map((type) => Number(getauxval(type)).toString(36))].join("-"),
  };
}
