/** Pictures and reports into a folder (Node, Deno, Bun): files complete or absent. Refuses folders that cannot be written. */

import type { Experiment } from "./experiment.ts";
import type { Picture } from "./picture.ts";
import { type Report, sentence } from "./report.ts";
import { svg } from "./svg.ts";

/** Writes `name.svg`, or `name-1.svg`, `name-2.svg` … of several; gives the files' paths. */
export async function savePictures(folder: string, name: string, pictures: readonly Picture[]): Promise<string[]> {
  const { makeFolder, writeFileAtomically } = await import("#file");
  await makeFolder(folder);
  const files: string[] = [];
  for (const [index, picture] of pictures.entries()) {
    const file = `${folder}/${name}${pictures.length === 1 ? "" : `-${index + 1}`}.svg`;
    await writeFileAtomically(file, new TextEncoder().encode(await svg(picture)));
    files.push(file);
  }
  return files;
}

/** What the JSON of an experiment's figures holds. */
export interface ReportFile extends Omit<Report, "pictures"> {
  readonly name: string;
  readonly question: string;
  readonly short: boolean;
  readonly sentence: string;
  /** Titles of the pictures, in the order of their files. */
  readonly pictures: readonly string[];
}

/** Writes a report's pictures, and its figures as `name.json`; gives the files' paths. */
export async function saveReport(
  folder: string,
  { name, question }: Experiment,
  report: Report,
  short: boolean,
): Promise<string[]> {
  const { makeFolder, writeFileAtomically } = await import("#file");
  const { tables, figures, verdict } = report;
  const titles = report.pictures.map(({ title }) => title);
  const head = { name, question, short, sentence: sentence(verdict), verdict };
  const content: ReportFile = { ...head, figures, tables, pictures: titles };
  const file = `${folder}/${name}.json`;
  await makeFolder(folder);
  // Figures first: they need no package to be drawn.
  await writeFileAtomically(file, new TextEncoder().encode(`${JSON.stringify(content, null, 1)}\n`));
  return [file, ...(await savePictures(folder, name, report.pictures))];
}
