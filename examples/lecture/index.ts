/** All experiments of the lecture, in its order: one line each. A mistyped name is answered with the nearest. */

import { batchSizeExperiment } from "./batch-size.ts";
import { convolutionExperiment } from "./convolution.ts";
import { deepOrWideExperiment } from "./deep-or-wide.ts";
import { descentExperiment } from "./descent.ts";
import type { Experiment } from "./experiment.ts";
import { fewParametersExperiment } from "./few-parameters.ts";
import { filtersExperiment } from "./filters.ts";
import { fizzbuzzExperiment } from "./fizzbuzz.ts";
import { hiddenLayersExperiment } from "./hidden-layers.ts";
import { kerasDemoExperiment } from "./keras-demo.ts";
import { maxoutExperiment } from "./maxout.ts";
import { neuronExperiment } from "./neuron.ts";
import { optimizersExperiment } from "./optimizers.ts";
import { parityExperiment } from "./parity.ts";
import { plainOrResidualExperiment } from "./plain-or-residual.ts";
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
  batchSizeExperiment,
  vanishingExperiment,
  plainOrResidualExperiment,
  convolutionExperiment,
  maxoutExperiment,
  fewParametersExperiment,
  filtersExperiment,
  deepOrWideExperiment,
  universalityExperiment,
  sawtoothExperiment,
  regionsExperiment,
  parityExperiment,
  hiddenLayersExperiment,
  fizzbuzzExperiment,
];
