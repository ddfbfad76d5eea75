/** Parity built by hand: circuits of gates, and relu networks with one hidden layer and with many. */

import { mlp, type Network, tensor } from "gradus";
import { range } from "./numbers.ts";
import { withWeights } from "./weights.ts";

/** All inputs of n bits. */
export const inputsOf = (n: number): number[][] =>
  range(0, 2 ** n - 1).map((code) => range(0, n - 1).map((i) => (code >> i) & 1));
export const parityOf = (bits: readonly number[]): number => bits.reduce((odd, bit) => odd ^ bit, 0);

/**
 * The AND gates of the shortest circuit of two layers, which ORs them: one for each odd input, unless two that differ in one bit can share
 * one. None can, for one bit changes the parity.
 */
function andGates(n: number): number {
  const odd = inputsOf(n).filter((bits) => parityOf(bits) === 1);
  const shared = odd.filter((bits) => bits.some((bit, i) => parityOf(bits.with(i, 1 - bit)) === 1));
  return odd.length - shared.length / 2;
}

/** A chain of n − 1 XORs, each of an OR, a NAND and an AND: its gates, and whether it is right for all inputs. */
function chain(n: number): { gates: number; right: boolean } {
  let gates = 0;
  const xor = (a: number, b: number): number => {
    gates += 3;
    const [either, notBoth] = [a | b, 1 - (a & b)];
    return either & notBoth;
  };
  const right = inputsOf(n).every((bits) => {
    gates = 0;
    return bits.reduce(xor) === parityOf(bits);
  });
  return { gates, right };
}

/** One hidden layer of n units: the sum of the bits, bent at each number. */
function wide(n: number): Network {
  const bends = range(0, n - 1).map((i) => (i === 0 ? 1 : i % 2 === 1 ? -2 : 2));
  const starts = range(0, n - 1).map((i) => -i);
  return withWeights(mlp([n], [n], 1) as Network, Array(n * n).fill(1), starts, bends, [0]);
}

/** Layers of two units: the sum over 2ᵏ ≥ n, folded k times. */
function deep(n: number): Network {
  const folds = Math.ceil(Math.log2(n));
  const layers = range(1, folds).flatMap((i) => [
    i === 1 ? Array(2 * n).fill(1 / 2 ** folds) : [2, -4, 2, -4],
    [0, -0.5],
  ]);
  return withWeights(mlp([n], Array(folds).fill(2), 1) as Network, ...layers, [2, -4], [0]);
}

async function isRight(net: Network, n: number): Promise<boolean> {
  const inputs = inputsOf(n);
  const outputs = (await net.predict(tensor(inputs.flat(), { shape: [inputs.length, n] }))) as number[][];
  return inputs.every((bits, i) => outputs[i]![0] === parityOf(bits));
}

/** Gates and units that parity of n bits takes, and whether the circuits and the networks are right for all inputs. */
export interface Built {
  readonly n: number;
  readonly twoLayers: number;
  readonly chain: number;
  readonly wide: number;
  readonly deep: number;
  readonly gatesRight: boolean;
  readonly unitsRight: boolean;
}

export async function built(n: number): Promise<Built> {
  const { gates, right } = chain(n);
  return {
    n,
    twoLayers: andGates(n) + 1,
    chain: gates,
    wide: n,
    deep: 2 * Math.ceil(Math.log2(n)),
    gatesRight: right,
    unitsRight: (await isRight(wide(n), n)) && (await isRight(deep(n), n)),
  };
}
