/** Runs all examples in full, or those named: `npm run examples -- xor mnist`. Ends with what was to be reached, and what was. */

import type { Figure } from "./report.ts";

const all = ["worked-network", "logistic-regression", "xor", "semeion", "fizzbuzz", "mnist", "cnn"];
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const figures: Figure[] = [];
for (const name of names) {
  if (!all.includes(name)) {
    console.error(`There is no example ${name}; there are ${all.join(", ")}.`);
    process.exit(1);
  }
  console.log(`\n== ${name}`);
  const { main } = (await import(new URL(`./${name}.js`, import.meta.url).href)) as { main(): Promise<Figure[]> };
  const reached = await main();
  if (reached.length === 0) console.log("Skipped: its data is not there. Set GRADUS_DATA to a folder that has it.");
  figures.push(...reached);
}
console.log("\n== targets");
for (const { name, target, measured, reached } of figures) {
  console.log(`${reached ? "reached" : "MISSED "}  ${name}: ${measured} (${target})`);
}
if (figures.some(({ reached }) => !reached)) process.exitCode = 1;
