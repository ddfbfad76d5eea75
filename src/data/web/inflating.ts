/** What ../node/inflating.ts offers, in browsers: they choose the size of the pieces themselves. */

import { isLasting } from "../../base/bytes.ts";

type Inflating = typeof import("../node/inflating.ts");

export const inflating: Inflating["inflating"] = async function* (bytes) {
  // Blobs take no memory that is shared.
  const own = isLasting(bytes) ? bytes.slice() : bytes;
  const input = new Blob([own as Uint8Array<ArrayBuffer>]).stream();
  const reader = input.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
};
