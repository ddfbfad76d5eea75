/**
 * A hand: makes of a style's strokes one digit as somebody may write it. Points are missed a little, the whole leans, turns and is drawn
 * wide or narrow, a smooth field bends it, and the pen is thick or thin. All from one stream of random numbers.
 */

import { cos, exp, sin } from "../../base/math.ts";
import type { RandomStream } from "../../base/rng.ts";
import { curveThrough, type Polyline } from "./pen.ts";
import { type Stroke, type Style, styles } from "./strokes.ts";

/** Means and standard deviations of what differs between digits; lengths in heights of a digit. */
export const habits = {
  /** How far points are missed. */
  jitter: 0.03,
  /** Shift to the right per height. */
  slant: 0.1,
  slantSpread: 0.2,
  /** Radians. */
  turnSpread: 0.08,
  /** Logarithm of width over height, relative to the style. */
  aspect: -0.1,
  aspectSpread: 0.22,
  /** Radius of the pen: its logarithm, and the spread of that. */
  pen: -2.9,
  penSpread: 0.3,
  /** How far the smooth field moves points. */
  bend: 0.035,
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
  const { strokes } = chooseStyle(styles[digit]!, random.nextUniform());
  const radius = exp(habits.pen + habits.penSpread * random.nextNormal());
  const place = placement(random);
  const curves = strokes.map((stroke) => {
    const points = jittered(stroke, random);
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

function jittered(stroke: Stroke, random: RandomStream): Float64Array {
  const points = new Float64Array(2 * stroke.length);
  stroke.forEach(({ x, y }, i) => {
    points[2 * i] = x + habits.jitter * random.nextNormal();
    points[2 * i + 1] = y + habits.jitter * random.nextNormal();
  });
  return points;
}

/** A random map of the plane: bends, then leans, widens and turns. It moves the point at an index of a polyline. */
function placement(random: RandomStream): (curve: Polyline, index: number) => void {
  const field = Float64Array.from({ length: 2 * knots * knots }, () => habits.bend * random.nextNormal());
  const slant = habits.slant + habits.slantSpread * random.nextNormal();
  const widen = exp(habits.aspect + habits.aspectSpread * random.nextNormal());
  const turn = habits.turnSpread * random.nextNormal();
  const [c, s] = [cos(turn), sin(turn)];
  return (curve, index) => {
    const [x, y] = [curve[index]!, curve[index + 1]!];
    const bent = bend(field, x, y);
    const px = (x + bent[0] - 0.5) * widen - slant * (y + bent[1] - 0.5);
    const py = y + bent[1] - 0.5;
    curve[index] = c * px - s * py;
    curve[index + 1] = s * px + c * py;
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
