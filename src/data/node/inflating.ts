/**
 * Gzip data inflated in Node, Deno and Bun, in pieces as large as is wished: many small ones would leave holes in memory. Others import it as
 * `#inflating`, which in browsers is ../web/inflating.ts.
 */

import { createGunzip } from "node:zlib";

/** The smallest piece that zlib makes. */
const smallest = 64;

/** The inflated bytes, one piece after the other; it throws where the data is damaged or cut off. */
export function inflating(bytes: Uint8Array, pieceBytes: number): AsyncIterable<Uint8Array> {
  const stream = createGunzip({ chunkSize: Math.max(smallest, pieceBytes) });
  stream.end(bytes);
  return stream;
}
