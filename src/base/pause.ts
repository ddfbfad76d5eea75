/**
 * Control back to the event loop for one turn, so that timers, input, pages, signals and finalizers are served between pieces of
 * work. Not a timer: those are clamped to several milliseconds in browsers.
 */

type Immediate = (callback: () => void) => unknown;

const immediate: Immediate | undefined = (globalThis as { setImmediate?: Immediate }).setImmediate;

/** Resolves in a later turn of the event loop. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate) {
      immediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
