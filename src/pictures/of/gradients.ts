/** How large the gradient is at every layer with weights: what vanishes, what explodes. */

import type { LayerLook } from "../../train/health/look.ts";
import type { Chart } from "../picture.ts";

/**
 * Gradient norms by layer, of their weights' norms: from the input to the output, on a logarithmic axis.
 *
 * @param layers  what a look found, `measures.layers` of a diagnosis
 */
export function gradientNormsOf(layers: readonly LayerLook[]): Chart {
  const weighted = layers.filter(({ gradientNorm, weightNorm }) => gradientNorm !== null && weightNorm);
  return {
    kind: "chart",
    title: "Gradient by layer, of its weights",
    x: { label: "layer", names: weighted.map(({ path, title }) => `${path} ${title}`) },
    y: { label: "‖∂L/∂W‖ / ‖W‖", log: true },
    series: [
      { name: "gradient", points: weighted.map((layer, x) => ({ x, y: layer.gradientNorm! / layer.weightNorm! })) },
    ],
  };
}
