/** Fat and short, or thin and tall? Networks with as many parameters, one to four hidden layers, seed by seed. */

import { adam, cosine } from "gradus";
import { type Comparison, compare, comparisonCharts, comparisonTable, deep } from "gradus/search";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";

async function run({ short, tell, data }: Setting): Promise<Report> {
  const mnist = await data("mnist");
  const digits = { train: mnist.train.take(short ? 500 : 10_000), test: short ? mnist.test.take(500) : mnist.test };
  const result = await compare({
    data: digits,
    families: [1, 2, 3, 4].map((depth) => deep(depth, [28, 28], 10)),
    budgets: short ? [10_000] : [20_000, 80_000, 320_000],
    seeds: short ? 2 : 5,
    epochs: short ? 2 : 15,
    batchSize: 100,
    // The rate falls to 0, so that the last steps are no noise: with one that stays, most differences drown in it.
    optimizer: adam({ learningRate: cosine(0.003) }),
    onOutcome: ({ family, budget, seed }, done, all) => {
      if (seed === 1) tell(`${family}, ${budget} parameters (${done} of ${all})`);
    },
  });
  const { cells, differences, outcomes } = result;
  return {
    tables: [comparisonTable(result)],
    pictures: comparisonCharts(result),
    figures: { cells, differences, outcomes: outcomes.map(({ failedAt: _, ...outcome }) => outcome) },
    verdict: verdictOf(result),
  };
}

function verdictOf({ differences, sentences }: Comparison): Verdict {
  const told = differences.filter(({ difference }) => difference !== null);
  const better = told.filter(({ difference }) => difference!.high < 0).length;
  const worse = told.filter(({ difference }) => difference!.low > 0).length;
  const agrees = better === told.length ? "yes" : better > worse ? "partly" : "no";
  return {
    says:
      "with as many parameters a thin and tall network beats a fat and short one (word error in Seide, Li, Yu 2011: five layers of 2k 17.2 %, one layer " +
      "of 3772 22.5 %; seven 17.1 %, one of 4634 22.6 %)",
    measured:
      `of ${told.length} comparisons of two, three and four hidden layers with one, on digits with five paired seeds each, the deeper net is better in ` +
      `${better}, worse in ${worse}, and in ${told.length - better - worse} no difference can be told at 95 %. ${sentences.at(-1)!.replace(/\.$/, "")}`,
    agrees,
    ...(agrees !== "yes" && {
      because:
        "What can be told at 95 % depends on noise as much as on depth: with a rate that does not fall fewer differences can be told, and with a " +
        "lower one, which trains the shallow nets less, more. Seide's task, speech, has far more data, and gains five points.",
    }),
  };
}

export const deepOrWideExperiment: Experiment = {
  name: "deep-or-wide",
  question: "Fat and short, or thin and tall, with as many parameters?",
  needs: ["mnist"],
  run,
};
