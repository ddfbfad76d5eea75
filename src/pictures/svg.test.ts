/** Proves that every kind of picture becomes a well-formed SVG file, the same each time, whatever the texts and numbers in it. */

import { expect, test, vi } from "vitest";
import type { Chart, Picture } from "./picture.ts";
import { svg } from "./svg.ts";

const hostile = `<script>&"'\u0000 ]]>`;
const chart: Chart = {
  kind: "chart",
  title: hostile,
  x: { label: "epoch" },
  y: { label: "loss", log: true },
  series: [
    { name: hostile, points: [1, 2, 3].map((x) => ({ x, y: 1 / x, low: 0.5 / x, high: 2 / x })) },
    {
      name: "dots",
      as: "dots",
      points: [
        { x: 1, y: Number.NaN },
        { x: 2, y: -1 },
        { x: 3, y: 0.5, low: 0.4, high: 0.6 },
      ],
    },
  ],
};
const pictures: readonly Picture[] = [
  chart,
  { ...chart, series: chart.series.map((series, index) => ({ ...series, panel: `panel ${index}` })) },
  {
    ...chart,
    x: { label: "setting", names: ["a long name of a setting", "another"] },
    series: ["said", "found"].map((name) => ({
      name,
      as: "bars" as const,
      points: [
        { x: 0, y: 1 },
        { x: 1, y: 2 },
      ],
    })),
  },
  { ...chart, series: [{ name: "nothing", points: [] }] },
  {
    kind: "surface",
    title: "valley",
    x: { label: "w", from: -1, to: 1 },
    y: { label: "b", from: -1, to: 1 },
    rows: 5,
    columns: 4,
    values: Float64Array.from({ length: 20 }, (_, place) => (place === 3 ? Number.POSITIVE_INFINITY : place ** 2)),
    paths: [
      {
        name: "descent",
        points: [
          { x: -1, y: 1 },
          { x: 5, y: 0 },
        ],
      },
    ],
  },
  { kind: "images", title: "one", images: [{ title: hostile, rows: 1, columns: 3, values: [0, 0.5, Number.NaN] }] },
  { kind: "images", title: "signed", scale: "signed", images: [{ rows: 1, columns: 3, values: [-2, 0, 1] }] },
  {
    kind: "matrix",
    title: "confusion",
    rowLabel: "true",
    columnLabel: "answered",
    rows: ["same", "same"],
    columns: [hostile, "b"],
    values: [
      [3, 0],
      [1, 2.5],
    ],
  },
];

/** Elements that are opened and not closed, or the other way round. */
function unclosed(file: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, alone] of file.matchAll(/<(\/?)([a-zA-Z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (alone) continue;
    if (!closing) open.push(name!);
    else if (open.pop() !== name) return [...open, `/${name}`];
  }
  return open;
}

test.each(pictures.map((picture, index) => [index, picture] as const))(
  "picture %i is well formed",
  async (_, picture) => {
    const file = await svg(picture);
    expect(await svg(picture)).toBe(file);
    expect(file).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="[\d.]+" height="[\d.]+"/);
    expect(file).not.toMatch(/<script|NaN|undefined|Infinity/);
    expect(unclosed(file)).toEqual([]);
  },
);

test("a line has a point for each value, a band and its name in the legend", async () => {
  const file = await svg({ ...chart, title: "two" });
  expect(file.match(/aria-label="line"/g)).toHaveLength(1);
  expect(file.match(/aria-label="area"/g)).toHaveLength(1);
  expect(file).toContain("&lt;script&gt;&amp;&quot;");
  expect(file).toContain(">dots<");
});

test("an image is runs of equal ink", async () => {
  const file = await svg({ kind: "images", title: "", images: [{ rows: 2, columns: 3, values: [1, 1, 0, 0, 1, 1] }] });
  expect(file).toContain('<path stroke="rgb(0,0,0)" d="M0 0.5h2M1 1.5h2"/>');
});

test("without the packages that draw, the sentence says what to install", async () => {
  vi.resetModules();
  vi.doMock("@observablehq/plot", () => {
    throw new Error("not installed");
  });
  const alone = await import("./svg.ts");
  await expect(alone.svg(chart)).rejects.toThrow(
    "svg: charts are drawn by the packages @observablehq/plot and linkedom; they are not installed. " +
      "npm install @observablehq/plot linkedom.",
  );
  vi.doUnmock("@observablehq/plot");
});
