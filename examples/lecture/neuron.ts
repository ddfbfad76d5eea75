/** The neuron and the network that the lecture works through by hand: what goes through it forward, and the gradients backward. */

import { tensor } from "gradus";
import { sigmoid } from "gradus/functions";
import { activations, gradients, known, largestDifference } from "../worked-network.ts";
import type { Experiment, Report } from "./experiment.ts";

const input = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6];

/** What a neuron with weight 1 and bias 0 answers. */
async function neuron(): Promise<{ x: number; y: number }[]> {
  const y = await sigmoid(tensor(input, { dtype: "float64" })).array();
  return input.map((x, index) => ({ x, y: y[index]! }));
}

async function run(): Promise<Report> {
  const passed = [await activations(known.input, "float64"), await activations([0, 0], "float64")] as const;
  const { dW, dz } = await gradients("float64");
  const forward = Math.max(
    largestDifference([...passed[0]], known.activations),
    largestDifference([...passed[1].slice(0, 2)], known.zeros.slice(0, 2)),
  );
  const backward = Math.max(largestDifference(dW, known.dW), largestDifference(dz, known.dz));
  const rows = passed.map((layers, index) => [index === 0 ? "(1, −1)" : "(0, 0)", ...layers.map(vector)]);
  return {
    tables: [
      { title: "Forward", columns: ["input", "layer 1", "layer 2", "output"], rows },
      {
        title: "Backward, ½|y − t|² with t = (1, 0)",
        columns: ["layer", "∂l/∂z", "∂l/∂W, row by row"],
        rows: dz.map((z, index) => [index + 1, vector(z), dW[index]!.map(vector).join(" ")]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "The neuron: σ(z) for z = w·x + b",
        x: { label: "z" },
        y: { label: "σ(z)" },
        series: [{ name: "sigmoid", points: await neuron() }],
      },
    ],
    figures: { activations: passed, dW, dz, forwardError: forward, backwardError: backward },
    verdict: {
      says: "the worked network makes (0.62, 0.83) of (1, −1) and (0.51, 0.85) of (0, 0)",
      measured:
        `${vector(passed[0][2]!)} and ${vector(passed[1][2]!)}; values are off by at most ${forward.toExponential(1)}, ` +
        `gradients by ${backward.toExponential(1)}`,
      agrees: forward <= 1e-12 && backward <= 1e-9 ? "yes" : "no",
    },
  };
}

function vector(values: readonly number[]): string {
  return `(${values.map((value) => value.toFixed(Math.abs(value) < 0.1 ? 4 : 3)).join(", ")})`;
}

export const neuronExperiment: Experiment = {
  name: "neuron",
  question: "What does a neuron compute, and the network worked by hand?",
  needs: [],
  run,
};
