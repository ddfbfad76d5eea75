/** Principal components: the plane in which points differ most, found by power iteration on two directions at once. */

import { compile, concat, normal, type Shape, type Tensor, tensor } from "gradus";

type Matrix = Tensor<Shape, "float32">;

export interface Plane {
  /** Every point's two coordinates, both scaled by the same factor so that their mean square is 1. */
  readonly points: readonly (readonly [number, number])[];
  /** How much of the variance lies in the plane. */
  readonly share: number;
}

/** Multiplies two directions by XᵀX and makes them unit vectors at right angles again. */
const iterate = compile((x: Matrix, directions: Matrix): Matrix => {
  const d = directions.shape[0]!;
  const next = x.transpose().matmul(x.matmul(directions)) as Matrix;
  const first = unit(next.slice([0, 0], [d, 1]));
  const second = next.slice([0, 1], [d, 2]) as Matrix;
  return concat([first, unit(second.sub(first.mul(first.mul(second).sum())))], 1) as Matrix;
});

function unit(vector: Matrix): Matrix {
  return vector.div(vector.square().sum().sqrt()) as Matrix;
}

/**
 * The plane of the first two principal components of points `[n, d]`, and the points in it.
 *
 * @param rounds  iterations; the error shrinks each time by the ratio of the third variance to the second
 */
export async function principalPlane(values: Float32Array, count: number, rounds = 200): Promise<Plane> {
  const d = values.length / count;
  const raw = tensor(values, { shape: [count, d] }) as Matrix;
  const x = raw.sub(raw.mean(0)) as Matrix;
  let directions = normal([d, 2], { seed: 1 }) as Matrix;
  for (let round = 0; round < rounds; round++) directions = await iterate(x, directions);
  const seen = (await x.matmul(directions as never).array()) as unknown as [number, number][];
  const total = await x.square().sum().item();
  const inPlane = seen.reduce((sum, [a, b]) => sum + a * a + b * b, 0);
  const scale = Math.sqrt(count / inPlane);
  return { points: seen.map(([a, b]) => [a * scale, b * scale] as const), share: inPlane / total };
}
