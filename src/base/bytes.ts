/** Bytes as programs hold them: what readers of files take, and memory that lasts. Refuses texts and whatever else is no bytes. */

import { DataError } from "./errors.ts";
import { showValue } from "./show.ts";

/** The bytes of a file: a `Uint8Array` (Node's `Buffer` too), or the `ArrayBuffer` that `fetch` gives. */
export type Bytes = Uint8Array | ArrayBuffer;

/**
 * Zeroed bytes that nobody can take away, where the engine has such memory: what lies there need not be copied to be safe. Ordinary
 * memory can change hands (`postMessage` with a transfer list) while others still look at it.
 */
export function lastingBytes(length: number): Uint8Array {
  return typeof SharedArrayBuffer === "undefined"
    ? new Uint8Array(length)
    : new Uint8Array(new SharedArrayBuffer(length));
}

/** Whether these values lie in memory as of {@link lastingBytes}. */
export function isLasting({ buffer }: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

/**
 * The same memory as a `Uint8Array`.
 *
 * @param file  the file's name, for the sentence
 * @throws {DataError} it is neither
 */
export function bytesIn(source: Bytes, file: string): Uint8Array {
  if (source instanceof Uint8Array) return source;
  // By its name: buffers of another realm (a worker, a frame, a test's) are buffers too.
  if (Object.prototype.toString.call(source) === "[object ArrayBuffer]") return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source as ArrayBufferView;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const hint = "Read or fetch the file, and give what came: not its name, not its text.";
  throw new DataError(
    `${file}: needs the bytes of a file, a Uint8Array or an ArrayBuffer; got ${showValue(source)}. ${hint}`,
    { operation: file, expected: "Uint8Array or ArrayBuffer", actual: showValue(source), hint },
  );
}
