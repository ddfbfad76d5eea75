/** Pages of generated code: written first, then made executable, never both at once. */

import { TargetError } from "../../base/errors.ts";
import { type Native, pageBytes } from "./native.ts";

export interface LoadedBytes {
  readonly address: number;
  /** Gives the pages back. Whoever calls it knows that no thread is in them. */
  release(): void;
}

/** The bytes as executable code. */
export function loadCode(native: Native, bytes: Uint8Array): LoadedBytes {
  const size = Math.max(1, Math.ceil(bytes.length / pageBytes)) * pageBytes;
  const address = native.map(size);
  if (address !== null) {
    new Uint8Array(native.view(address, size)).set(bytes);
    if (native.makeExecutable(address, size)) return { address, release: () => native.unmap(address, size) };
    native.unmap(address, size);
  }
  throw new TargetError("x64: this system forbids pages of generated code. Use the target wasm.", {
    operation: "x64",
    hint: "wasm",
  });
}
