/**
 * What ../node/sha256.ts offers, where Web Crypto does it: that takes all bytes at once, so they are kept until the end. Browsers have it
 * on pages served over https or from localhost.
 */

import { GradusError } from "../errors.ts";

type Hashing = typeof import("../node/sha256.ts");

export const startSha256: Hashing["startSha256"] = (operation) => {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    update: (bytes) => {
      parts.push(bytes.slice());
    },
    digest: async () => {
      if (globalThis.crypto?.subtle === undefined) {
        throw new GradusError(
          `${operation}: needs crypto.subtle, which browsers offer only to pages from https or localhost. Serve the page from there.`,
          { operation },
        );
      }
      const all = await new Blob(parts).arrayBuffer();
      return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
    },
  };
};
