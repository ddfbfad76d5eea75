/** The door `gradus/pictures`: pictures as plain data, in the terminal and as SVG. */

export type { Axis, Chart, Image, Images, Matrix, Picture, Point, Series, Surface } from "./picture.ts";
export { svg } from "./svg.ts";
export { type TextOptions, text } from "./text.ts";
