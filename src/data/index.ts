/** The door `gradus/data`: data sets, where they come from, and what can be done with them. */

export type { Bytes } from "../base/bytes.ts";
export { rotate, scale, shear, shift } from "./augment/affine.ts";
export type { Augmentation } from "./augment/augmentation.ts";
export { cutout } from "./augment/cutout.ts";
export { elastic } from "./augment/elastic.ts";
export { crop, type FlipOptions, flip } from "./augment/grid.ts";
export { mixup } from "./augment/mixup.ts";
export { noise } from "./augment/noise.ts";
export { parseAugmentation, printAugmentations } from "./augment/strings.ts";
export { Dataset, type Split, type SplitOptions } from "./dataset.ts";
export { fitImage } from "./fit.ts";
export { type ArraysOptions, fromArrays } from "./from-arrays.ts";
export { type IdxArray, readIdx, readIdxPair } from "./idx.ts";
export { type Image, readImage } from "./image.ts";
export { type InkOptions, ink } from "./ink.ts";
export { fashionMnist, type LoadOptions, loadData, mnist, semeion, usps } from "./load.ts";
export type { Scale } from "./scale.ts";
export { readSemeion } from "./semeion.ts";
export { readUsps } from "./usps.ts";
