/**
 * SHA-256 in Node, Deno and Bun, whose own hash takes bytes piece by piece. Others import it as `#sha256`, which in browsers
 * is ../web/sha256.ts.
 */

import { createHash } from "node:crypto";

/** A hash in the making. */
export interface Sha256 {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void;
  /** The 32 bytes. */
  digest(): Promise<Uint8Array>;
}

/** @param _operation  what needs it, for messages where it cannot be had */
export function startSha256(_operation: string): Sha256 {
  const hash = createHash("sha256");
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: async () => hash.digest(),
  };
}
