/** Losses as the command line and run logs write them: `crossEntropy(labelSmoothing=0.1)`. A new loss is one line in the table. */

import { parseCall, type Reader, readCall } from "../base/call.ts";
import { crossEntropyReader } from "./cross-entropy.ts";
import type { Loss } from "./loss.ts";
import { meanSquaredErrorReader } from "./mean-squared-error.ts";

const readers: readonly Reader<Loss>[] = [crossEntropyReader, meanSquaredErrorReader];

export const lossNames: readonly string[] = readers.map(({ name }) => name);

/**
 * The loss of a text.
 *
 * @param text  such as `meanSquaredError` or `crossEntropy(labelSmoothing=0.1)`
 * @throws {GradusError} an unknown loss or an argument that does not fit, with its position; a value out of range
 * @example parseLoss("meanSquaredError(reduction=sum)").reduction  // "sum"
 */
export function parseLoss(text: string): Loss {
  return readCall("loss", parseCall("loss", text), readers);
}
