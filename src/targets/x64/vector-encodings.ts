/**
 * The vector rows of `instructions.ts` as numbers the assembler can use: each is read when it is first used, and refused then if it does
 * not read. It chooses a row by the operands; whether registers are in range the assembler looks at.
 */

import { type Operand, refuse } from "./code.ts";
import { vectorInstructions } from "./instructions.ts";

export type VectorMnemonic = keyof typeof vectorInstructions;

/** The prefix of vector instructions that have a choice. */
export type Form = "vex" | "evex";

/** What stands at an operand position. */
interface Position {
  readonly field: "reg" | "vvvv" | "rm" | "is4";
  /** How many registers its kind has under VEX and EVEX; 0 where only memory may stand. */
  readonly registers: { readonly vex: number; readonly evex: number };
  readonly memory: boolean;
}

const vectors = { vex: 16, evex: 32 };
const generals = { vex: 16, evex: 16 };
const masks = { vex: 8, evex: 8 };
const none = { vex: 0, evex: 0 };

const positions: Readonly<Record<string, Position>> = {
  V: { field: "reg", registers: vectors, memory: false },
  H: { field: "vvvv", registers: vectors, memory: false },
  W: { field: "rm", registers: vectors, memory: true },
  U: { field: "rm", registers: vectors, memory: false },
  L: { field: "is4", registers: vectors, memory: false },
  M: { field: "rm", registers: none, memory: true },
  S: { field: "rm", registers: none, memory: true },
  G: { field: "reg", registers: generals, memory: false },
  E: { field: "rm", registers: generals, memory: true },
  R: { field: "rm", registers: generals, memory: false },
  kV: { field: "reg", registers: masks, memory: false },
  kH: { field: "vvvv", registers: masks, memory: false },
  kU: { field: "rm", registers: masks, memory: false },
  kW: { field: "rm", registers: masks, memory: true },
};

/** N of disp8*N for vectors of so many bytes and elements of 4 or 8 (Intel, volume 2, table 2-34 and 2-35). */
const tuples: Readonly<Record<string, (bytes: number, element: number) => number>> = {
  Full: (bytes) => bytes,
  Half: (bytes) => bytes / 2,
  FullMem: (bytes) => bytes,
  QuarterMem: (bytes) => bytes / 4,
  Tuple1Scalar: (_, element) => element,
  Tuple1Scalar8: () => 1,
  Tuple4: (_, element) => 4 * element,
};

/** One row in one form. */
export interface VectorEncoding {
  readonly mnemonic: VectorMnemonic;
  readonly row: string;
  readonly prefix: Form;
  readonly positions: readonly Position[];
  /** How many registers each operand may be, by position. */
  readonly registers: readonly number[];
  /** Which operand goes to which field; −1 for none. */
  readonly reg: number;
  readonly vvvv: number;
  readonly rm: number;
  readonly is4: number;
  /** The digit in ModRM.reg where no operand is. */
  readonly digit: number;
  /** The prefix's fields: pp, the map (mmmmm), W. */
  readonly pp: number;
  readonly map: number;
  readonly w: number;
  readonly opcode: number;
  readonly immediate: boolean;
  readonly vsib: boolean;
  /** Vector lengths it has; undefined: `fixedL` whatever is asked. */
  readonly lengths: readonly number[];
  readonly fixedL: number;
  readonly maskable: boolean;
  readonly broadcast: boolean;
  /** Whether EVEX.z may be set: not for masks and memory as destination. */
  readonly zeroable: boolean;
  readonly element: 4 | 8;
  /** disp8*N by L'L. */
  readonly n: readonly number[];
}

const prefixes: Readonly<Record<string, number>> = { NP: 0, "66": 1, F3: 2, F2: 3 };
const maps: Readonly<Record<string, number>> = { "0F": 1, "0F38": 2, "0F3A": 3 };

/** A row's encoding in the form that the token names, `evex:Full:W1` for example. */
function readVector(mnemonic: VectorMnemonic, row: string, token: string): VectorEncoding {
  const [operands = "", pp = "", map = "", opcode = "", ...rest] = row.split(" ");
  const [form = "", ...details] = token.split(":");
  const prefix = form === "evex" ? "evex" : "vex";
  const letters = operands.split(",");
  const places = letters.map(
    (letter) => positions[letter] ?? refuse(`the table's row “${row}” has no operand ${letter}`),
  );
  const place = (field: Position["field"]): number => places.findIndex((position) => position.field === field);
  const w = details.includes("W1") ? 1 : 0;
  const tuple = details[0] ?? "";
  const n = prefix === "evex" ? (tuples[tuple] ?? refuse(`the table's row “${row}” has no tuple type`)) : () => 1;
  const named = rest.filter((word) => /^\d+$/.test(word)).map(Number);
  return {
    mnemonic,
    row,
    prefix,
    positions: places,
    registers: places.map(({ registers }) => registers[prefix]),
    reg: place("reg"),
    vvvv: place("vvvv"),
    rm: place("rm"),
    is4: place("is4"),
    digit: Number(rest.find((word) => word.startsWith("/"))?.slice(1) ?? 0),
    pp: prefixes[pp] ?? refuse(`the table's row “${row}” has no prefix`),
    map: maps[map] ?? refuse(`the table's row “${row}” has no map`),
    w,
    opcode: Number.parseInt(opcode, 16),
    immediate: rest.includes("ib"),
    vsib: letters.includes("S"),
    lengths: named.length > 0 ? named : prefix === "evex" ? [128, 256, 512] : [128, 256],
    fixedL: form === "opmask" ? Number(tuple.slice(1)) : -1,
    maskable: prefix === "evex" && !rest.includes("k0"),
    broadcast: prefix === "evex" && (tuple === "Full" || tuple === "Half") && letters.includes("W"),
    zeroable: letters[0] === "V" || letters[0] === "H" || letters[0] === "W",
    element: w === 1 ? 8 : 4,
    n: [16, 32, 64].map((bytes) => n(bytes, w === 1 ? 8 : 4)),
  };
}

/** What has been read so far, by form and mnemonic. */
const known: Readonly<Record<Form, Map<string, readonly VectorEncoding[]>>> = { vex: new Map(), evex: new Map() };

/** The encodings of a mnemonic under a form; what belongs to AVX-512 stands under EVEX, whatever its prefix. */
export function vectorEncodings(form: Form, mnemonic: VectorMnemonic): readonly VectorEncoding[] {
  let encodings = known[form].get(mnemonic);
  if (encodings === undefined) {
    if (!Object.hasOwn(vectorInstructions, mnemonic)) refuse(`${mnemonic} is not in the table of instructions`);
    const tokens = form === "evex" ? ["evex", "opmask"] : ["vex"];
    encodings = vectorInstructions[mnemonic].flatMap((row) =>
      row
        .split(" ")
        .filter((word) => tokens.includes(word.split(":")[0]!))
        .map((token) => readVector(mnemonic, row, token)),
    );
    known[form].set(mnemonic, encodings);
  }
  return encodings;
}

function takes(encoding: VectorEncoding, operands: readonly Operand[]): boolean {
  const { positions, registers } = encoding;
  if (positions.length !== operands.length) return false;
  for (let i = 0; i < operands.length; i++) {
    if (typeof operands[i] === "number" ? registers[i] === 0 : !positions[i]!.memory) return false;
  }
  return true;
}

/** The first encoding that takes the operands. */
export function selectVector(form: Form, mnemonic: VectorMnemonic, operands: readonly Operand[]): VectorEncoding {
  const encodings = vectorEncodings(form, mnemonic);
  for (const encoding of encodings) if (takes(encoding, operands)) return encoding;
  if (encodings.length === 0) refuse(`${mnemonic} has no ${form.toUpperCase()} form`);
  const given = operands.map((operand) => (typeof operand === "number" ? "register" : "memory")).join(", ");
  return refuse(`${mnemonic} takes ${encodings.map(({ row }) => row.split(" ")[0]).join(" or ")}, not ${given}`);
}
