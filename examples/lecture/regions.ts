/** Into how many flat regions relu networks cut the plane: four layers of 8 units, random and built to fold it, against one layer of 32. */

import { mlp, type Network, normal, type Shape, type Tensor, tensor } from "gradus";
import type { Image } from "gradus/pictures";
import { cellsOf, middleOf } from "./cells.ts";
import type { Experiment, Report, Setting, Verdict } from "./experiment.ts";
import { median, range, spaced } from "./numbers.ts";
import { affineLayers } from "./pieces.ts";
import { withWeights } from "./weights.ts";

type Planar = Network<[2], [1]>;

/**
 * Montúfar's network: of each layer's 8 units four fold one axis, so that the zigzag h₁ − h₂ + h₃ − h₄ runs over [0, 1] four times; the last
 * layer draws eight lines that all cross each other inside of the square.
 */
function folding(layers: number): Planar {
  const zigzag = [1, -1, 1, -1];
  const none = [0, 0, 0, 0];
  const slopes = [4, 8, 8, 8];
  const first = [...slopes.map((s) => [s, 0]), ...slopes.map((s) => [0, s])];
  const later = [
    ...slopes.map((s) => [...zigzag.map((z) => s * z), ...none]),
    ...slopes.map((s) => [...none, ...zigzag.map((z) => s * z)]),
  ];
  const folds = [0, -2, -4, -6, 0, -2, -4, -6];
  // Tangents to a small circle around the middle, at equal angles; every second looks the other way.
  const lines = range(0, 7).map((i) => {
    const [angle, sign] = [(i * Math.PI) / 8 + 0.1, i % 2 === 0 ? 1 : -1];
    const [a, b] = [sign * Math.cos(angle), sign * Math.sin(angle)];
    return { row: [...zigzag.map((z) => a * z), ...zigzag.map((z) => b * z)], bias: sign * 0.06 - (a + b) / 2 };
  });
  return withWeights(
    mlp([2], Array(layers).fill(8), 1),
    first.flat(),
    folds,
    ...range(3, layers).flatMap(() => [later.flat(), folds]),
    lines.flatMap(({ row }) => row),
    lines.map(({ bias }) => bias),
    range(0, 7).map((i) => 1 + 0.1 * i * i),
    [0],
  );
}

/** A network as it may begin: He's weights, and biases as wide as one. */
function random(hidden: readonly number[], seed: number): Planar {
  const net = mlp([2], hidden, 1) as Planar;
  const values = net.parameterSpecs.map(({ name, shape, kind }, i): [string, Tensor] => {
    const [, fanIn = 1] = shape;
    return [name, normal(shape, { seed: 100 * seed + i, deviation: kind === "bias" ? 1 : Math.sqrt(2 / fanIn) })];
  });
  net.setParameters(new Map(values));
  return net;
}

/** At so many points, how many different sets of units the network itself finds active, in float64. */
async function patternsAt(net: Planar, points: readonly (readonly [number, number])[]): Promise<string[]> {
  const state = new Map([...net.parameters].map(([name, value]) => [name, value.cast("float64") as Tensor]));
  const x = tensor(points.flat(), { shape: [points.length, 2], dtype: "float64" });
  const active: Tensor<Shape>[] = [];
  net.apply(state, x as Tensor, {
    training: false,
    random: null,
    observe: ({ layer }, output) => {
      if (layer.name === "relu") active.push(output.greater(0));
    },
  });
  const layers = (await Promise.all(active.map((one) => one.array()))) as unknown as boolean[][][];
  return points.map((_, point) => layers.map((layer) => layer[point]!.map(Number).join("")).join(" "));
}

/** The plane, as far as lines of random networks cross: 10⁵ to every side. */
const far = 1e5;

async function countRandom(hidden: readonly number[], seeds: readonly number[]): Promise<number[]> {
  const counts: number[] = [];
  for (const seed of seeds) counts.push(cellsOf(await affineLayers(random(hidden, seed)), -far, far).counts.at(-1)!);
  return counts;
}

/** Lines in the plane: at most 1 + n + n(n − 1)/2 regions. */
const byLines = (n: number): number => 1 + n + (n * (n - 1)) / 2;

interface Found {
  readonly depth: number;
  /** Of the built network on the unit square: by theory, counted after each layer, and sets of active units that it finds itself. */
  readonly atLeast: number;
  readonly counts: readonly number[];
  readonly distinct: number;
  /** Cells where it is level along an axis; where there are none, it changes at every fold, so that each cell is a piece of its own. */
  readonly level: number;
  /** Of random networks, by seed, and what one layer can have at most. */
  readonly deep: readonly number[];
  readonly shallow: readonly number[];
  readonly most: number;
}

async function measure({ short, tell }: Setting): Promise<Found> {
  const depth = short ? 3 : 4;
  tell(`a network built to fold, ${depth} layers of 8`);
  const net = folding(depth);
  const { cells, counts } = cellsOf(await affineLayers(net), 0, 1);
  const seeds = range(1, short ? 2 : 10);
  tell(`random networks, ${seeds.length} seeds`);
  return {
    depth,
    atLeast: 16 ** (depth - 1) * byLines(8),
    counts,
    distinct: new Set(await patternsAt(net, cells.map(middleOf))).size,
    level: cells.filter(({ units: [unit] }) => Math.abs(unit!.a) < 1e-9 || Math.abs(unit!.b) < 1e-9).length,
    deep: await countRandom(Array(depth).fill(8), seeds),
    shallow: await countRandom([8 * depth], seeds),
    most: byLines(8 * depth),
  };
}

async function run(setting: Setting): Promise<Report> {
  const found = await measure(setting);
  const { depth, atLeast, counts, deep, shallow, most } = found;
  const [layers, one] = [`${depth} layers of 8`, `one layer of ${8 * depth}`];
  return {
    tables: [
      {
        title: `Regions of ${8 * depth} relu units over two inputs`,
        columns: ["network", "theory", "counted"],
        rows: [
          [`${layers}, built, unit square`, `at least ${atLeast}`, String(counts.at(-1))],
          [`${layers}, random`, `at most ${byLines(8) ** depth}`, `${spread(deep)}, median ${median(deep)}`],
          [`${one}, random`, `at most ${most}`, `${spread(shallow)}, median ${median(shallow)}`],
        ],
      },
      {
        title: "The built network on the unit square, layer by layer",
        columns: ["layer", "regions"],
        rows: counts.map((count, i) => [i + 1, String(count)]),
      },
    ],
    pictures: [
      {
        kind: "chart",
        title: "Regions by layers of 8 units",
        x: { label: "layers" },
        y: { label: "regions", log: true },
        series: [
          { name: "built", points: counts.map((y, i) => ({ x: i + 1, y })) },
          {
            name: "random",
            as: "dots",
            points: [{ x: depth, y: median(deep), low: Math.min(...deep), high: Math.max(...deep) }],
          },
          { name: "one layer, at most", points: range(1, depth).map((x) => ({ x, y: byLines(8 * x) })) },
        ],
      },
      {
        kind: "images",
        title: "Regions of random networks around the origin",
        images: [await picture(one, [8 * depth]), await picture(layers, Array(depth).fill(8))],
      },
    ],
    figures: { ...found },
    verdict: verdictOf(found),
  };
}

const spread = (all: readonly number[]): string => [...new Set([Math.min(...all), Math.max(...all)])].join(" to ");

function verdictOf({ depth, atLeast, counts, distinct, level, deep, shallow, most }: Found): Verdict {
  const cells = counts.at(-1)!;
  const isMade = cells >= atLeast && distinct === cells && level === 0;
  const agrees = isMade && Math.max(...shallow) <= most;
  return {
    says: "four layers of 8 units can cut the plane into at least 151,552 regions, and one layer of 32 into at most 529",
    measured:
      `the built network has ${cells} in the unit square (bound for ${depth} layers: ${atLeast}; in the middle of each it finds another set of ` +
      `units active, ${distinct} in all); random layers of ${8 * depth} have ${spread(shallow)}; but random networks of ${depth} layers of 8 have ` +
      `${spread(deep)} (median ${median(deep)}): the bound says what weights can do, not what they do by chance`,
    agrees: agrees ? "yes" : isMade ? "partly" : "no",
    ...(!agrees && {
      because: isMade ? "One layer has more than it can have." : `In ${level} cells the built network is level.`,
    }),
  };
}

/** Each region in a grey of its own, between −3 and 3. */
async function picture(title: string, hidden: readonly number[]): Promise<Image> {
  const size = 72;
  const at = spaced(-3, 3, size);
  const points = at.flatMap((y) => at.map((x) => [x, y] as const));
  const patterns = await patternsAt(random(hidden, 1), points);
  const names = [...new Set(patterns)];
  const grey = new Map(names.map((name, i) => [name, (i * 0.618) % 1]));
  return { title, rows: size, columns: size, values: patterns.map((pattern) => grey.get(pattern)!) };
}

export const regionsExperiment: Experiment = {
  name: "regions",
  question: "Into how many flat regions do deep and wide relu networks cut the plane?",
  needs: [],
  run,
};
