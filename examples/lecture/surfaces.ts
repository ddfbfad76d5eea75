/** Surfaces that show what optimizers are good for, each with a lowest height of 0 and the place where walks begin. */

import type { Frame } from "./grid.ts";
import { column } from "./pokemon.ts";
import type { Height, Points } from "./walk.ts";

export interface Terrain {
  readonly height: Height;
  readonly from: readonly [number, number];
  /** What a picture of it shows. */
  readonly frame: Frame;
}

const xOf = (points: Points): Points => column(points, 0);
const yOf = (points: Points): Points => column(points, 1);

function frame(title: string, x: readonly [number, number], y: readonly [number, number]): Frame {
  return { title, x: { label: "x", from: x[0], to: x[1] }, y: { label: "y", from: y[0], to: y[1] } };
}

/** ½x² + 25y²: fifty times as steep across as along. */
const valleyOver = (x: Points, y: Points): ReturnType<Height> => x.square().add(y.square().mul(50)).mul(0.5).sum(1);

export type TerrainName = "valley" | "valley, turned" | "hill" | "saddle" | "steep, then flat";

export const terrains: Readonly<Record<TerrainName, Terrain>> = {
  valley: {
    height: (points) => valleyOver(xOf(points), yOf(points)),
    from: [-4, 1],
    frame: frame("A narrow valley", [-4.5, 1.5], [-1.5, 1.5]),
  },
  "valley, turned": {
    height: (points) => {
      const [x, y] = [xOf(points), yOf(points)];
      return valleyOver(x.add(y).mul(Math.SQRT1_2), y.sub(x).mul(Math.SQRT1_2));
    },
    from: [-3.5, -2.1],
    frame: frame("The same valley, turned by 45°", [-4, 1.5], [-4, 1.5]),
  },
  hill: {
    // A hollow lies at x ≈ −2 before the deepest one at 0.
    height: (points) => {
      const [x, y] = [xOf(points), yOf(points)];
      return x.square().mul(0.1).sub(x.mul(3).cos().sub(1).mul(0.15)).add(y.square()).sum(1);
    },
    from: [-4, 1],
    frame: frame("A hollow and a small hill on the way", [-4.5, 2.5], [-1.5, 1.5]),
  },
  saddle: {
    // Minima at y = ±√2; the walk begins nearly on the ridge between them.
    height: (points) => {
      const [x, y] = [xOf(points), yOf(points)];
      return x.square().sub(y.square()).add(y.square().square().mul(0.25)).add(1).sum(1);
    },
    from: [1.5, 0.001],
    frame: frame("A saddle between two hollows", [-2, 2], [-2, 2]),
  },
  "steep, then flat": {
    height: (points) => {
      const [x, y] = [xOf(points), yOf(points)];
      return x.mul(-2).exp().add(x.sub(6).square().mul(0.02)).add(y.square()).sum(1);
    },
    from: [-2, 1],
    frame: frame("Steep at first, then nearly flat", [-2.5, 7], [-1.5, 1.5]),
  },
};
