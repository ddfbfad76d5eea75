/**
 * How far back a search for what groups wait for must go. A node is younger than all it reads, and so is a group of one; but a group that
 * holds nodes from before and after a point leads past it, by way of older groups too. Refuses nothing.
 */

import type { Node } from "../graph/node.ts";

/** Stretches of node numbers, each from the oldest to the youngest member of a group; those that overlap are one. */
export class Spans {
  /** A number within a stretch, and one before it there. */
  readonly #before = new Map<number, number>();

  /** Notes the members of a group. */
  add(members: readonly Node[]): void {
    const ids = members.map(({ id }) => id);
    const first = Math.min(...ids);
    for (let id = this.#start(Math.max(...ids)); id > first; id = this.#start(id)) this.#before.set(id, id - 1);
  }

  /** The number below which nothing waits for the nodes: only groups with a younger member have to be looked into. */
  reachOf(nodes: readonly Node[]): number {
    return this.#start(Math.min(...nodes.map(({ id }) => id)));
  }

  /** Where the number's stretch begins. */
  #start(id: number): number {
    let start = id;
    for (let before = this.#before.get(start); before !== undefined; before = this.#before.get(start)) start = before;
    for (let at = id; at > start; ) {
      const before = this.#before.get(at)!;
      this.#before.set(at, start);
      at = before;
    }
    return start;
  }
}
