/**
 * The integer rows of `instructions.ts` as numbers the assembler can use: read once, when the module loads. It chooses a row by
 * the operands; whether registers and immediates are in range the assembler looks at.
 */

import { type Operand, refuse } from "./code.ts";
import { integerInstructions } from "./instructions.ts";

export type IntegerMnemonic = keyof typeof integerInstructions;

/** A row of the integer table. */
export interface IntegerEncoding {
  readonly mnemonic: IntegerMnemonic;
  readonly row: string;
  readonly destination: string;
  readonly source: string;
  /** Whether the opcode is in the map 0F. */
  readonly escape: boolean;
  readonly opcode: number;
  readonly digit: number;
  readonly only32: boolean;
}

function readInteger(mnemonic: IntegerMnemonic, row: string): IntegerEncoding {
  const [operands = "", ...rest] = row.split(" ");
  const [destination = "", source = ""] = operands.split(",");
  const escape = rest[0] === "0F";
  const [opcode = "", ...more] = escape ? rest.slice(1) : rest;
  const digit = more.find((word) => word.startsWith("/"))?.slice(1) ?? 0;
  const only32 = more.includes("32");
  return {
    mnemonic,
    row,
    destination,
    source,
    escape,
    opcode: Number.parseInt(opcode, 16),
    digit: Number(digit),
    only32,
  };
}

/** By mnemonic. */
export const integerEncodings: ReadonlyMap<string, readonly IntegerEncoding[]> = new Map(
  (Object.keys(integerInstructions) as IntegerMnemonic[]).map((mnemonic) => [
    mnemonic,
    integerInstructions[mnemonic].map((row) => readInteger(mnemonic, row)),
  ]),
);

/** A source that is a number and no register. */
export interface Immediate {
  readonly immediate: number;
}

export const isImmediate = (source: Operand | Immediate): source is Immediate =>
  typeof source !== "number" && "immediate" in source;

/** Whether an operand may stand where the row says `letter`. */
function fits(letter: string, operand: Operand | Immediate): boolean {
  switch (letter) {
    case "G":
    case "Gb":
    case "Z":
      return typeof operand === "number";
    case "A":
      return operand === 0;
    case "E":
    case "Eb":
      return !isImmediate(operand);
    case "M":
      return typeof operand !== "number" && !isImmediate(operand);
    case "Iz":
      return isImmediate(operand);
    default:
      return isImmediate(operand) && (operand.immediate << 24) >> 24 === (operand.immediate | 0);
  }
}

/** The first encoding that takes the operands. */
export function selectInteger(
  mnemonic: IntegerMnemonic,
  destination: Operand,
  source: Operand | Immediate,
  bits: 32 | 64,
): IntegerEncoding {
  const encodings = integerEncodings.get(mnemonic);
  if (encodings === undefined) refuse(`${mnemonic} is not in the table of instructions`);
  for (const encoding of encodings) {
    if (encoding.only32 && bits === 64) continue;
    if (fits(encoding.destination, destination) && fits(encoding.source, source)) return encoding;
  }
  return refuse(`${mnemonic} takes ${encodings.map(({ row }) => row.split(" ")[0]).join(" or ")}, not these operands`);
}
