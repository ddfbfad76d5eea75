/** Nested arrays and records with leaves of one kind: what functions over several tensors take and give. */

export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The leaves in order: array order, then key order as written. */
export function leavesOf<T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T): T[] {
  if (isLeaf(tree)) return [tree];
  return Object.values(tree as object).flatMap((child: Tree<T>) => leavesOf(child, isLeaf));
}

/** The same nesting with every leaf replaced. */
export function mapTree<T, U>(tree: Tree<T>, isLeaf: (value: unknown) => value is T, f: (leaf: T) => U): Tree<U> {
  if (isLeaf(tree)) return f(tree);
  if (Array.isArray(tree)) return tree.map((child: Tree<T>) => mapTree(child, isLeaf, f));
  const entries = Object.entries(tree as Record<string, Tree<T>>);
  return Object.fromEntries(entries.map(([key, child]) => [key, mapTree(child, isLeaf, f)]));
}

/** A text that is equal for equal nestings with equally described leaves. */
export function describeTree<T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T, f: (leaf: T) => string): string {
  return JSON.stringify(mapTree(tree, isLeaf, f));
}
