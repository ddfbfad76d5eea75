/**
 * What this engine can do: fixed-width SIMD at all, and a relaxed multiply-add that really rounds once. The specification lets an
 * engine choose, so the answer comes from running it.
 */

import { Code, encodeModule } from "./encoder.ts";

function moduleWith(write: (code: Code) => void): Uint8Array<ArrayBuffer> {
  const code = new Code(0);
  write(code);
  return encodeModule([{ name: "probe", parameters: 0, returns: true, code, exported: true }]);
}

/** Whether 128-bit SIMD is there. */
export function hasSimd(): boolean {
  const bytes = moduleWith((code) => code.vector([1, 1, 1, 1]).simd("i32x4.extract_lane", 0));
  return WebAssembly.validate(bytes);
}

/**
 * Whether f32x4.relaxed_madd is fused: (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ in one rounding and 0 in two.
 */
export function hasFusedMultiplyAdd(): boolean {
  const splat = (value: number): [number, number, number, number] => {
    const pattern = new Int32Array(new Float32Array([value]).buffer)[0]!;
    return [pattern, pattern, pattern, pattern];
  };
  const bytes = moduleWith((code) => {
    const [x, y, z] = [1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)].map((value) => {
      const local = code.local("v128");
      code.vector(splat(value)).set(local);
      return local;
    }) as [number, number, number];
    code.get(x).get(y).get(z).simd("f32x4.relaxed_madd").simd("i32x4.extract_lane", 0);
  });
  if (!WebAssembly.validate(bytes)) return false;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return (instance.exports.probe as () => number)() !== 0;
}
