/** The door `gradus/data`: data sets, where they come from, and what can be done with them. */

export type { Bytes } from "../base/bytes.ts";
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
