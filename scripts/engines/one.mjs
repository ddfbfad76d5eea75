/** Prints the hashes of the trainings on one target in one mode as JSON; null where the engine does not have the mode. */

import { hashes } from "./trainings.mjs";

const [target, numerics] = process.argv.slice(2);
const found = await hashes(target, numerics).catch((error) => {
  if (error.details?.expected === "fused") return null;
  throw error;
});
console.log(JSON.stringify(found));
