/**
 * Experiments: each answers one question with figures. An experiment computes and gives back; it prints and writes nothing, so that
 * the command line, the documentation and tests can all run it.
 */

import type { DataName } from "../data/catalog.ts";
import type { Split } from "../data/dataset.ts";
import type { Report } from "./report.ts";

/** What an experiment is given. */
export interface Setting {
  /** A form that takes seconds: fewer examples, steps and seeds. Its verdict need not hold, its course is the same. */
  readonly short: boolean;
  /** A word on how far it is, for people who wait. */
  readonly tell: (line: string) => void;
  /** A data set by name: from the folder with data sets, else downloaded. */
  readonly data: (name: DataName) => Promise<Split>;
}

export interface Experiment {
  /** As it is called: `gradus lecture vanishing`. */
  readonly name: string;
  /** What it asks, one line. */
  readonly question: string;
  /** Data sets that it reads. */
  readonly needs: readonly DataName[];
  readonly run: (setting: Setting) => Promise<Report>;
}
