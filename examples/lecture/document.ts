/**
 * Writes docs/lecture.md and the files it shows: `npm run lecture` runs all experiments in full, `npm run lecture -- vanishing` one, and
 * takes the others' figures from their last run. Refuses to write the document before each has run.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadData } from "gradus/data";
import { type Agreement, type ReportFile, saveReport, tableMarkdown } from "gradus/pictures";
import { experiments } from "./index.ts";

const folder = "docs/lecture";
const words: Readonly<Record<Agreement, string>> = { yes: "yes", partly: "in part", no: "**no**" };

async function run(names: readonly string[]): Promise<void> {
  for (const experiment of experiments.filter(({ name }) => names.includes(name))) {
    const from = performance.now();
    const tell = (line: string): void => console.log(`  ${line}`);
    console.log(experiment.name);
    const report = await experiment.run({ short: false, tell, data: (name) => loadData(name) });
    await saveReport(folder, experiment, report, false);
    console.log(`  ${((performance.now() - from) / 1000).toFixed(1)} s; agrees: ${report.verdict.agrees}`);
  }
}

function read(name: string): ReportFile {
  const file = `${folder}/${name}.json`;
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run lecture -- ${name} makes it.`);
  return JSON.parse(readFileSync(file, "utf8")) as ReportFile;
}

function section({ name, question, sentence, tables, pictures }: ReportFile): string {
  const files = pictures.map((title, index) => {
    const number = pictures.length === 1 ? "" : `-${index + 1}`;
    return `![${title.replaceAll(/[[\]]/g, "")}](lecture/${name}${number}.svg)`;
  });
  const shown = tables.map((table) => `${table.title}:\n\n${tableMarkdown(table)}`);
  return [`## ${name}`, question, sentence, ...shown, ...files, `\`gradus lecture ${name}\``].join("\n\n");
}

function document(reports: readonly ReportFile[]): string {
  const rows = reports.map(({ name, verdict: { says, measured, agrees, because } }) => [
    `[${name}](#${name})`,
    says,
    measured,
    because === undefined ? words[agrees] : `${words[agrees]}: ${because}`,
  ]);
  return [
    "# The lecture, measured",
    "What Hung-yi Lee's lecture *Machine Learning* (2017) says of deep learning, and what its experiments give here. Written by " +
      "`npm run lecture`; every figure is seeded, and `gradus lecture NAME` shows it again. Figures that depend on the numerics mode are " +
      "those of `fused` on x64.",
    tableMarkdown({ columns: ["experiment", "lecture says", "measured", "agrees"], rows }),
    ...reports.map(section),
    "",
  ].join("\n\n");
}

const names = process.argv.slice(2);
const unknown = names.find((name) => experiments.every((experiment) => experiment.name !== name));
if (unknown !== undefined) throw new Error(`There is no experiment ${unknown}.`);
await run(names.length > 0 ? names : experiments.map(({ name }) => name));
writeFileSync("docs/lecture.md", document(experiments.map(({ name }) => read(name))));
