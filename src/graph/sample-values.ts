/** The values that samples of primitives describe, drawn from a stream: the same for every target and every run. */

import { allocate, type Data, isFloat } from "../base/dtype.ts";
import type { RandomStream } from "../base/rng.ts";
import { sizeOf } from "../base/shape.ts";
import type { SampleInput } from "./operation.ts";

/** Values as a sample describes them: normal floats, integers of all magnitudes. */
export function draw({ shape, dtype, values }: SampleInput, stream: RandomStream): Data {
  const data = allocate(dtype, sizeOf(shape));
  if (typeof values === "object") {
    data.set(values);
    return data;
  }
  const size = data.length;
  const order = values === "distinct" ? shuffled(size, stream) : [];
  for (let i = 0; i < size; i++) {
    if (dtype === "bool") data[i] = stream.nextBits() & 1;
    else if (values === "distinct") data[i] = isFloat(dtype) ? (order[i]! - size / 2) * 0.37 : order[i]! - (size >> 1);
    else if (!isFloat(dtype)) data[i] = stream.nextBits() >> (stream.nextBits() & 31);
    else data[i] = values === "positive" ? 0.1 + Math.abs(stream.nextNormal()) : stream.nextNormal();
  }
  return data;
}

function shuffled(size: number, stream: RandomStream): number[] {
  const list = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(stream.nextUniform() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
