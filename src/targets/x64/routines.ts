/**
 * The native code that runs programs, the same for all of them: `dispatch(pool, job)` for the JavaScript thread, and the life of a
 * worker thread, which waits for jobs. All threads of a job walk its phases together.
 */

import { Assembler, type Label } from "./assembler.ts";
import { call, job, kinds, phase, pool, progress, status, task } from "./layout.ts";
import { at, atomicAdd, callFutex, futex, ticks, waitFor, wake } from "./waiting.ts";

const [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi] = [0, 1, 2, 3, 4, 5, 6, 7];
const [r8, r12, r13, r14, r15] = [8, 12, 13, 14, 15];
const saved = [rbx, rbp, r12, r13, r14, r15];

/** Ticks of spinning before a thread takes over the tasks of others: some 3 µs. */
const patienceTicks = 8000;
/** Flush to zero, denormals are zero, all exceptions masked, round to nearest. */
const floatMode = 0x9fc0;
const underflowFlag = 0x10;

export interface Routines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offsets of the entry points. */
  readonly dispatch: number;
  readonly worker: number;
  readonly log: number;
  readonly guard: number;
  readonly nothing: number;
}

export function routines(): Routines {
  const a = new Assembler("vex");
  const run = a.label();
  const tryTask = a.label();
  writeTry(a, tryTask);
  writeRun(a, run, tryTask);
  const log = entry(a);
  writeLog(a);
  const guard = entry(a);
  writeGuard(a);
  const nothing = entry(a);
  a.ret();
  const dispatch = entry(a);
  writeDispatch(a, run);
  const worker = entry(a);
  writeWorker(a, run);
  return { bytes: a.finish(), dispatch, worker, log, guard, nothing };
}

function entry(a: Assembler): number {
  a.align(64);
  return a.length;
}

/** In a run: rbx job, r12 phase, r13 thread, r14 task, r15 step. Claims the task and does it, if nobody else has. */
function writeTry(a: Assembler, label: Label): void {
  const [next, away] = [a.label(), a.label()];
  a.align(64);
  a.bind(label);
  a.integer("lea", rax, at(r15, -1));
  a.integer("cmp", at(r14, task.claimed), rax);
  a.jumpIf("notEqual", away);
  a.lock();
  a.integer("cmpxchg", at(r14, task.claimed), r15);
  a.jumpIf("notEqual", away);
  a.integer("mov", rax, at(r14, task.calls));
  a.integer("mov", rcx, at(r14, task.count));
  a.bind(next);
  a.push(rax);
  a.push(rcx);
  a.integer("mov", rdi, at(rax, call.table));
  a.integer("mov", rsi, at(rax, call.begin));
  a.integer("mov", rdx, at(rax, call.end));
  a.integer("mov", rcx, r13);
  a.callOperand(at(rax, call.code));
  a.pop(rcx);
  a.pop(rax);
  a.integer("add", rax, { immediate: call.bytes });
  a.integer("sub", rcx, { immediate: 1 });
  a.jumpIf("notEqual", next);
  a.integer("mov", rdi, at(r12, phase.progress));
  a.moveImmediate64(rax, 1);
  a.lock();
  a.integer("xadd", at(rdi, progress.done), rax);
  a.integer("add", rax, { immediate: 1 });
  target(a);
  a.integer("cmp", rax, rcx);
  a.jumpIf("notEqual", away);
  a.integer("cmp", at(rdi, progress.sleepers), { immediate: 0 }, 32);
  a.jumpIf("equal", away);
  wake(a, at(rdi, progress.done));
  a.bind(away);
  a.ret();
}

/** Leaves in rcx how many tasks of the phase are done, over all steps, when it is done in this step. */
function target(a: Assembler): void {
  a.integer("mov", rcx, at(r12, phase.count));
  a.integer("imul", rcx, r15);
}

/**
 * `run(rdi job, rsi thread)`: walks the phases, step after step. A thread does its own tasks, then waits until all of the phase are done;
 * where that takes long, it does those that nobody has begun. So a thread that the system has put aside holds nobody up but with
 * what it is at; when it comes back, it walks past what others have done meanwhile.
 */
function writeRun(a: Assembler, label: Label, tryTask: Label): void {
  const labels = (): Label[] => Array.from({ length: 8 }, () => a.label());
  const [step, walk, checked, own, wait, spin, stealing, next] = labels();
  const [end, counted, finished, paused, stopped, leave, away] = labels();
  const local = { mode: at(rsp, 0), old: at(rsp, 4) };
  a.align(64);
  a.bind(label);
  for (const register of saved) a.push(register);
  a.integer("sub", rsp, { immediate: 24 });
  a.mxcsr("stmxcsr", local.old);
  a.integer("mov", local.mode, { immediate: floatMode }, 32);
  a.mxcsr("ldmxcsr", local.mode);
  a.integer("mov", rbx, rdi);
  a.integer("mov", r13, rsi);
  a.integer("mov", r15, at(rbx, job.done));

  a.bind(step!);
  a.integer("cmp", r15, at(rbx, job.steps));
  a.jumpIf("aboveEqual", finished!);
  a.integer("add", r15, { immediate: 1 });
  a.integer("mov", r12, at(rbx, job.first));

  a.bind(walk!);
  a.integer("test", r13, r13);
  a.jumpIf("equal", checked!);
  a.integer("cmp", at(rbx, job.leave), { immediate: 0 }, 32);
  a.jumpIf("notEqual", leave!);
  a.bind(checked!);
  const begin = a.label();
  a.integer("mov", rax, at(r12, phase.kind));
  a.integer("cmp", rax, { immediate: kinds.end });
  a.jumpIf("equal", end!);
  a.integer("cmp", rax, { immediate: kinds.behindGuard });
  a.jumpIf("notEqual", begin);
  a.integer("cmp", at(rbx, job.stopped), r15);
  a.jumpIf("equal", stopped!);
  a.bind(begin);
  const mayGoOn = a.label();
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", mayGoOn);
  ticks(a);
  a.integer("cmp", rax, at(rbx, job.deadline));
  a.jumpIf("aboveEqual", paused!);
  a.bind(mayGoOn);
  a.integer("mov", rax, at(r12, phase.homes));
  a.integer("mov", r14, { base: rax, index: r13, scale: 8, displacement: 0 });
  a.integer("mov", rbp, { base: rax, index: r13, scale: 8, displacement: 8 });
  a.bind(own!);
  a.integer("cmp", r14, rbp);
  a.jumpIf("aboveEqual", wait!);
  a.callLabel(tryTask);
  a.integer("add", r14, { immediate: task.bytes });
  a.jump(own!);

  const isDone = (then: Label): void => {
    a.integer("cmp", at(rdi, progress.done), rcx);
    a.jumpIf("aboveEqual", then);
  };
  a.bind(wait!);
  a.integer("mov", rdi, at(r12, phase.progress));
  target(a);
  isDone(next!);
  ticks(a);
  a.integer("lea", r8, at(rax, patienceTicks));
  a.bind(spin!);
  isDone(next!);
  a.pause();
  ticks(a);
  a.integer("cmp", rax, r8);
  a.jumpIf("below", spin!);
  a.integer("mov", r14, at(r12, phase.tasks));
  a.integer("mov", rbp, at(r12, phase.count));
  a.bind(stealing!);
  a.callLabel(tryTask);
  a.integer("add", r14, { immediate: task.bytes });
  a.integer("sub", rbp, { immediate: 1 });
  a.jumpIf("notEqual", stealing!);
  a.integer("mov", r14, at(r12, phase.progress));
  waitFor(a, at(r14, progress.done), at(r14, progress.sleepers), (ready) => {
    target(a);
    a.integer("cmp", at(r14, progress.done), rcx);
    a.jumpIf("aboveEqual", ready);
  });
  a.bind(next!);
  a.integer("add", r12, { immediate: phase.bytes });
  a.jump(walk!);

  a.bind(end!);
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", counted!);
  a.integer("mov", at(rbx, job.done), r15);
  a.bind(counted!);
  a.jump(step!);

  for (const [from, value] of [
    [finished!, status.finished],
    [paused!, status.paused],
    [stopped!, status.stopped],
  ] as const) {
    a.bind(from);
    a.moveImmediate64(rcx, value);
    if (value !== status.stopped) a.jump(leave!);
  }
  a.bind(leave!);
  a.vzeroupper();
  a.mxcsr("stmxcsr", local.mode);
  a.integer("mov", rax, local.mode, 32);
  a.integer("and", rax, { immediate: underflowFlag });
  a.lock();
  a.integer("or", at(rbx, job.underflow), rax);
  a.mxcsr("ldmxcsr", local.old);
  a.integer("test", r13, r13);
  a.jumpIf("notEqual", away!);
  a.integer("mov", at(rbx, job.status), rcx);
  a.integer("mov", at(rbx, job.leave), { immediate: 1 });
  a.bind(away!);
  a.integer("add", rsp, { immediate: 24 });
  for (const register of saved.toReversed()) a.pop(register);
  a.ret();
}

/** The log's call: copies the numbers whose addresses follow those of the job and their count in its table. */
function writeLog(a: Assembler): void {
  a.integer("mov", r8, at(rdi, 0));
  a.integer("mov", rcx, at(rdi, 8));
  a.integer("mov", rdx, at(r8, job.log));
  const copy = a.label();
  a.bind(copy);
  a.integer("mov", rax, at(rdi, 16));
  a.integer("mov", rax, at(rax, 0), 32);
  a.integer("mov", at(rdx, 0), rax, 32);
  a.integer("add", rdi, { immediate: 8 });
  a.integer("add", rdx, { immediate: 4 });
  a.integer("sub", rcx, { immediate: 1 });
  a.jumpIf("notEqual", copy);
  a.integer("mov", at(r8, job.log), rdx);
  a.ret();
}

/** The guard's call: its table holds the job and the address of a byte; where that is 0, this step (r15) is the last. */
function writeGuard(a: Assembler): void {
  const holds = a.label();
  a.integer("mov", rax, at(rdi, 8));
  a.integer("movzxByte", rax, at(rax, 0), 32);
  a.integer("test", rax, rax);
  a.jumpIf("notEqual", holds);
  a.integer("mov", rax, at(rdi, 0));
  a.integer("mov", at(rax, job.stopped), r15);
  a.bind(holds);
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
  a.integer("mov", at(rbx, job.leave), { immediate: 0 });
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
  atomicAdd(a, at(r12, pool.generation), 1);
  a.integer("mov", rax, r14);
  a.shift("shl", rax, 48);
  a.integer("or", rax, rbx);
  a.integer("mov", at(r12, pool.word), rax);
  atomicAdd(a, at(r12, pool.generation), 1);
  a.integer("cmp", at(r12, pool.sleepers), { immediate: 0 }, 32);
  a.jumpIf("equal", posted);
  wake(a, at(r12, pool.generation));
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

/**
 * The life of a thread: `worker(rdi pool)`. It takes the next number, and the jobs that want threads of that number. A job that wants it
 * waits for it; others come and go, so what it reads of one counts only if no other was posted meanwhile.
 */
function writeWorker(a: Assembler, run: Label): void {
  const [wait, again, read] = [a.label(), a.label(), a.label()];
  a.integer("sub", rsp, { immediate: 8 });
  a.integer("mov", rbx, rdi);
  // Jobs from before it began are not its own.
  a.integer("mov", r12, at(rbx, pool.generation), 32);
  a.moveImmediate64(r13, 1);
  a.lock();
  a.integer("xadd", at(rbx, pool.started), r13);
  a.integer("add", r13, { immediate: 1 });
  a.bind(wait);
  waitFor(a, at(rbx, pool.generation), at(rbx, pool.sleepers), (ready) => {
    a.integer("mov", rax, at(rbx, pool.generation), 32);
    a.integer("cmp", rax, r12, 32);
    a.jumpIf("notEqual", ready);
  });
  a.jump(read);
  a.bind(again);
  a.pause();
  a.bind(read);
  a.integer("mov", r12, at(rbx, pool.generation), 32);
  a.integer("mov", rdi, at(rbx, pool.word));
  a.integer("test", r12, { immediate: 1 }, 32);
  a.jumpIf("notEqual", again);
  a.integer("cmp", r12, at(rbx, pool.generation), 32);
  a.jumpIf("notEqual", again);
  a.integer("mov", r14, rdi);
  a.shift("shr", r14, 48);
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
