/**
 * What the experiments of the lecture have in common: each answers one question of the lecture with figures, and ends with what the
 * lecture says, what was measured, and whether they agree. An experiment computes and gives back; it prints and writes nothing.
 */

import type { Split } from "gradus/data";
import type { Picture } from "gradus/pictures";

export type DataName = "mnist" | "fashion-mnist" | "semeion";

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

/** Figures in rows; numbers are shown with four significant digits. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Whether what was measured is what the lecture says. */
export type Agreement = "yes" | "partly" | "no";

export interface Verdict {
  /** What the lecture says, with its figures, as a clause: "a plain net of 56 layers learns worse than one of 20". */
  readonly says: string;
  /** What was found, with figures, as a clause. */
  readonly measured: string;
  readonly agrees: Agreement;
  /** Why not, or what it depends on: a sentence. Required where they do not agree wholly. */
  readonly because?: string;
}

export interface Report {
  readonly tables: readonly Table[];
  readonly pictures: readonly Picture[];
  /** Everything measured, as plain data with the same bits at each run: no times. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
}

const words: Readonly<Record<Agreement, string>> = {
  yes: "They agree.",
  partly: "They agree in part.",
  no: "They do not agree.",
};

/** The honest sentence at the end. */
export function sentence({ says, measured, agrees, because }: Verdict): string {
  const reason = because === undefined ? "" : ` ${because}`;
  return `The lecture says that ${says}; measured here: ${measured}. ${words[agrees]}${reason}`;
}
