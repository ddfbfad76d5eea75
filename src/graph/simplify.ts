/**
 * The same values with fewer operations: common subexpressions, constants, and identities that hold for every float (−0, NaN and ∞
 * included; so never x+0, x·0 or x−x). Only what is reachable from the roots survives.
 */

import { sameShape } from "../base/shape.ts";
import { numberScalars } from "../kernel/numbers.ts";
import { scalarOf } from "../kernel/scalars.ts";
import { build } from "./build.ts";
import { nodeKey } from "./key.ts";
import { type Module, rootsOf } from "./module.ts";
import { type Node, record, topological } from "./node.ts";
import { type OpName, ops } from "./ops/index.ts";
import { isStill, type Sliding } from "./ops/spatial.ts";

/** The roots, rewritten; `input` nodes stay the same objects. */
export function simplify(roots: readonly Node[]): Node[] {
  const result = new Map<Node, Node>();
  const numbers = new Map<Node, number>();
  const known = new Map<string, Node>();
  const numberOf = (node: Node): number => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  };
  const unify = (node: Node): Node => {
    if (node.op.kind === "source" && !comesFromNothing(node)) return node;
    const key = nodeKey(node, numberOf);
    const same = known.get(key);
    if (same) return same;
    known.set(key, node);
    return node;
  };
  for (const node of topological(roots)) {
    const inputs = node.inputs.map((input) => result.get(input)!);
    const moved = inputs.some((input, i) => input !== node.inputs[i]);
    let current = moved ? record(node.op, inputs, node.attributes) : node;
    for (let next = rewrite(current); next; next = rewrite(current)) current = withUnified(next, unify);
    result.set(node, unify(current));
  }
  return roots.map((root) => result.get(root)!);
}

/** A rewritten node may have new inputs; they are unified as all others. */
function withUnified(node: Node, unify: (node: Node) => Node): Node {
  const inputs = node.inputs.map(unify);
  return inputs.some((input, i) => input !== node.inputs[i]) ? record(node.op, inputs, node.attributes) : node;
}

/** A module whose graph is simplified; inputs and current states are the same nodes. */
export function simplifyModule(module: Module): Module {
  const roots = rootsOf(module);
  const simple = simplify(roots);
  const to = new Map(roots.map((root, i) => [root, simple[i]!]));
  const of = (node: Node): Node => to.get(node)!;
  return {
    inputs: module.inputs,
    states: module.states.map(({ current, next }) => ({ current, next: of(next) })),
    outputs: module.outputs.map(of),
    guard: module.guard && of(module.guard),
    log: module.log.map(of),
  };
}

function rewrite(node: Node): Node | null {
  const rule = rules.get(node.op.name);
  return foldConstants(node) ?? rule?.(node) ?? null;
}

function constantOf(node: Node): number | null {
  return node.op === (ops.constant as Node["op"]) ? ops.constant.element!(node, []) : null;
}

function comesFromNothing({ op }: Node): boolean {
  return op.kind === "source" && op.element !== null;
}

function isConstant(node: Node, value: number): boolean {
  const constant = constantOf(node);
  return constant !== null && Object.is(constant, value);
}

const modes = [numberScalars("fused"), numberScalars("portable")] as const;

/** Constants in, constant out: for elementwise operations whose result is the same in both modes, and for movements. */
function foldConstants(node: Node): Node | null {
  const { op, inputs } = node;
  if (inputs.length === 0) return null;
  const values = inputs.map(constantOf);
  if (values.includes(null)) return null;
  if (op.kind === "movement" || op.kind === "reshape") return build.constant(values[0]!, node.shape, node.dtype);
  if (op.kind !== "elementwise" || [node, ...inputs].some(({ dtype }) => dtype === "float64")) return null;
  const types = inputs.map((input) => scalarOf(input.dtype));
  const [fused, portable] = modes.map((k) => Number(op.lower<unknown>(k as never, values, types, node.attributes)));
  return Object.is(fused, portable) ? build.constant(fused!, node.shape, node.dtype) : null;
}

const isIdentityOrder = (order: readonly number[]): boolean => order.every((axis, i) => axis === i);

const rulesByName: Partial<Record<OpName, (node: Node) => Node | null>> = {
  mul: ({ inputs: [a, b] }) => (isConstant(b!, 1) ? a! : isConstant(a!, 1) ? b! : null),
  div: ({ inputs: [a, b] }) => (isConstant(b!, 1) ? a! : null),
  sub: ({ inputs: [a, b] }) => (isConstant(b!, 0) ? a! : null),
  add: ({ inputs: [a, b] }) => (isConstant(b!, -0) ? a! : isConstant(a!, -0) ? b! : null),
  neg: ({ inputs: [x] }) => (sameOp(x!, "neg") && x!.dtype !== "uint32" ? x!.inputs[0]! : null),
  not: ({ inputs: [x] }) => (sameOp(x!, "not") ? x!.inputs[0]! : null),
  stopGradient: ({ inputs: [x] }) => x!,
  select: ({ inputs: [condition, then, otherwise] }) => {
    const value = constantOf(condition!);
    return value === null ? (then === otherwise ? then! : null) : value ? then! : otherwise!;
  },
  reshape: (node) => {
    const [x] = node.inputs as [Node];
    if (sameShape(x.shape, node.shape)) return x;
    return sameOp(x, "reshape") ? build.reshape(x.inputs[0]!, node.shape) : null;
  },
  transpose: ({ inputs: [x], attributes: { permutation } }) => {
    if (isIdentityOrder(permutation)) return x!;
    if (!sameOp(x!, "transpose")) return null;
    const inner = x!.attributes.permutation as readonly number[];
    return build.transpose(
      x!.inputs[0]!,
      (permutation as readonly number[]).map((axis) => inner[axis]!),
    );
  },
  broadcast: (node) => {
    const [x] = node.inputs as [Node];
    const { axes } = node.attributes as { axes: readonly number[] };
    if (sameShape(x.shape, node.shape) && isIdentityOrder(axes)) return x;
    if (!sameOp(x, "broadcast")) return null;
    const inner = x.attributes.axes as readonly number[];
    return build.broadcast(
      x.inputs[0]!,
      node.shape,
      inner.map((axis) => axes[axis]!),
    );
  },
  // What comes from nothing is always there, and for a constant nothing waits.
  later: ({ inputs: [x, arrived] }) => (comesFromNothing(x!) || constantOf(arrived!) !== null ? x! : null),
  slice: (node) => {
    const [x] = node.inputs as [Node];
    const { start, step } = node.attributes as { start: readonly number[]; step: readonly number[] };
    const whole = sameShape(x.shape, node.shape) && start.every((at) => at === 0) && step.every((s) => s === 1);
    return whole ? x : null;
  },
  windowSum: (node) => wholeWindow(node) ?? spreadWindow(node),
  // Not reduceSum: +0 plus −0 is +0.
  reduceMax: nothingToReduce,
  reduceMin: nothingToReduce,
};

const rules = new Map<string, (node: Node) => Node | null>(Object.entries(rulesByName));

/** A sum over windows that cover all of their axes is a sum along them, in the same order unless the last is among them. */
function wholeWindow(node: Node): Node | null {
  const [x] = node.inputs as [Node];
  const axes = slidingAxes(node);
  const covers = ({ sliding, n }: SlidingAxis): boolean =>
    sliding.size === n && sliding.low === 0 && sliding.high === 0 && sliding.dilation === 1 && sliding.base === 1;
  if (axes.length === 0 || !axes.every(covers) || axes.at(-1)!.axis === x.shape.length - 1) return null;
  const sum = build.reduceSum(
    x,
    axes.map(({ axis }) => axis),
  );
  return build.reshape(sum, node.shape);
}

/** A sum over windows that all meet the one element of their axes is that element, widened; added to 0, as in any sum. */
function spreadWindow(node: Node): Node | null {
  const [x] = node.inputs as [Node];
  const axes = slidingAxes(node);
  const meets = ({ axis, sliding, n }: SlidingAxis): boolean =>
    n === 1 && Array.from({ length: node.shape[axis]! }, (_, o) => o).every((o) => meetsFirst(sliding, o));
  if (axes.length === 0 || !axes.every(meets)) return null;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => axes.every((other) => other.axis !== axis));
  const sum = build.add(x, build.constant(0, x.shape, x.dtype));
  const line = build.reshape(
    sum,
    kept.map((axis) => x.shape[axis]!),
  );
  return build.broadcast(line, node.shape, kept);
}

interface SlidingAxis {
  readonly axis: number;
  readonly sliding: Sliding;
  readonly n: number;
}

/** The axes of a window that it does not leave as they are. */
function slidingAxes(node: Node): SlidingAxis[] {
  const { shape } = node.inputs[0]!;
  const slidings = node.attributes.axes as readonly Sliding[];
  return slidings
    .map((sliding, axis) => ({ axis, sliding, n: shape[axis]! }))
    .filter(({ sliding }) => !isStill(sliding));
}

/** Whether one element of the window at `o` is the first of its axis. */
function meetsFirst({ size, stride, dilation, low }: Sliding, o: number): boolean {
  const element = (low - o * stride) / dilation;
  return Number.isInteger(element) && element >= 0 && element < size;
}

function nothingToReduce(node: Node): Node | null {
  return node.attributes.axes.length === 0 ? node.inputs[0]! : null;
}

function sameOp(node: Node, name: OpName): boolean {
  return node.op === (ops[name] as Node["op"]);
}
