/** Initializers as layer strings write them: `initializer=heNormal`. A new initializer is one line here. */

import { type Call, type Reader, readCall, reader } from "../base/call.ts";
import type { Initializer } from "./initializer.ts";
import {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  normal,
  ones,
  uniform,
  zeros,
} from "./initializers.ts";

const readers: readonly Reader<Initializer>[] = [
  reader({ name: "glorotUniform", needs: {}, takes: {}, make: glorotUniform }),
  reader({ name: "glorotNormal", needs: {}, takes: {}, make: glorotNormal }),
  reader({ name: "heUniform", needs: {}, takes: {}, make: heUniform }),
  reader({ name: "heNormal", needs: {}, takes: {}, make: heNormal }),
  reader({
    name: "uniform",
    needs: { low: "number", high: "number" },
    takes: {},
    make: ({ low, high }) => uniform(low, high),
  }),
  reader({ name: "normal", needs: { deviation: "number" }, takes: {}, make: ({ deviation }) => normal(deviation) }),
  reader({ name: "constant", needs: { value: "number" }, takes: {}, make: ({ value }) => constant(value) }),
  reader({ name: "zeros", needs: {}, takes: {}, make: zeros }),
  reader({ name: "ones", needs: {}, takes: {}, make: ones }),
];

export function readInitializer(call: Call): Initializer {
  return readCall("initializer", call, readers);
}
