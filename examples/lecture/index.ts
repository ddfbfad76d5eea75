/** All experiments of the lecture, in its order: one line each. A mistyped name is answered with the nearest. */

import { convolutionExperiment } from "./convolution.ts";
import { descentExperiment } from "./descent.ts";
import type { Experiment } from "./experiment.ts";
import { fizzbuzzExperiment } from "./fizzbuzz.ts";
import { hiddenLayersExperiment } from "./hidden-layers.ts";
import { kerasDemoExperiment } from "./keras-demo.ts";
import { maxoutExperiment } from "./maxout.ts";
import { neuronExperiment } from "./neuron.ts";
import { optimizersExperiment } from "./optimizers.ts";
import { parityExperiment } from "./parity.ts";
import { regionsExperiment } from "./regions.ts";
import { sawtoothExperiment } from "./sawtooth.ts";
import { softmaxExperiment } from "./softmax.ts";
import { universalityExperiment } from "./universality.ts";
import { vanishingExperiment } from "./vanishing.ts";
import { xorExperiment } from "./xor.ts";

export const experiments: readonly Experiment[] = [
  neuronExperiment,
  softmaxExperiment,
  descentExperiment,
  optimizersExperiment,
  xorExperiment,
  kerasDemoExperiment,
  vanishingExperiment,
  convolutionExperiment,
  maxoutExperiment,
  universalityExperiment,
  sawtoothExperiment,
  regionsExperiment,
  parityExperiment,
  hiddenLayersExperiment,
  fizzbuzzExperiment,
];
