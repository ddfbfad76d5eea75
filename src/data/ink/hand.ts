/**
 * A hand: makes of a style's strokes one digit as somebody may write it. Two variants are mixed, points are missed a little, strokes
 * stop short or run on, the whole is bent, leans, turns and is drawn wide or narrow, and the pen is thick or thin. All from one
 * stream of random numbers.
 */

import { cos, exp, sin } from "../../base/math.ts";
import type { RandomStream } from "../../base/rng.ts";
import { curveThrough, type Polyline } from "./pen.ts";
import { type Stroke, type Style, styles } from "./strokes.ts";

/** Means and standard deviations of what differs between digits; lengths in heights of a digit. */
export const habits = {
  /** How far points are missed. */
  jitter: 0.025,
  /** How far a stroke runs on or stops short, relative to its first and last span. */
  ends: 0.15,
  /** How far the strokes of a digit miss one another. */
  shift: 0.03,
  /** Logarithm of a stroke's size. */
  growth: 0.11,
  /** Coefficients of x², xy and y² in the map of the plane: they make parts of the digit larger than others. */
  warp: 0.36,
  /** How far the smooth field moves points. */
  bend: 0.042,
  /** Shift to the right per height. */
  slant: 0.15,
  slantSpread: 0.25,
  /** Radians. */
  turnSpread: 0.12,
  /** Logarithm of width over height, relative to the style. */
  aspect: -0.1,
  aspectSpread: 0.25,
  /** Radius of the pen: its logarithm where the digit is as wide as its style, and the spread of that. */
  pen: -2.7,
  penSpread: 0.38,
};

/** Knots of the smooth field per axis, one beyond each side of the digit's square. */
const knots = 4;

export interface Handwriting {
  readonly curves: readonly Polyline[];
  /** Radius of the pen. */
  readonly radius: number;
}

/** One digit of an own shape. */
export function write(digit: number, random: RandomStream): Handwriting {
  const { variants } = chooseStyle(styles[digit]!, random.nextUniform());
  const pick = (): readonly Stroke[] => variants[Math.floor(random.nextUniform() * variants.length)]!;
  const [from, to, share] = [pick(), pick(), random.nextUniform()];
  const widen = exp(habits.aspect + habits.aspectSpread * random.nextNormal());
  // Who writes narrow writes thin, lest the loops close.
  const radius = exp(habits.pen + habits.penSpread * random.nextNormal()) * Math.sqrt(widen);
  const place = placement(widen, random);
  const curves = from.map((stroke, s) => {
    const points = drawn(stroke, to[s]!, share, random);
    if (from.length > 1) misplace(points, random);
    const curve = curveThrough(points, (index) => stroke[index]!.corner);
    for (let i = 0; i < curve.length; i += 2) place(curve, i);
    return curve;
  });
  return { curves, radius };
}

function chooseStyle(choices: readonly Style[], uniform: number): Style {
  let rest = uniform * choices.reduce((sum, { weight }) => sum + weight, 0);
  return choices.find(({ weight }) => (rest -= weight) < 0) ?? choices[0]!;
}

/** The points of a stroke between two variants. */
function drawn(from: Stroke, to: Stroke, share: number, random: RandomStream): Float64Array {
  const points = new Float64Array(2 * from.length);
  from.forEach(({ x, y }, i) => {
    points[2 * i] = x + share * (to[i]!.x - x) + habits.jitter * random.nextNormal();
    points[2 * i + 1] = y + share * (to[i]!.y - y) + habits.jitter * random.nextNormal();
  });
  const last = points.length - 2;
  extend(points, 0, 2, habits.ends * random.nextNormal());
  extend(points, last, last - 2, habits.ends * random.nextNormal());
  return points;
}

/** Moves the point at an index away from its neighbour. */
function extend(points: Float64Array, index: number, neighbour: number, share: number): void {
  for (let axis = 0; axis < 2; axis++)
    points[index + axis]! += share * (points[index + axis]! - points[neighbour + axis]!);
}

/** Shifts a stroke and draws it larger or smaller about its first point. */
function misplace(points: Float64Array, random: RandomStream): void {
  const size = exp(habits.growth * random.nextNormal());
  for (let axis = 0; axis < 2; axis++) {
    const first = points[axis]!;
    const start = first + habits.shift * random.nextNormal();
    for (let i = axis; i < points.length; i += 2) points[i] = start + size * (points[i]! - first);
  }
}

/** A random map of the plane: bends, then leans, widens and turns. It moves the point at an index of a polyline. */
function placement(widen: number, random: RandomStream): (curve: Polyline, index: number) => void {
  const field = Float64Array.from({ length: 2 * knots * knots }, () => habits.bend * random.nextNormal());
  const warp = Float64Array.from({ length: 6 }, () => habits.warp * random.nextNormal());
  const slant = habits.slant + habits.slantSpread * random.nextNormal();
  const turn = habits.turnSpread * random.nextNormal();
  const [c, s] = [cos(turn), sin(turn)];
  return (curve, index) => {
    const bent = bend(field, curve[index]!, curve[index + 1]!);
    const x = curve[index]! + bent[0] - 0.5;
    const y = curve[index + 1]! + bent[1] - 0.5;
    const wx = x + warp[0]! * x * x + warp[1]! * x * y + warp[2]! * y * y;
    const wy = y + warp[3]! * x * x + warp[4]! * x * y + warp[5]! * y * y;
    const px = wx * widen - slant * wy;
    curve[index] = c * px - s * wy;
    curve[index + 1] = s * px + c * wy;
  };
}

/** The field at a point: knots in a square grid over [0, 1]², smoothly interpolated. */
function bend(field: Float64Array, x: number, y: number): readonly [number, number] {
  const cell = (value: number): readonly [number, number] => {
    const scaled = Math.max(0, Math.min(1, value)) * (knots - 1);
    const index = Math.min(knots - 2, Math.floor(scaled));
    const t = scaled - index;
    return [index, t * t * (3 - 2 * t)];
  };
  const [column, u] = cell(x);
  const [row, v] = cell(y);
  const at = (axis: number): number => {
    const first = 2 * (row * knots + column) + axis;
    const below = first + 2 * knots;
    const upper = field[first]! + u * (field[first + 2]! - field[first]!);
    const lower = field[below]! + u * (field[below + 2]! - field[below]!);
    return upper + v * (lower - upper);
  };
  return [at(0), at(1)];
}
