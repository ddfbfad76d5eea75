/**
 * A plan in native memory: phases, tasks, calls and the tables of addresses that they name. It is written once; the addresses are, when
 * other buffers are bound, and the counters before each run.
 */

import type { Call, Place, Program } from "../../compiler/program.ts";
import type { Kernel } from "../../kernel/language.ts";
import type { Block } from "../block.ts";
import { call as callLayout, kinds, phase as phaseLayout, progress, task as taskLayout } from "./layout.ts";
import type { NativeMemory } from "./memory.ts";
import { onThreads, type Phase, type Plan } from "./plan.ts";
import { setWord, wordAt } from "./words.ts";

const wordBytes = 8;

/** Where the code of everything lies that a record can call. */
export interface CodeAddresses {
  readonly kernels: ReadonlyMap<Kernel, number>;
  readonly log: number;
  readonly guard: number;
  readonly nothing: number;
}

/** A call with its table: numbers, and places whose addresses they are when buffers are bound. */
interface Line {
  readonly code: number;
  readonly table: readonly (Place | number)[];
  readonly begin: number;
  readonly end: number;
}

interface Group {
  readonly kind: number;
  readonly tasks: readonly { readonly home: number; readonly lines: readonly Line[] }[];
}

export class Records {
  readonly block: Block;
  /** Address of the first phase. */
  readonly first: number;
  readonly threads: number;
  readonly #words: Int32Array;
  /** Offsets of words that hold the address of a place. */
  readonly #addresses: { readonly at: number; readonly place: Place }[] = [];
  readonly #counters: number[] = [];
  /** Where the last phase, and that of the guard, count their tasks. */
  readonly #last: { readonly progress: number; readonly tasks: number };
  readonly #guard: { readonly progress: number; readonly tasks: number } | null;

  constructor(memory: NativeMemory, program: Program, plan: Plan, code: CodeAddresses, job: number) {
    const groups = groupsOf(program, plan, code, job);
    const size = sizeOf(groups, plan.threads);
    this.block = memory.allocate(size);
    const view = memory.bytesOf(this.block);
    this.#words = new Int32Array(view.buffer, view.byteOffset, size >> 2);
    this.first = this.block.address;
    this.threads = plan.threads;
    const counted = this.#write(groups, plan.threads);
    this.#last = counted.at(-2)!;
    const behind = groups.findIndex(({ kind }) => kind === kinds.behindGuard);
    this.#guard = behind < 0 ? null : counted[behind - 1]!;
  }

  /** Writes the addresses of the slots. */
  bind(bases: readonly number[]): void {
    for (const { at, place } of this.#addresses) setWord(this.#words, at, bases[place.slot]! + place.offset);
  }

  /** As if no task had ever been done. */
  reset(): void {
    for (const at of this.#counters) setWord(this.#words, at, 0);
  }

  /** Steps that are done altogether. */
  get stepsDone(): number {
    return Math.floor(wordAt(this.#words, this.#last.progress) / this.#last.tasks);
  }

  /** Whether a step has changed nothing that lasts yet: its guard has not been asked. */
  isUndone(step: number): boolean {
    return this.#guard !== null && wordAt(this.#words, this.#guard.progress) < step * this.#guard.tasks;
  }

  #write(groups: readonly Group[], threads: number): { progress: number; tasks: number }[] {
    const base = this.block.address;
    const words = this.#words;
    let free = phaseLayout.bytes * groups.length;
    const take = (bytes: number): number => {
      const at = free;
      free += Math.ceil(bytes / 64) * 64;
      return at;
    };
    return groups.map(({ kind, tasks }, number) => {
      const at = phaseLayout.bytes * number;
      const [tasksAt, homesAt] = [take(taskLayout.bytes * tasks.length), take(wordBytes * (threads + 1))];
      const progressAt = take(progress.bytes);
      setWord(words, at + phaseLayout.tasks, base + tasksAt);
      setWord(words, at + phaseLayout.count, tasks.length);
      setWord(words, at + phaseLayout.homes, base + homesAt);
      setWord(words, at + phaseLayout.progress, base + progressAt);
      setWord(words, at + phaseLayout.kind, kind);
      for (let thread = 0; thread <= threads; thread++) {
        const before = tasks.filter(({ home }) => home < thread).length;
        setWord(words, homesAt + wordBytes * thread, base + tasksAt + taskLayout.bytes * before);
      }
      this.#counters.push(progressAt + progress.done);
      tasks.forEach(({ lines }, which) => {
        const task = tasksAt + taskLayout.bytes * which;
        const callsAt = take(callLayout.bytes * lines.length);
        this.#counters.push(task + taskLayout.claimed);
        setWord(words, task + taskLayout.calls, base + callsAt);
        setWord(words, task + taskLayout.count, lines.length);
        lines.forEach((line, index) => this.#writeLine(line, callsAt + callLayout.bytes * index, take));
      });
      return { progress: progressAt + progress.done, tasks: tasks.length };
    });
  }

  #writeLine({ code, table, begin, end }: Line, at: number, take: (bytes: number) => number): void {
    const tableAt = take(wordBytes * table.length);
    setWord(this.#words, at + callLayout.code, code);
    setWord(this.#words, at + callLayout.table, this.block.address + tableAt);
    setWord(this.#words, at + callLayout.begin, begin);
    setWord(this.#words, at + callLayout.end, end);
    table.forEach((entry, index) => {
      const word = tableAt + wordBytes * index;
      if (typeof entry === "number") setWord(this.#words, word, entry);
      else this.#addresses.push({ at: word, place: entry });
    });
  }
}

/** The phases, with what keeps the log and asks the guard between them, and the end of a step behind them. */
function groupsOf({ log, guard }: Program, { before, after }: Plan, code: CodeAddresses, job: number): Group[] {
  const groupOf = (tasks: Phase, kind: number): Group => ({
    kind,
    tasks: tasks.map(({ home, pieces }) => ({
      home,
      lines: pieces.map(
        ({ call, begin, end }): Line => ({
          code: code.kernels.get(call.kernel)!,
          table: call.places,
          begin,
          end,
        }),
      ),
    })),
  });
  const groups = before.map((tasks) => groupOf(tasks, kinds.plain));
  const between: Line[] = [];
  const line = (address: number, table: readonly (Place | number)[]): Line => ({
    code: address,
    table,
    begin: 0,
    end: 1,
  });
  if (log.length > 0) between.push(line(code.log, [job, log.length, ...log]));
  if (guard) between.push(line(code.guard, [job, guard]));
  if (between.length > 0) {
    // Behind the only task of the last phase, or in a phase of their own.
    const last = groups.at(-1);
    if (last?.tasks.length === 1) {
      const [only] = last.tasks;
      groups[groups.length - 1] = { ...last, tasks: [{ ...only!, lines: [...only!.lines, ...between] }] };
    } else groups.push({ kind: kinds.plain, tasks: [{ home: 0, lines: between }] });
  }
  after.forEach((tasks, index) => groups.push(groupOf(tasks, guard && index === 0 ? kinds.behindGuard : kinds.plain)));
  // By the tasks of the last phase the steps are counted: where there is nothing to do, one that does nothing.
  const idle = [{ home: 0, lines: [line(code.nothing, [])] }];
  if (guard && after.length === 0) groups.push({ kind: kinds.behindGuard, tasks: idle });
  if (groups.length === 0) groups.push({ kind: kinds.plain, tasks: idle });
  groups.push({ kind: kinds.end, tasks: [] });
  return groups;
}

function sizeOf(groups: readonly Group[], threads: number): number {
  const lines = (bytes: number): number => Math.ceil(bytes / 64) * 64;
  let size = phaseLayout.bytes * groups.length;
  for (const { tasks } of groups) {
    size += lines(taskLayout.bytes * tasks.length) + lines(wordBytes * (threads + 1)) + lines(progress.bytes);
    for (const { lines: calls } of tasks) {
      size += lines(callLayout.bytes * calls.length);
      for (const { table } of calls) size += lines(wordBytes * table.length);
    }
  }
  return size;
}

/** The pieces of one call as a program of their own: to time it. */
export function planOf(call: Call, { threads, before, after }: Plan): Plan {
  const only = [...before, ...after]
    .map((tasks) => tasks.map((task) => ({ ...task, pieces: task.pieces.filter((piece) => piece.call === call) })))
    .map((tasks) => tasks.filter(({ pieces }) => pieces.length > 0))
    .filter((tasks) => tasks.length > 0);
  return onThreads(threads, { before: only, after: [] });
}
