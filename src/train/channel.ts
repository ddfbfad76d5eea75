/**
 * One writer, any number of readers, no waiting: `publish` never blocks, and every reader has its own bounded queue. A reader
 * that falls far behind finds neighbouring step events joined into one, and, further behind still, the oldest of them gone:
 * reading slowly costs detail, never speed or memory.
 */

import type { StepEvent, TrainingEvent } from "./events.ts";

/** Events a reader may have waiting before neighbours are joined. */
const queueLimit = 256;
/** Steps that one joined event may carry. */
const joinLimit = 1 << 16;

type Waiter = {
  readonly resolve: (result: IteratorResult<TrainingEvent>) => void;
  readonly reject: (error: unknown) => void;
};

class Reader {
  readonly queue: TrainingEvent[] = [];
  readonly waiting: Waiter[] = [];

  push(event: TrainingEvent): void {
    const waiter = this.waiting.shift();
    if (waiter) waiter.resolve({ done: false, value: event });
    else {
      this.queue.push(event);
      if (this.queue.length > queueLimit) shorten(this.queue);
    }
  }
}

export class Channel implements AsyncIterable<TrainingEvent> {
  /** What a late reader is told first. */
  #first: TrainingEvent[] = [];
  #readers: Set<Reader> = new Set();
  #closed: { readonly error: unknown } | null = null;

  publish(event: TrainingEvent): void {
    if (event.event === "start" || event.event === "end") this.#first.push(event);
    for (const reader of this.#readers) reader.push(event);
  }

  /** Ends every reader once it has read what is waiting; with an error, by throwing it. */
  close(error: unknown = null): void {
    this.#closed = { error };
    for (const reader of this.#readers) {
      for (const waiter of reader.waiting.splice(0)) this.#end(waiter);
    }
  }

  /** A reader of everything from now on; one that comes late is told the start, and the end if it is over. */
  [Symbol.asyncIterator](): AsyncIterator<TrainingEvent> {
    const reader = new Reader();
    for (const event of this.#first) reader.push(event);
    this.#readers.add(reader);
    return {
      next: () =>
        new Promise((resolve, reject) => {
          const event = reader.queue.shift();
          if (event) resolve({ done: false, value: event });
          else if (this.#closed) this.#end({ resolve, reject });
          else reader.waiting.push({ resolve, reject });
        }),
      return: () => {
        this.#readers.delete(reader);
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #end(waiter: Waiter): void {
    const error = this.#closed!.error;
    if (error === null) waiter.resolve({ done: true, value: undefined });
    else waiter.reject(error);
  }
}

/** Makes the queue shorter by one: joins the first two neighbouring step events that fit together, else drops the first. */
function shorten(queue: TrainingEvent[]): void {
  for (let index = 0; index + 1 < queue.length; index++) {
    const joined = join(queue[index]!, queue[index + 1]!);
    if (joined) {
      queue.splice(index, 2, joined);
      return;
    }
  }
  const step = queue.findIndex((event) => event.event === "step");
  queue.splice(Math.max(0, step), 1);
}

function join(a: TrainingEvent, b: TrainingEvent): StepEvent | null {
  if (a.event !== "step" || b.event !== "step" || a.epoch !== b.epoch) return null;
  if (a.losses.length + b.losses.length > joinLimit) return null;
  const metrics = Object.fromEntries(
    Object.entries(b.metrics).map(([name, values]) => [name, concatenate(a.metrics[name]!, values)]),
  );
  const gradientNorms = a.gradientNorms && b.gradientNorms && concatenate(a.gradientNorms, b.gradientNorms);
  return { ...b, losses: concatenate(a.losses, b.losses), metrics, gradientNorms, examples: a.examples + b.examples };
}

function concatenate(a: Float32Array, b: Float32Array): Float32Array {
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
