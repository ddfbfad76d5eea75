/** What a look at the layers tells: gradients that vanish or explode, units that never answer, units at their bounds. */

import { type Finding, limits, shown, shownShare } from "./finding.ts";
import type { LayerLook } from "./look.ts";

export function judgeLayers(layers: readonly LayerLook[]): Finding[] {
  const dead = deadUnits(layers);
  // Where nothing answers no gradient comes through: that is said already.
  const silenced = dead !== null || layers.some(({ dead: share }) => share === 1);
  return [exploding(layers), dead, saturated(layers), silenced ? null : vanishing(layers)].filter(
    (each) => each !== null,
  );
}

interface Weighted extends LayerLook {
  /** `‖∂L/∂W‖ / ‖W‖` */
  readonly relative: number;
}

function weighted(layers: readonly LayerLook[]): Weighted[] {
  return layers.flatMap((layer) => {
    const { gradientNorm, weightNorm } = layer;
    if (gradientNorm === null || weightNorm === null || weightNorm === 0) return [];
    return [{ ...layer, relative: gradientNorm / weightNorm }];
  });
}

/** The first layer against the last, each gradient of its weights. */
function vanishing(layers: readonly LayerLook[]): Finding | null {
  const all = weighted(layers);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined || all.length < 3 || last.relative === 0) return null;
  const ratio = first.relative / last.relative;
  if (!(ratio < limits.vanishing)) return null;
  return {
    name: "vanishing-gradients",
    layer: first.path,
    sentence:
      `The gradient of layer ${first.path}, ${first.title}, is ${shown(first.relative)} of its weights, ${shown(ratio)} of what it is at ` +
      `layer ${last.path}, ${last.title} (limit ${limits.vanishing}): the first layers stand still. Take relu() in place of bounded ` +
      "activations, batchNorm(), or residual(…) around layers.",
    figures: { ratio, first: first.relative, last: last.relative },
  };
}

function exploding(layers: readonly LayerLook[]): Finding | null {
  const found = weighted(layers).reduce<Weighted | null>(
    (most, layer) => (most === null || !(layer.relative <= most.relative) ? layer : most),
    null,
  );
  if (found === null || found.relative <= limits.exploding) return null;
  return {
    name: "exploding-gradients",
    layer: found.path,
    sentence:
      `The gradient of layer ${found.path}, ${found.title}, is ${shown(found.relative)} times its weights (limit ${limits.exploding}). ` +
      "Begin with smaller weights (heNormal() from gradus/initializers), normalize (batchNorm()), or clip gradients (clipNorm: 1).",
    figures: { relative: found.relative },
  };
}

function deadUnits(layers: readonly LayerLook[]): Finding | null {
  const found = worst(layers, "dead");
  if (found === null || found.share <= limits.dead) return null;
  return {
    name: "dead-relus",
    layer: found.path,
    sentence:
      `${shownShare(found.share)} of the units of layer ${found.path}, ${found.title}, answer 0 to every example (limit ` +
      `${shownShare(limits.dead)}): no gradient reaches what is before them. Lower the learning rate, begin with heNormal() and biases of 0, ` +
      "or take leakyRelu().",
    figures: { share: found.share },
  };
}

function saturated(layers: readonly LayerLook[]): Finding | null {
  // What the last layer answers may be as sure as it likes.
  const found = worst(layers.slice(0, -1), "saturated");
  if (found === null || found.share <= limits.saturated) return null;
  return {
    name: "saturated-units",
    layer: found.path,
    sentence:
      `${shownShare(found.share)} of the outputs of layer ${found.path}, ${found.title}, are within a hundredth of their bounds (limit ` +
      `${shownShare(limits.saturated)}), where it is flat. Normalize the inputs, begin with smaller weights (glorotUniform() from ` +
      "gradus/initializers), lower the learning rate, or take relu().",
    figures: { share: found.share },
  };
}

function worst(layers: readonly LayerLook[], what: "dead" | "saturated"): (LayerLook & { share: number }) | null {
  return layers.reduce<(LayerLook & { share: number }) | null>((most, layer) => {
    const share = layer[what];
    return share !== null && share > (most?.share ?? -1) ? { ...layer, share } : most;
  }, null);
}
