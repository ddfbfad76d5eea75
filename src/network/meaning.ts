/** What a network's outputs mean: the word of the last layer that does more than hand its inputs on. */

import type { Network } from "./network.ts";
import type { PlacedLayer } from "./placed.ts";

/** The layer that decides it, if there is one: behind it only flatten, dropout and the like. */
export function decidingLayer(network: Network): PlacedLayer | undefined {
  return inLine(network.layers).findLast(({ layer }) => layer.gives !== "unchanged");
}

/** The layers one after the other: for one that is only a list of layers, those. */
function inLine(layers: readonly PlacedLayer[]): PlacedLayer[] {
  return layers.flatMap((placed) => (placed.layer.gives === "parts" ? inLine(placed.parts) : [placed]));
}

/** Whether the outputs `[classes]` are probabilities already: softmax went along them, wherever it stands. */
export function givesProbabilities(network: Network): boolean {
  const decides = decidingLayer(network);
  return decides?.layer.gives === "probabilities" && decides.outputShape.at(-1) === network.outputShape.at(-1);
}
