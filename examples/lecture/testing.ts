/** What the tests of experiments share: the short form of one, run twice where its bits are to be compared, with data from GRADUS_DATA. */

import { loadData } from "gradus/data";
import { type Experiment, type Report, sentence } from "./experiment.ts";

/** The short form, with the data sets that the folder GRADUS_DATA has. */
export function runShort(experiment: Experiment): Promise<Report> {
  return experiment.run({ short: true, tell: () => {}, data: (name) => loadData(name) });
}

/** What is wrong with the form of a report: what people and files could not show. Empty where nothing is. */
export function flawsOf({ tables, pictures, figures, verdict }: Report): string[] {
  const uneven = tables.filter(({ columns, rows }) => rows.some((row) => row.length !== columns.length));
  const empty = tables.filter(({ rows }) => rows.length === 0);
  const back = JSON.parse(JSON.stringify(figures)) as unknown;
  return [
    ...uneven.map(({ title }) => `the table ${title} has rows of other lengths than its heading`),
    ...empty.map(({ title }) => `the table ${title} is empty`),
    ...(tables.length === 0 ? ["there is no table"] : []),
    ...(pictures.length === 0 ? ["there is no picture"] : []),
    ...(JSON.stringify(back) === JSON.stringify(figures) && !JSON.stringify(figures).includes("null")
      ? []
      : ["the figures are not plain finite data"]),
    ...(verdict.agrees !== "yes" && verdict.because === undefined ? ["it does not say why they do not agree"] : []),
    ...(sentence(verdict).includes("NaN") ? ["the verdict speaks of NaN"] : []),
  ];
}
