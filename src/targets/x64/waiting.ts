/**
 * How native threads wait, in machine code: they spin for some microseconds and then sleep in the operating system on a word in memory (a
 * futex), so that waiting costs nothing when it is long and next to nothing when it is short.
 */

import type { Assembler, Label, Memory } from "./assembler.ts";

const [rax, rdx, rsi, rdi, r8, r10] = [0, 2, 6, 7, 8, 10];

/** Ticks of spinning before a thread sleeps: some 30 µs. */
const spinTicks = 80_000;
export const futex = { number: 202, wait: 128, wake: 129 } as const;
const everyone = 0x7fffffff;

export const at = (base: number, displacement: number): Memory => ({ base, displacement });

/** Leaves the tick counter in rax. */
export function ticks(a: Assembler): void {
  a.rdtsc();
  a.shift("shl", rdx, 32);
  a.integer("or", rax, rdx);
}

/** A system call on a futex; `value` writes what rdx must hold. */
export function callFutex(a: Assembler, place: Memory, operation: number, value: () => void): void {
  value();
  a.integer("lea", rdi, place);
  a.moveImmediate64(rsi, operation);
  a.moveImmediate64(r10, 0);
  a.moveImmediate64(rax, futex.number);
  a.syscall();
}

export function wake(a: Assembler, place: Memory): void {
  callFutex(a, place, futex.wake, () => a.moveImmediate64(rdx, everyone));
}

export function atomicAdd(a: Assembler, place: Memory, amount: number): void {
  a.lock();
  a.integer("add", place, { immediate: amount }, 32);
}

/**
 * Waits until `ready` jumps to `then`: first spinning, then asleep on `word` with the number of sleepers kept in `sleepers`. `ready`
 * may use rax and rdx. Clobbers what a system call does, and r8.
 */
export function waitFor(a: Assembler, word: Memory, sleepers: Memory, ready: (label: Label) => void): void {
  const [spin, sleep, awake, done] = [a.label(), a.label(), a.label(), a.label()];
  ticks(a);
  a.integer("lea", r8, at(rax, spinTicks));
  a.bind(spin);
  ready(done);
  a.pause();
  ticks(a);
  a.integer("cmp", rax, r8);
  a.jumpIf("below", spin);
  atomicAdd(a, sleepers, 1);
  a.bind(sleep);
  // The word is read before the condition: if the condition changes in between, so does the word, and the system call returns.
  a.integer("mov", r8, word, 32);
  ready(awake);
  callFutex(a, word, futex.wait, () => a.integer("mov", rdx, r8, 32));
  a.jump(sleep);
  a.bind(awake);
  atomicAdd(a, sleepers, -1);
  a.bind(done);
}
