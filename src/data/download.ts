/**
 * One file from the net, whole. Refuses what has another SHA-256 than it should, answers that stall, and answers that do not end:
 * whatever a server sends, no more than a bounded number of bytes is kept.
 */

import { FileError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { show } from "../base/show.ts";
import { concat } from "./bytes.ts";

/** No file of a known set is larger. */
const mostBytes = 64_000_000;
/** Without a byte for so long, a server counts as gone. */
const patience = 30_000;

/**
 * The bytes at an address.
 *
 * @param hash  their SHA-256, 64 hexadecimal digits
 * @throws {FileError} nothing came, not all of it, or something else; the message names the address and the cause
 */
export async function download(address: string, hash: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await receive(address);
  } catch (cause) {
    const actual = causeOf(cause);
    throw new FileError(`${address}: ${actual}`, { operation: "download", file: address, actual }, { cause });
  }
  const actual = await sha256("download", bytes);
  if (actual === hash) return bytes;
  throw new FileError(`${address}: sent another file (SHA-256 ${actual.slice(0, 12)}…, not ${hash.slice(0, 12)}…)`, {
    operation: "download",
    file: address,
    expected: hash,
    actual,
  });
}

/** A cause that is already in words. */
class Refusal extends Error {}

async function receive(address: string): Promise<Uint8Array> {
  const stop = new AbortController();
  const giveUp = (): void => stop.abort(new Refusal(`sent nothing for ${patience / 1000} seconds`));
  let timer = setTimeout(giveUp, patience);
  try {
    // Some servers would send a .gz file as text that is to be inflated on the way.
    const response = await fetch(address, { signal: stop.signal, headers: { "accept-encoding": "identity" } });
    if (!response.ok) throw new Refusal(`answered ${response.status} ${show(response.statusText, 40)}`.trimEnd());
    const reader = response.body!.getReader();
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concat(chunks, length);
      clearTimeout(timer);
      timer = setTimeout(giveUp, patience);
      length += value.length;
      if (length > mostBytes) throw new Refusal(`sent more than ${mostBytes} bytes`);
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** What the codes of a failed connection mean. */
const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known (is there a network?)",
  EAI_AGAIN: "its name could not be looked up (is there a network?)",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection broke off",
  UND_ERR_SOCKET: "the connection broke off",
  UND_ERR_CONNECT_TIMEOUT: "nobody answered",
  ETIMEDOUT: "nobody answered",
  ENETUNREACH: "there is no network",
};

function causeOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const { cause } = error as { cause?: { code?: string; errors?: readonly { code?: string }[] } };
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  return code === undefined ? "the connection failed" : (meanings[code] ?? `the connection failed (${code})`);
}
