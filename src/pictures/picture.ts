/**
 * Pictures as plain data: what is to be seen, not how it is drawn. The same picture becomes a small drawing in the terminal and an SVG
 * file. Knows nothing of networks, runs or files.
 */

export type Picture = Chart | Surface | Images | Matrix;

/** What an axis shows, with its unit if it has one. */
export interface Axis {
  readonly label: string;
  /** Whether equal distances are equal factors; values must then be above 0, others are left out. */
  readonly log?: boolean;
  /** Names of the places 0, 1, 2 … where the axis does not measure but lists. */
  readonly names?: readonly string[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** An interval that y lies in, drawn as a band along lines and as a bar at dots. */
  readonly low?: number;
  readonly high?: number;
}

/** Points that belong together, in one colour. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Default: a line. */
  readonly as?: "line" | "dots" | "bars";
  /** Charts of the same axes side by side; a series stands in one of them. Default: all in one. */
  readonly panel?: string;
}

/** Lines, dots or bars over two axes. Points that are not finite are left out. */
export interface Chart {
  readonly kind: "chart";
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** A function of two variables by its level lines, with paths over it. */
export interface Surface {
  readonly kind: "surface";
  readonly title: string;
  readonly x: Axis & { readonly from: number; readonly to: number };
  readonly y: Axis & { readonly from: number; readonly to: number };
  /** Values on a grid of `rows × columns`, row by row from the smallest y, corners included. */
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  readonly paths: readonly Series[];
}

/** One grey or signed image. */
export interface Image {
  readonly title?: string;
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: ArrayLike<number>;
}

/** Images side by side. */
export interface Images {
  readonly kind: "images";
  readonly title: string;
  readonly images: readonly Image[];
  /**
   * `ink`: 0 is paper and 1 is ink, for all images. `signed`: 0 is paper, and the largest size in all images is the
   * strongest of two colours, one for each sign. Default ink.
   */
  readonly scale?: "ink" | "signed";
}

/** A table of numbers, the larger the darker: a confusion matrix for example. */
export interface Matrix {
  readonly kind: "matrix";
  readonly title: string;
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `values[row][column]`. */
  readonly values: readonly (readonly number[])[];
}
