/**
 * Which float32 values of a kernel cannot be subnormal, so that stores need not flush them: what comes from memory, constants or
 * integers, roots and whole numbers, what only picks among such values, and what the kernel has flushed itself.
 */

import type { Vector } from "../../kernel/language.ts";
import type { Defining } from "./waiting.ts";

type Scalar = Extract<Defining, { op: "scalar" }>;

const smallestNormal = 2 ** -126;

/** Results that are normal whatever the operands are, and those that are where all operands are. */
const always: ReadonlySet<string> = new Set(["toFloat32", "sqrt", "floor", "nearest"]);
const inherited: ReadonlySet<string> = new Set(["neg", "abs", "max", "min"]);

export class NormalValues {
  readonly #normal = new Set<number>();
  readonly #constants = new Map<number, number>();
  readonly #scalars = new Map<number, Scalar>();

  has({ id }: Vector): boolean {
    return this.#normal.has(id);
  }

  /** Looks at an instruction; its operands have been seen. */
  note(instruction: Defining): void {
    const { op, result } = instruction;
    if (op === "constant") this.#constants.set(result.id, instruction.value);
    if (op === "scalar") this.#scalars.set(result.id, instruction);
    if (op === "load" || op === "gather" || op === "constant") this.#normal.add(result.id);
    else if (op === "exchange" && this.has(instruction.vector)) this.#normal.add(result.id);
    else if (op === "scalar" && this.#isNormal(instruction)) this.#normal.add(result.id);
  }

  #isNormal({ name, args }: Scalar): boolean {
    if (always.has(name)) return true;
    if (inherited.has(name)) return args.every((arg) => this.has(arg));
    if (name !== "select") return false;
    const [condition, then, otherwise] = args as [Vector, Vector, Vector];
    return this.has(then) && (this.has(otherwise) || this.#tellsSubnormal(condition, otherwise));
  }

  /** Whether a condition is `|value| < 2⁻¹²⁶`. */
  #tellsSubnormal(condition: Vector, value: Vector): boolean {
    const less = this.#scalars.get(condition.id);
    if (less?.name !== "less") return false;
    const [left, right] = less.args as [Vector, Vector];
    const abs = this.#scalars.get(left.id);
    return abs?.name === "abs" && abs.args[0]!.id === value.id && this.#constants.get(right.id)! >= smallestNormal;
  }
}
