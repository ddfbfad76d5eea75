/** The scalar instructions, and parts of them, that AVX2 and AVX-512 write in the same way. */

import type { VectorMnemonic } from "./assembler.ts";
import type { Virtual } from "./instruction.ts";
import type { VectorCode } from "./vector-code.ts";
import type { Operand, Write } from "./vectors.ts";

export const simple =
  (mnemonic: VectorMnemonic, immediate?: number): Write =>
  (code, args) =>
    code.make(
      mnemonic,
      args.map((arg) => arg.register),
      immediate === undefined ? undefined : { immediate },
    );

/** The bits stay as they are. */
export const same: Write = (_, [a]) => a!.register;

/** The operand's own register where nobody needs it any more, else a copy of it. */
export const overwritable = (code: VectorCode, { register, dies }: Operand): Virtual =>
  dies ? register : code.copy(register);

export const shift =
  (mnemonic: VectorMnemonic): Write =>
  (code, [a], { immediate }) =>
    code.make(mnemonic, [a!.register], { immediate: immediate & 31 });

export const fma: Write = (code, [a, b, c], { numerics }) => {
  if (numerics === "portable")
    return code.make("vaddps", [code.make("vmulps", [a!.register, b!.register]), c!.register]);
  if (!c!.dies && (a!.dies || b!.dies)) {
    const [over, other] = a!.dies ? [a!, b!] : [b!, a!];
    code.update(over.register, "vfmadd213ps", [other.register, c!.register]);
    return over.register;
  }
  const result = overwritable(code, c!);
  code.update(result, "vfmadd231ps", [a!.register, b!.register]);
  return result;
};
