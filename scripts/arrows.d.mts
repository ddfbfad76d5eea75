/** What the tests see of the arrows check. */

export declare const rooms: readonly string[];

export declare function check(files: ReadonlyMap<string, string>): {
  readonly violations: readonly string[];
  readonly warnings: readonly string[];
};
