/**
 * Windows at speed: lanes along the last axis, usually channels; the axis before it as turns of outputs whose elements are written out;
 * the elements along all others as loops over what exists. Several vectors of channels and several operations are computed side by
 * side. What is too rare for that, {@link planOf} refuses.
 */

import { sizeOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { isStill, type Sliding } from "../graph/ops/spatial.ts";
import type { KernelBuilder } from "../kernel/builder.ts";
import type { Index, Vector } from "../kernel/language.ts";
import type { Position } from "./evaluate.ts";
import { overParts } from "./parts.ts";
import { type Coordinate, counter, origin } from "./reduceBlock.ts";
import { hasReach, meetsAll, type Reach, reachOf, type Tap, type Turns, tapsAt, turnsOf } from "./windowAxes.ts";
import { foldsOf, windowOf } from "./windowFold.ts";
import { block } from "./windowPoints.ts";

/** Vectors of channels side by side. */
const panelVectors = 4;
/** Elements of a window along other axes that are written out, if none of them is ever missing. */
const mostUnrolled = 4;
/** Fewer rows than this are no work for many threads. */
const fewRows = 16;

/** Which axis goes along the lanes (−1: none), and which is written as turns. */
export interface WindowPlan {
  readonly lane: number;
  readonly near: { readonly axis: number; readonly turns: Turns } | null;
}

/** An output's axis as `factor·index + offset`. */
export interface Scaled {
  readonly axis: number;
  readonly factor: number;
  readonly offset: number;
}

/** How the windows of `nodes`, which all have the same, are walked; null where that is not worth a way of its own. */
export function planOf(nodes: readonly Node[]): WindowPlan | null {
  const [node] = nodes as [Node];
  const slidings = windowOf(node).windows(node);
  const { shape } = node;
  const sizes = node.inputs[0]!.shape;
  if (shape.length === 0 || sizeOf(slidings.map(({ size }) => size)) > block) return null;
  const findsPlaces = nodes.some((one) => windowOf(one).gives === "place");
  if (findsPlaces && !slidings.every((sliding, axis) => meetsAll(sliding, sizes[axis]!, shape[axis]!))) return null;

  const nearAt = (axis: number): WindowPlan["near"] => {
    if (axis < 0 || isStill(slidings[axis]!)) return null;
    const turns = turnsOf(slidings[axis]!, sizes[axis]!, shape[axis]!);
    const rows = sizeOf(shape.slice(0, axis));
    const parallel = rows >= fewRows || shape[axis]! < fewRows || !hasReach(slidings[axis]!);
    return turns && parallel ? { axis, turns } : null;
  };
  let last = shape.length - 1;
  while (last > 0 && isStill(slidings[last]!) && shape[last] === 1) last--;
  const still = isStill(slidings[last]!);
  const near = nearAt(still ? last - 1 : last);
  // Elements further apart are read one by one as fast as by lanes.
  const alongLanes = still || (near !== null && (near.turns.advance === 1 || isPairs(near.turns)));
  const others = slidings.filter((_, axis) => axis !== near?.axis);
  return others.every(hasReach) ? { lane: alongLanes ? last : -1, near } : null;
}

/** Whether neighbouring outputs read every second element, and each output a run of them. */
function isPairs({ period, advance, phases }: Turns): boolean {
  const [taps] = phases as [readonly Tap[]];
  return period === 1 && advance === 2 && taps.every(({ position }, i) => position === taps[0]!.position + i);
}

/** Which of every two neighbours is read, and whether both exist. */
export interface Half {
  readonly second: boolean;
  readonly both: boolean;
}

export interface WindowCode {
  readonly nodes: readonly Node[];
  readonly plan: WindowPlan;
  /** Loads from input `input`: neighbours along the lanes from `position` on, or one of every two. */
  read(input: number, position: Position, half: Half | null): Vector;
  /** Takes the results at a position, in which one axis may count turns instead of outputs. */
  store(position: Position, values: readonly Vector[], scaled: Scaled | null): void;
}

/** Elements along one axis. */
type Along = { readonly taps: readonly Tap[] } | { readonly reach: Reach };

/** An element along the near axis. */
interface NearTap {
  readonly element: number;
  readonly position: Coordinate;
  /** Along the lanes, where every second element is read. */
  readonly half: Half | null;
}

/** One output, or one on each lane of several vectors. */
interface Spot {
  readonly at: readonly Coordinate[];
  /** Results along the lanes. */
  readonly width: number;
  readonly nearTaps: readonly NearTap[];
  readonly scaled: Scaled | null;
  readonly lane: number;
}

export class WindowWriter {
  readonly #k: KernelBuilder;
  readonly #code: WindowCode;
  readonly #slidings: readonly Sliding[];
  readonly #sizes: readonly number[];
  readonly #shape: readonly number[];
  readonly #outer: readonly number[];
  readonly #fromEnd: boolean;

  constructor(k: KernelBuilder, code: WindowCode) {
    const [node] = code.nodes as [Node];
    const { lane, near } = code.plan;
    this.#k = k;
    this.#code = code;
    this.#slidings = windowOf(node).windows(node);
    this.#sizes = node.inputs[0]!.shape;
    this.#shape = node.shape;
    this.#outer = node.shape.map((_, axis) => axis).filter((axis) => axis !== lane && axis !== near?.axis);
    this.#fromEnd = windowOf(node).gives === "chosen";
  }

  /** Computes all outputs; returns the number of parts. */
  write(): number {
    const shape = this.#shape;
    const work = sizeOf(shape.filter((_, axis) => !this.#outer.includes(axis)));
    const elements = sizeOf(this.#slidings.map(({ size }) => size));
    const sizes = this.#outer.map((axis) => shape[axis]!);
    return overParts(this.#k, sizes, work * elements, (indices) => {
      const at = shape.map((): Coordinate => origin);
      this.#outer.forEach((axis, i) => {
        at[axis] = counter(indices[i]!);
      });
      const around = this.#outer.map((axis) => this.#along(axis, at[axis]!.index!));
      this.#row(at, (spot) => this.#panels(spot, around));
    });
  }

  /** The outputs of the near axis. */
  #row(at: readonly Coordinate[], visit: (spot: Omit<Spot, "width">) => void): void {
    const { near, lane } = this.#code.plan;
    if (!near) return visit({ at, nearTaps: [], scaled: null, lane });
    const k = this.#k;
    const { axis } = near;
    const { period, advance, from, to, phases } = near.turns;
    const border = (first: number, end: number): void => {
      for (let o = first; o < end; o++) {
        const nearTaps = tapsAt(this.#slidings[axis]!, this.#sizes[axis]!, o).map(({ element, position }) => ({
          element,
          position: { index: null, offset: position },
          half: null,
        }));
        visit({
          at: at.with(axis, { index: null, offset: o }),
          nearTaps,
          scaled: null,
          lane: lane === axis ? -1 : lane,
        });
      }
    };
    const inner = (turn: Index | null, offset: number): void =>
      phases.forEach((taps, phase) => {
        const start = turn && k.compute("mul", turn, advance);
        const nearTaps = taps.map(({ element, position }, i) => ({
          element,
          position: { index: start, offset: offset * advance + position },
          half:
            lane === axis && advance === 2 ? { second: i % 2 === 1, both: i % 2 === 1 || i + 1 < taps.length } : null,
        }));
        const scaled = { axis, factor: period, offset: phase };
        visit({ at: at.with(axis, { index: turn, offset }), nearTaps, scaled, lane });
      });
    border(0, from * period);
    if (to > from) {
      // Along the lanes the row is one spot.
      if (lane === axis) inner(null, from);
      else k.loop(from, to, 1, (turn) => inner(turn, 0));
    }
    border(to * period, this.#shape[axis]!);
  }

  /** The lanes of a spot, in panels of some vectors. */
  #panels(spot: Omit<Spot, "width">, around: readonly Along[]): void {
    const k = this.#k;
    const { lane, at } = spot;
    if (lane < 0) return this.#write({ ...spot, width: 1 }, around);
    const turns = this.#code.plan.near?.axis === lane ? this.#code.plan.near.turns : null;
    const length = turns ? turns.to - turns.from : this.#shape[lane]!;
    const panel = panelVectors * k.lanes;
    const whole = length - (length % panel);
    const from = at[lane]!.offset;
    const columns = (index: Index | null, offset: number, width: number): void => {
      const nearTaps = turns
        ? spot.nearTaps.map((tap) => this.#moved(tap, turns.advance, index, offset))
        : spot.nearTaps;
      this.#write({ ...spot, at: at.with(lane, { index, offset: from + offset }), nearTaps, width }, around);
    };
    if (whole > panel) k.loop(0, whole, panel, (index) => columns(index, 0, panel));
    else if (whole > 0) columns(null, 0, panel);
    if (whole < length) columns(null, whole, length - whole);
  }

  /** A tap of the near axis, some turns later. */
  #moved(tap: NearTap, advance: number, index: Index | null, turns: number): NearTap {
    const start = index && this.#k.compute("mul", index, advance);
    return { ...tap, position: { index: start, offset: tap.position.offset + turns * advance } };
  }

  #write(spot: Spot, around: readonly Along[]): void {
    const k = this.#k;
    const { nodes, plan, store } = this.#code;
    const vectors = Math.ceil(spot.width / k.lanes);
    const apart = plan.near?.axis === spot.lane ? plan.near.turns.advance : 1;
    const positionOf = (axes: readonly Coordinate[], vector: number, apart: number): Position => ({
      axes: spot.lane < 0 ? axes : axes.with(spot.lane, shifted(axes[spot.lane]!, vector * k.lanes * apart)),
      vectorAxis: spot.lane,
      active: Math.min(k.lanes, spot.width - vector * k.lanes),
    });
    const first = (): Vector => k.splat(this.#firstNumber(spot, around));
    const folds = Array.from({ length: vectors }, () => foldsOf(k, nodes, first));
    this.#overElements(spot, around, (reads, number, half) => {
      folds.forEach((fold, vector) => {
        const position = positionOf(reads, vector, apart);
        fold.add({ read: (input) => this.#code.read(input, position, half), number: () => k.splat(number()) });
      });
    });
    folds.forEach((fold, vector) => store(positionOf(spot.at, vector, 1), fold.results(), spot.scaled));
  }

  /** Elements along one of the outer axes. */
  #along(axis: number, o: Index): Along {
    const sliding = this.#slidings[axis]!;
    const { size, low, high, base } = sliding;
    if (base === 1 && low <= 0 && high <= 0 && size <= mostUnrolled) {
      return { taps: Array.from({ length: size }, (_, element) => ({ element, position: 0 })) };
    }
    return { reach: reachOf(this.#k, sliding, this.#sizes[axis]!, o) };
  }

  /** Visits the elements of a spot in row-major order, each with where it is read and its number. */
  #overElements(
    spot: Spot,
    around: readonly Along[],
    visit: (reads: readonly Coordinate[], number: () => Index, half: Half | null) => void,
  ): void {
    const k = this.#k;
    const near = this.#code.plan.near?.axis ?? -1;
    const nest = (depth: number, reads: readonly Coordinate[], number: () => Index): void => {
      if (depth === around.length) {
        if (near < 0) return visit(reads, number, null);
        for (const { element, position, half } of spot.nearTaps) {
          visit(reads.with(near, position), () => this.#count(number, near, k.index(element)), half);
        }
        return;
      }
      const axis = this.#outer[depth]!;
      const next = (element: Index, position: Coordinate): void =>
        nest(depth + 1, reads.with(axis, position), () => this.#count(number, axis, element));
      const along = around[depth]!;
      if ("taps" in along) {
        const { stride, dilation, low } = this.#slidings[axis]!;
        const start = k.compute("mul", spot.at[axis]!.index!, stride);
        for (const { element } of along.taps) {
          next(k.index(element), { index: start, offset: element * dilation - low });
        }
      } else {
        k.loop(along.reach.from, along.reach.to, 1, (q) => {
          const { element, position } = along.reach.at(q);
          next(element, counter(position));
        });
      }
    };
    nest(0, spot.at, () => k.index(0));
  }

  /** The number so far, and that of an element along one more axis. */
  #count(number: () => Index, axis: number, element: Index): Index {
    const k = this.#k;
    const { size } = this.#slidings[axis]!;
    const inner = sizeOf(this.#slidings.slice(axis + 1).map((sliding) => sliding.size));
    const own = this.#fromEnd ? k.compute("sub", k.index(size - 1), element) : element;
    return k.compute("add", number(), k.compute("mul", own, inner));
  }

  #firstNumber(spot: Spot, around: readonly Along[]): Index {
    const k = this.#k;
    let number = (): Index => k.index(0);
    around.forEach((along, depth) => {
      const [before, axis] = [number, this.#outer[depth]!];
      const element = (): Index =>
        "taps" in along ? k.index(along.taps[0]!.element) : along.reach.at(along.reach.from).element;
      number = () => this.#count(before, axis, element());
    });
    const near = this.#code.plan.near?.axis ?? -1;
    return near < 0 ? number() : this.#count(number, near, k.index(spot.nearTaps[0]!.element));
  }
}

function shifted({ index, offset }: Coordinate, by: number): Coordinate {
  return { index, offset: offset + by };
}
