/** Arithmetic on indices as integer instructions. All goes through the scratch registers: a target may be one of its operands. */

import { InternalError } from "../../base/errors.ts";
import type { IndexOperator } from "../../kernel/language.ts";
import type { Assembler, IntegerMnemonic } from "./assembler.ts";
import type { MachineCode, Numbering, Virtual } from "./instruction.ts";
import { scratch, secondScratch } from "./vector-code.ts";

/** An index as something that can be moved into a register. */
export interface IndexSource {
  /** Its value, where that is known. */
  readonly constant: number | undefined;
  readonly uses: readonly Virtual[];
  readonly move: (assembler: Assembler, to: number, at: Numbering) => void;
}

const divisor = 1;
const plain: Partial<Record<IndexOperator, IntegerMnemonic>> = { add: "add", sub: "sub", and: "and", mul: "imul" };
/** The move that replaces the left operand by the right one. */
const extreme: Partial<Record<IndexOperator, IntegerMnemonic>> = { min: "cmovg", max: "cmovl" };

/** `target = left operator right`. */
export function indexBinary(
  code: MachineCode,
  target: Virtual,
  operator: IndexOperator,
  left: IndexSource,
  right: IndexSource,
): void {
  code.add([target], [...left.uses, ...right.uses], (a, at) => {
    left.move(a, scratch, at);
    if (operator === "shiftRight") {
      if (right.constant === undefined) throw new InternalError("a shift of an index is by a constant");
      a.shift("sar", scratch, right.constant);
    } else {
      right.move(a, secondScratch, at);
      if (operator === "div") divide(a);
      else if (plain[operator]) a.integer(plain[operator], scratch, secondScratch);
      else {
        a.integer("cmp", scratch, secondScratch);
        a.integer(extreme[operator]!, scratch, secondScratch);
      }
    }
    a.integer("mov", at(target), scratch);
  });
}

/** The processor divides rdx:rax, the scratch registers, by a third one. */
function divide(a: Assembler): void {
  a.push(divisor);
  a.integer("mov", divisor, secondScratch);
  a.cqo();
  a.unary("idiv", divisor);
  a.pop(divisor);
}
