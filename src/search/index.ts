/** The door `gradus/search`: families of networks compared with equal parameters, work or time. */

export { type CompareOptions, compare } from "./compare.ts";
export { type Cell, type Comparison, comparisonCharts, comparisonTable, type Difference } from "./comparison.ts";
export { deep, type Family, family, type Member, memberFor } from "./family.ts";
export { type Interval, intervalOf } from "./student.ts";
export type { Outcome } from "./trial.ts";
