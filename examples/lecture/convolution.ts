/** Convolution and pooling in the figures of the slides, and the few parameters of the convolutional network. */

import { lectureCnn, type Tensor, tensor } from "gradus";
import { conv2d, maxPool2d } from "gradus/functions";
import type { Image } from "gradus/pictures";
import type { Experiment, Report, Verdict } from "./experiment.ts";

type Rows = readonly (readonly number[])[];

/** The slide's image, its two filters, and what it says comes of them. */
const image = ["100001", "010010", "001100", "100010", "010010", "001010"].map((row) => [...row].map(Number));
const filters: readonly { readonly filter: Rows; readonly map: Rows; readonly pooled: Rows }[] = [
  {
    filter: [
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ],
    map: [
      [3, -1, -3, -1],
      [-3, 1, 0, -3],
      [-3, -3, 0, 1],
      [3, -2, -2, -1],
    ],
    pooled: [
      [3, 0],
      [3, 1],
    ],
  },
  {
    filter: [
      [-1, 1, -1],
      [-1, 1, -1],
      [-1, 1, -1],
    ],
    map: [
      [-1, -1, -1, -1],
      [-1, -1, -2, 1],
      [-1, -1, -2, 1],
      [-1, 0, -4, 3],
    ],
    pooled: [
      [-1, 1],
      [0, 3],
    ],
  },
];

/** Both feature maps and what pooling leaves of them. */
async function convolve(): Promise<{ map: Rows; pooled: Rows }[]> {
  const x = tensor(image.flat(), { shape: [1, 6, 6, 1] });
  const weight = tensor(
    filters.flatMap(({ filter }) => filter.flat()),
    { shape: [2, 1, 3, 3] },
  );
  const maps = conv2d(x, weight);
  const channel = async (all: Tensor, index: number): Promise<Rows> => {
    const [, rows, columns] = all.shape as [number, number, number, number];
    const one = all.slice([0, 0, 0, index], [1, rows, columns, index + 1]).reshape([rows, columns]);
    return (await one.array()) as number[][];
  };
  const pooled = maxPool2d(maps, 2);
  return Promise.all(filters.map(async (_, i) => ({ map: await channel(maps, i), pooled: await channel(pooled, i) })));
}

/** Parameters layer by layer, of layers that have any. */
function parametersOf({ layers }: ReturnType<typeof lectureCnn>): { layer: string; count: number }[] {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dimension) => product * dimension, 1);
  return layers
    .map(({ layer, parameters }) => ({
      layer: layer.title,
      count: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    }))
    .filter(({ count }) => count > 0);
}

const same = (a: Rows, b: Rows): boolean => JSON.stringify(a) === JSON.stringify(b);
const inOneLine = (rows: Rows): string => rows.map((row) => row.join(" ")).join(" | ");

async function run(): Promise<Report> {
  const found = await convolve();
  const asOnSlide = found.map(({ map, pooled }, i) => same(map, filters[i]!.map) && same(pooled, filters[i]!.pooled));
  const cnn = lectureCnn();
  const parameters = parametersOf(cnn);
  // A layer that joins each of the 6×6 pixels with each of the 4×4 places, for each of the two filters.
  const joined = 36 * 16 * filters.length;
  return {
    tables: [
      {
        title: "The slide's image under its two filters",
        columns: ["filter", "as on the slide", "after 2×2 max pooling", "feature map"],
        rows: found.map(({ map, pooled }, i) => [
          i + 1,
          asOnSlide[i] ? "yes" : "no",
          inOneLine(pooled),
          inOneLine(map),
        ]),
      },
      {
        title: "Weights from 6×6 pixels to two maps of 4×4",
        columns: ["layer", "weights"],
        rows: [
          ["convolution, two filters of 3×3", 9 * filters.length],
          ["fully connected", joined],
        ],
      },
      {
        title: "The lecture's convolutional network",
        columns: ["layer", "parameters"],
        rows: [...parameters, { layer: "all", count: cnn.parameterCount }].map(({ layer, count }) => [
          layer,
          `${count}`,
        ]),
      },
    ],
    pictures: [
      {
        kind: "images",
        title: "Image, filters, feature maps, what pooling leaves",
        scale: "signed",
        images: [
          picture("image", image),
          ...found.flatMap(({ map, pooled }, i) => [
            picture(`filter ${i + 1}`, filters[i]!.filter),
            picture("its map", map),
            picture("pooled", pooled),
          ]),
        ],
      },
    ],
    figures: { found, asOnSlide, parameters, total: cnn.parameterCount },
    verdict: verdictOf(asOnSlide, cnn.parameterCount),
  };
}

function verdictOf(asOnSlide: readonly boolean[], parameters: number): Verdict {
  const same = asOnSlide.every(Boolean);
  const agrees = same && parameters === 137_660;
  return {
    says:
      "the two filters and 2×2 pooling make the maps of the slide, and the network with 25 and 50 filters has few parameters (137,660, " +
      "counted by its layers)",
    measured: `${same ? "the same numbers throughout" : "other numbers"}, and ${parameters} parameters`,
    agrees: agrees ? "yes" : "no",
    ...(!agrees && { because: same ? "The layers are others." : "A number of a map is another one." }),
  };
}

function picture(title: string, rows: Rows): Image {
  return { title, rows: rows.length, columns: rows[0]!.length, values: rows.flat() };
}

export const convolutionExperiment: Experiment = {
  name: "convolution",
  question: "What do convolution and pooling compute, and with how few parameters?",
  needs: [],
  run,
};
