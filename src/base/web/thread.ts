/** What ../node/thread.ts offers, in browsers: Web Workers, where a page is isolated and code runs that may wait. */

type Threads = typeof import("../node/thread.ts");

export const processors: Threads["processors"] = () => globalThis.navigator?.hardwareConcurrency ?? 1;

/** Pages may not wait: only workers of isolated pages share. */
export const sharesMemory: Threads["sharesMemory"] = () => {
  if (!globalThis.crossOriginIsolated || typeof Worker === "undefined") return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
};

const addresses = new Map<string, string>();

export const startThread: Threads["startThread"] = (source, onError) => {
  const address = addresses.get(source) ?? URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  addresses.set(source, address);
  const worker = new Worker(address);
  worker.onerror = onError;
  return { post: (message) => worker.postMessage(message) };
};
