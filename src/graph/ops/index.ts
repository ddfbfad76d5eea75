/** The closed set of primitives: one entry per record, by name. */

import * as arithmetic from "./arithmetic.ts";
import { dot } from "./contract.ts";
import { conv } from "./conv.ts";
import * as functions from "./functions.ts";
import { argSort, gather, scatterAdd } from "./indexing.ts";
import * as logic from "./logic.ts";
import { broadcast, concat, later, pad, reshape, slice, transpose } from "./movement.ts";
import { argMax, reduceMax, reduceMin, reduceProduct, reduceSum } from "./reduce.ts";
import { cumulativeSum } from "./scan.ts";
import { constant, input, iota } from "./sources.ts";
import { windowArgMax, windowMax, windowScatter, windowSum } from "./window.ts";

type Elementwise = typeof arithmetic & typeof functions & typeof logic;

interface Others {
  constant: typeof constant;
  iota: typeof iota;
  input: typeof input;
  broadcast: typeof broadcast;
  transpose: typeof transpose;
  slice: typeof slice;
  reshape: typeof reshape;
  later: typeof later;
  pad: typeof pad;
  concat: typeof concat;
  reduceSum: typeof reduceSum;
  reduceMax: typeof reduceMax;
  reduceMin: typeof reduceMin;
  argMax: typeof argMax;
  gather: typeof gather;
  scatterAdd: typeof scatterAdd;
  argSort: typeof argSort;
  dot: typeof dot;
  conv: typeof conv;
  reduceProduct: typeof reduceProduct;
  cumulativeSum: typeof cumulativeSum;
  windowSum: typeof windowSum;
  windowMax: typeof windowMax;
  windowArgMax: typeof windowArgMax;
  windowScatter: typeof windowScatter;
}

export const ops: Elementwise & Others = {
  ...arithmetic,
  ...functions,
  ...logic,
  constant,
  iota,
  input,
  broadcast,
  transpose,
  slice,
  reshape,
  later,
  pad,
  concat,
  reduceSum,
  reduceMax,
  reduceMin,
  argMax,
  gather,
  scatterAdd,
  argSort,
  dot,
  conv,
  reduceProduct,
  cumulativeSum,
  windowSum,
  windowMax,
  windowArgMax,
  windowScatter,
};

export type OpName = keyof typeof ops;
