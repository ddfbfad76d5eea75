/** Random numbers on top of every value. Refuses deviations that are none. */

import { type Reader, reader } from "../../base/call.ts";
import { type Augmentation, checkArgument, fromZero } from "./augmentation.ts";

/**
 * Adds a normally distributed number to every value of every example; not only to images.
 *
 * @param deviation  its standard deviation, from 0, in the values that the network gets: pixels go from 0 to 1 unless the data was
 *                   normalized
 * @throws {GradusError} deviation is no finite number from 0
 * @example noise(0.1).print()  // "noise(0.1)"
 */
export function noise(deviation: number): Augmentation {
  checkArgument("noise", "deviation", deviation, fromZero, "noise(0.1)");
  return {
    kind: "change",
    name: "noise",
    check: () => {},
    apply: ({ x, target }, draws) => ({ x: draws.normal(x.shape).fma(deviation, x), target }),
    print: () => `noise(${deviation})`,
  };
}

export const noiseReader: Reader<Augmentation> = reader({
  name: "noise",
  needs: { deviation: "number" },
  takes: {},
  make: ({ deviation }) => noise(deviation),
});
