/** A surface for a picture: the heights that a loss has over a rectangle. */

import { tensor } from "gradus";
import type { Series, Surface } from "gradus/pictures";
import type { Height, Walk } from "./walk.ts";

export interface Frame {
  readonly title: string;
  readonly x: Surface["x"];
  readonly y: Surface["y"];
}

/** Heights at 61 × 61 places, with paths over them. */
export async function surface(height: Height, frame: Frame, paths: readonly Series[]): Promise<Surface> {
  const size = 61;
  const at = ({ from, to }: Surface["x"], index: number): number => from + ((to - from) * index) / (size - 1);
  const places = Array.from({ length: size * size }, (_, i) => [
    at(frame.x, i % size),
    at(frame.y, Math.floor(i / size)),
  ]);
  const values = await height(tensor(places.flat(), { shape: [size * size, 2] })).data();
  return { kind: "surface", ...frame, rows: size, columns: size, values: Array.from(values, Number), paths };
}

/** The way of a walk as a series. */
export function pathOf(name: string, { path }: Walk): Series {
  return { name, points: path.map(({ x, y }) => ({ x, y })) };
}
