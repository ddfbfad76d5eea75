/** Augmentations as the command line and run logs write them: `shift(2) rotate(10)`. A new augmentation is one line in the table. */

import { parseCalls, type Reader, readCall } from "../../base/call.ts";
import { affineReaders } from "./affine.ts";
import type { Augmentation } from "./augmentation.ts";
import { cutoutReader } from "./cutout.ts";
import { elasticReader } from "./elastic.ts";
import { gridReaders } from "./grid.ts";
import { mixupReader } from "./mixup.ts";
import { noiseReader } from "./noise.ts";

const readers: readonly Reader<Augmentation>[] = [
  ...affineReaders,
  elasticReader,
  ...gridReaders,
  noiseReader,
  cutoutReader,
  mixupReader,
];

/**
 * The augmentations of a text, in its order.
 *
 * @param text  such as `shift(2) rotate(10) elastic(34, 4)`
 * @throws {GradusError} an unknown augmentation, an argument that does not fit, or a slip of the pen, with its position
 * @example printAugmentations(parseAugmentation("rotate(degrees=10) flip"))  // "rotate(10) flip"
 */
export function parseAugmentation(text: string): Augmentation[] {
  return parseCalls("augment", text).map((call) => readCall("augmentation", call, readers));
}

/** The text of augmentations, which {@link parseAugmentation} reads. */
export function printAugmentations(list: readonly Augmentation[]): string {
  return list.map((one) => one.print()).join(" ");
}
