/**
 * A list of augmentations at work: in the order of the list, neighbours that move pixels together as one sampling. Refuses what is no
 * list of augmentations, and those that do not suit data and network.
 */

import { DataError } from "../../base/errors.ts";
import { showValue } from "../../base/show.ts";
import type { RandomSource } from "../../network/layer.ts";
import type { Augmentation, Move, Setting, Varied } from "./augmentation.ts";
import { type Draws, RandomDraws } from "./draws.ts";
import { ownPlaces, sample } from "./places.ts";

/** Throws where something in the list is no augmentation, or does not suit data and network. */
export function checkAugmentations(list: readonly Augmentation[], setting: Setting): void {
  const strange = Array.isArray(list) ? list.findIndex((one) => typeof one?.check !== "function") : null;
  if (strange !== -1) {
    const actual = showValue(strange === null ? list : list[strange]);
    throw new DataError(
      `augment: needs a list of augmentations; got ${actual}. Write augment: [shift(2), rotate(10)], or parseAugmentation(text).`,
      { operation: "augment", actual },
    );
  }
  for (const augmentation of list) augmentation.check(setting);
}

/** The batch, varied anew at every step of the random source. */
export function augment(list: readonly Augmentation[], batch: Varied, random: RandomSource, setting: Setting): Varied {
  const { dtype, shape } = batch.x;
  const moves: [Move, Draws][] = [];
  let varied = batch;
  for (const [place, one] of list.entries()) {
    const draws = new RandomDraws(random, `augment/${place}/${one.name}`, shape[0]!, dtype);
    if (one.kind === "move") moves.push([one, draws]);
    else varied = one.apply(moved(varied, moves.splice(0), setting), draws, setting);
  }
  return moved(varied, moves, setting);
}

/**
 * The images after some moves in a row, sampled once. What the last move leaves at a place comes from where it says, and so on back to
 * the first.
 */
export function moved(batch: Varied, moves: readonly (readonly [Move, Draws])[], { background }: Setting): Varied {
  if (moves.length === 0) return batch;
  const places = moves.reduceRight((places, [move, draws]) => move.from(places, draws), ownPlaces(batch.x));
  const onGrid = moves.every(([move]) => move.onGrid);
  return { ...batch, x: sample({ x: batch.x, background }, places, onGrid) };
}
