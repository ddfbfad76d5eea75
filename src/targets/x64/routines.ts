/**
 * The native code that runs programs, the same for all of them: `dispatch(pool, job)` for the JavaScript thread, and the life of a
 * worker thread, which waits for jobs. All threads of a job walk its records; a barrier stands where one must not overtake
 * another. Who waits spins for some microseconds and then sleeps in the kernel, so an idle pool costs nothing.
 */

import { Assembler, type Label, type Memory } from "./assembler.ts";
import { flags, job, pool, record, status } from "./layout.ts";

const [rax, rcx, rdx, rbx, rsp, rsi, rdi] = [0, 1, 2, 3, 4, 6, 7];
const [r8, r10, r12, r13, r14, r15] = [8, 10, 12, 13, 14, 15];
const saved = [rbx, 5, r12, r13, r14, r15];

/** Ticks of spinning before a thread sleeps: some 30 µs. */
const spinTicks = 80_000;
/** Flush to zero, denormals are zero, all exceptions masked, round to nearest. */
const floatMode = 0x9fc0;
const underflowFlag = 0x10;
const futex = { number: 202, wait: 128, wake: 129 };
const everyone = 0x7fffffff;

export interface Routines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offsets of the entry points. */
  readonly dispatch: number;
  readonly worker: number;
}

export function routines(): Routines {
  const a = new Assembler("vex");
  const run = a.label();
  const barrier = a.label();
  writeBarrier(a, barrier);
  writeRun(a, run, barrier);
  const dispatch = entry(a);
  writeDispatch(a, run);
  const worker = entry(a);
  writeWorker(a, run);
  return { bytes: a.finish(), dispatch, worker };
}

function entry(a: Assembler): number {
  a.align(64);
  return a.length;
}

const at = (base: number, displacement: number): Memory => ({ base, displacement });

/** Leaves the tick counter in rax. */
function ticks(a: Assembler): void {
  a.rdtsc();
  a.shift("shl", rdx, 32);
  a.integer("or", rax, rdx);
}

/** A system call on a futex; `value` writes what rdx must hold. */
function callFutex(a: Assembler, place: Memory, operation: number, value: () => void): void {
  value();
  a.integer("lea", rdi, place);
  a.moveImmediate64(rsi, operation);
  a.moveImmediate64(r10, 0);
  a.moveImmediate64(rax, futex.number);
  a.syscall();
}

function wake(a: Assembler, place: Memory): void {
  callFutex(a, place, futex.wake, () => a.moveImmediate64(rdx, everyone));
}

function atomicAdd(a: Assembler, place: Memory, amount: number): void {
  a.lock();
  a.integer("add", place, { immediate: amount }, 32);
}

/**
 * Waits until `ready` jumps to `then`: first spinning, then asleep on `word` with the number of sleepers kept in `sleepers`. `ready`
 * may use rax and rdx. Clobbers what a system call does, and r8.
 */
function waitFor(a: Assembler, word: Memory, sleepers: Memory, ready: (label: Label) => void): void {
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

/** In a run: rbx job, r12 record, r13 thread, r14 threads, r15 arrivals so far. Ends with the flags of "this is where to pause". */
function writeBarrier(a: Assembler, label: Label): void {
  const [arrive, crossed, last] = [a.label(), a.label(), a.label()];
  a.align(64);
  a.bind(label);
  a.integer("add", r15, r14);
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", arrive);
  ticks(a);
  a.integer("cmp", rax, at(rbx, job.deadline));
  a.jumpIf("below", arrive);
  a.integer("mov", at(rbx, job.pauseAt), r15);
  a.bind(arrive);
  a.integer("cmp", r14, { immediate: 1 });
  a.jumpIf("equal", crossed);
  a.moveImmediate64(rax, 1);
  a.lock();
  a.integer("xadd", at(rbx, job.arrivals), rax);
  a.integer("add", rax, { immediate: 1 });
  a.integer("cmp", rax, r15);
  a.jumpIf("equal", last);
  waitFor(a, at(rbx, job.arrivals), at(rbx, job.sleepers), (ready) => {
    a.integer("cmp", at(rbx, job.arrivals), r15);
    a.jumpIf("aboveEqual", ready);
  });
  a.jump(crossed);
  a.bind(last);
  a.integer("cmp", at(rbx, job.sleepers), { immediate: 0 }, 32);
  a.jumpIf("equal", crossed);
  wake(a, at(rbx, job.arrivals));
  a.bind(crossed);
  a.integer("cmp", at(rbx, job.pauseAt), r15);
  a.ret();
}

/** `run(rdi job, rsi thread)`: the records, step after step. */
function writeRun(a: Assembler, label: Label, barrier: Label): void {
  const [loop, special, next, log, guard, end, finish, paused, stopped, leave, away] = Array.from({ length: 11 }, () =>
    a.label(),
  ) as [Label, Label, Label, Label, Label, Label, Label, Label, Label, Label, Label];
  const local = { mode: at(rsp, 0), old: at(rsp, 4), steps: at(rsp, 8) };
  a.align(64);
  a.bind(label);
  for (const register of saved) a.push(register);
  a.integer("sub", rsp, { immediate: 24 });
  a.mxcsr("stmxcsr", local.old);
  a.integer("mov", local.mode, { immediate: floatMode }, 32);
  a.mxcsr("ldmxcsr", local.mode);
  a.integer("mov", rbx, rdi);
  a.integer("mov", r13, rsi);
  a.integer("mov", r12, at(rbx, job.resume));
  a.integer("mov", r14, at(rbx, job.threads));
  a.moveImmediate64(r15, 0);
  a.integer("mov", rax, at(rbx, job.steps));
  a.integer("sub", rax, at(rbx, job.done));
  a.integer("mov", local.steps, rax);

  a.bind(loop);
  const within = a.label();
  a.integer("test", at(r12, record.flags), { immediate: flags.barrier }, 32);
  a.jumpIf("equal", within);
  a.callLabel(barrier);
  a.jumpIf("equal", paused);
  a.bind(within);
  a.integer("test", at(r12, record.flags), { immediate: flags.guard | flags.log | flags.end }, 32);
  a.jumpIf("notEqual", special);
  a.integer("mov", rax, at(r12, record.bounds));
  a.integer("mov", rsi, { base: rax, index: r13, scale: 8, displacement: 0 });
  a.integer("mov", rdx, { base: rax, index: r13, scale: 8, displacement: 8 });
  a.integer("cmp", rsi, rdx);
  a.jumpIf("greaterEqual", next);
  a.integer("mov", rdi, at(r12, record.table));
  a.integer("mov", rcx, r13);
  a.callOperand(at(r12, record.code));
  a.bind(next);
  a.integer("add", r12, { immediate: record.bytes });
  a.jump(loop);

  a.bind(special);
  a.integer("test", at(r12, record.flags), { immediate: flags.log }, 32);
  a.jumpIf("notEqual", log);
  a.integer("test", at(r12, record.flags), { immediate: flags.guard }, 32);
  a.jumpIf("notEqual", guard);
  a.jump(end);

  // The first thread copies one row.
  a.bind(log);
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", next);
  a.integer("mov", rsi, at(r12, record.table));
  a.integer("mov", rcx, at(r12, record.count));
  a.integer("mov", rdi, at(rbx, job.log));
  const copy = a.label();
  a.bind(copy);
  a.integer("mov", rax, at(rsi, 0));
  a.integer("mov", rax, at(rax, 0), 32);
  a.integer("mov", at(rdi, 0), rax, 32);
  a.integer("add", rsi, { immediate: 8 });
  a.integer("add", rdi, { immediate: 4 });
  a.integer("sub", rcx, { immediate: 1 });
  a.jumpIf("notEqual", copy);
  a.integer("mov", at(rbx, job.log), rdi);
  a.jump(next);

  a.bind(guard);
  a.integer("mov", rax, at(r12, record.table));
  a.integer("mov", rax, at(rax, 0));
  a.integer("movzxByte", rax, at(rax, 0), 32);
  a.integer("test", rax, rax);
  a.jumpIf("notEqual", next);
  a.jump(stopped);

  a.bind(end);
  const counted = a.label();
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", counted);
  a.integer("add", at(rbx, job.done), { immediate: 1 });
  a.bind(counted);
  a.integer("mov", r12, at(rbx, job.first));
  a.integer("sub", local.steps, { immediate: 1 });
  a.jumpIf("notEqual", loop);

  a.bind(finish);
  a.moveImmediate64(rcx, status.finished);
  a.jump(leave);
  a.bind(paused);
  a.moveImmediate64(rcx, status.paused);
  a.jump(leave);
  a.bind(stopped);
  a.moveImmediate64(rcx, status.stopped);
  a.bind(leave);
  a.vzeroupper();
  a.mxcsr("stmxcsr", local.mode);
  a.integer("mov", rax, local.mode, 32);
  a.integer("and", rax, { immediate: underflowFlag });
  a.lock();
  a.integer("or", at(rbx, job.underflow), rax);
  a.mxcsr("ldmxcsr", local.old);
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", away);
  a.integer("mov", at(rbx, job.status), rcx);
  a.integer("mov", at(rbx, job.resume), r12);
  a.bind(away);
  a.integer("add", rsp, { immediate: 24 });
  for (const register of saved.toReversed()) a.pop(register);
  a.ret();
}

/** `dispatch(rdi pool, rsi job)`: runs a job with the threads it asks for, this one among them. Jobs of other JavaScript threads wait. */
function writeDispatch(a: Assembler, run: Label): void {
  const [alone, locked, contend, finished, posted] = Array.from({ length: 5 }, () => a.label()) as [
    Label,
    Label,
    Label,
    Label,
    Label,
  ];
  for (const register of saved) a.push(register);
  a.integer("sub", rsp, { immediate: 8 });
  a.integer("mov", r12, rdi);
  a.integer("mov", rbx, rsi);
  a.integer("mov", r14, at(rbx, job.threads));
  a.moveImmediate64(rax, 0);
  a.integer("mov", at(rbx, job.arrivals), rax);
  a.integer("mov", at(rbx, job.pauseAt), rax);
  ticks(a);
  a.integer("add", rax, at(rbx, job.budget));
  a.integer("mov", at(rbx, job.deadline), rax);
  a.integer("cmp", r14, { immediate: 1 });
  a.jumpIf("equal", alone);

  // 0 free, 1 held, 2 held and waited for.
  a.moveImmediate64(rax, 0);
  a.moveImmediate64(rcx, 1);
  a.lock();
  a.integer("cmpxchg", at(r12, pool.lock), rcx, 32);
  a.jumpIf("equal", locked);
  a.bind(contend);
  a.moveImmediate64(rax, 2);
  a.integer("xchg", at(r12, pool.lock), rax, 32);
  a.integer("test", rax, rax, 32);
  a.jumpIf("equal", locked);
  callFutex(a, at(r12, pool.lock), futex.wait, () => a.moveImmediate64(rdx, 2));
  a.jump(contend);
  a.bind(locked);
  ticks(a);
  a.integer("add", rax, at(rbx, job.budget));
  a.integer("mov", at(rbx, job.deadline), rax);

  a.moveImmediate64(rax, 0);
  a.integer("mov", at(r12, pool.done), rax);
  a.integer("mov", rax, at(r12, pool.word));
  a.shift("shr", rax, 56);
  a.integer("add", rax, { immediate: 1 });
  a.shift("shl", rax, 8);
  a.integer("or", rax, r14);
  a.shift("shl", rax, 48);
  a.integer("or", rax, rbx);
  a.integer("xchg", at(r12, pool.word), rax);
  a.integer("cmp", at(r12, pool.sleepers), { immediate: 0 }, 32);
  a.jumpIf("equal", posted);
  wake(a, at(r12, pool.upperWord));
  a.bind(posted);
  a.integer("mov", rdi, rbx);
  a.moveImmediate64(rsi, 0);
  a.callLabel(run);
  a.integer("sub", r14, { immediate: 1 });
  waitFor(a, at(r12, pool.done), at(r12, pool.dispatcherSleeps), (ready) => {
    a.integer("cmp", at(r12, pool.done), r14);
    a.jumpIf("equal", ready);
  });
  a.moveImmediate64(rax, 0);
  a.integer("xchg", at(r12, pool.lock), rax, 32);
  a.integer("cmp", rax, { immediate: 2 }, 32);
  a.jumpIf("notEqual", finished);
  callFutex(a, at(r12, pool.lock), futex.wake, () => a.moveImmediate64(rdx, 1));
  a.jump(finished);

  a.bind(alone);
  a.integer("mov", rdi, rbx);
  a.moveImmediate64(rsi, 0);
  a.callLabel(run);
  a.bind(finished);
  a.integer("add", rsp, { immediate: 8 });
  for (const register of saved.toReversed()) a.pop(register);
  a.ret();
}

/** The life of a thread: `worker(rdi pool)`. It takes the next number, and the jobs that want threads of that number. */
function writeWorker(a: Assembler, run: Label): void {
  const wait = a.label();
  a.integer("sub", rsp, { immediate: 8 });
  a.integer("mov", rbx, rdi);
  // Jobs from before it began are not its own.
  a.integer("mov", r12, at(rbx, pool.word));
  a.shift("shr", r12, 56);
  a.moveImmediate64(r13, 1);
  a.lock();
  a.integer("xadd", at(rbx, pool.started), r13);
  a.integer("add", r13, { immediate: 1 });
  a.bind(wait);
  waitFor(a, at(rbx, pool.upperWord), at(rbx, pool.sleepers), (ready) => {
    a.integer("mov", rax, at(rbx, pool.word));
    a.shift("shr", rax, 56);
    a.integer("cmp", rax, r12);
    a.jumpIf("notEqual", ready);
  });
  a.integer("mov", rdi, at(rbx, pool.word));
  a.integer("mov", r12, rdi);
  a.shift("shr", r12, 56);
  a.integer("mov", r14, rdi);
  a.shift("shr", r14, 48);
  a.integer("and", r14, { immediate: 255 });
  a.integer("cmp", r13, r14);
  a.jumpIf("aboveEqual", wait);
  a.shift("shl", rdi, 16);
  a.shift("shr", rdi, 16);
  a.integer("mov", rsi, r13);
  a.callLabel(run);
  a.moveImmediate64(rax, 1);
  a.lock();
  a.integer("add", at(rbx, pool.done), rax);
  a.integer("cmp", at(rbx, pool.dispatcherSleeps), { immediate: 0 }, 32);
  a.jumpIf("equal", wait);
  wake(a, at(rbx, pool.done));
  a.jump(wait);
}
