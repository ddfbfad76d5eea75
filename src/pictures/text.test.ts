/** Proves how pictures stand in the terminal: what is drawn where, and that nothing is wider than the terminal. */

import { expect, test } from "vitest";
import type { Chart, Picture } from "./picture.ts";
import { text } from "./text.ts";

const rising: Chart = {
  kind: "chart",
  title: "Rising",
  x: { label: "x" },
  y: { label: "y" },
  series: [
    {
      name: "up",
      points: [
        { x: 0, y: 0 },
        { x: 10, y: 5 },
      ],
    },
    {
      name: "down",
      points: [
        { x: 0, y: 5 },
        { x: 10, y: 0 },
      ],
    },
  ],
};

test("two lines that cross, their marks at the ends", () => {
  expect(text(rising, { width: 30, height: 7 })).toBe(
    [
      "Rising",
      "● up   ▲ down",
      "      5 ┤▲⠒⠤⣀            ⣀⠤⠒●",
      "        │    ⠉⠒⠤⣀    ⣀⠤⠒⠉",
      "        │        ⣉⠶⠶⣉",
      "        │    ⣀⠤⠒⠉    ⠉⠒⠤⣀",
      "      0 ┤●⠤⠒⠉            ⠉⠒⠤▲",
      "        ╰────────────────────",
      "         0   x, y upward   10",
    ].join("\n"),
  );
});

test("a logarithmic axis has equal distances for equal factors", () => {
  const points = [1, 10, 100].map((y, x) => ({ x, y }));
  const lines = text(
    { ...rising, y: { label: "y", log: true }, series: [{ name: "a", points }] },
    { width: 31, height: 7 },
  ).split("\n");
  expect(
    lines
      .slice(1, 6)
      .map((line) => line.indexOf("●"))
      .filter((column) => column >= 0),
  ).toEqual([29, 19, 9]);
});

test("bars lie on their side under their names", () => {
  const bars: Picture = {
    ...rising,
    x: { label: "", names: ["one", "two"] },
    series: [
      {
        name: "a",
        as: "bars",
        points: [
          { x: 0, y: 1 },
          { x: 1, y: 2 },
        ],
      },
    ],
  };
  expect(text(bars, { width: 30 }).split("\n")).toEqual(["Rising", "one ██████▌ 1.00", "two █████████████ 2.00"]);
});

test("nothing to draw is said", () => {
  expect(text({ ...rising, series: [{ name: "a", points: [{ x: 0, y: Number.NaN }] }] })).toContain(
    "(no point to draw)",
  );
});

test("a surface shows low light and high dark, and where a path goes", () => {
  const drawn = text(
    {
      kind: "surface",
      title: "Slope",
      x: { label: "w", from: 0, to: 1 },
      y: { label: "b", from: 0, to: 1 },
      rows: 2,
      columns: 5,
      values: [0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
      paths: [
        {
          name: "path",
          points: [
            { x: 0, y: 1 },
            { x: 7, y: 7 },
          ],
        },
      ],
    },
    { width: 22, height: 7 },
  ).split("\n");
  expect(drawn[1]).toBe("● path");
  expect(drawn[2]).toMatch(/^ {2}●·+░+▒+▓+$/);
  expect(drawn.at(-1)).toBe("  w from 0 to 1, b from 0 to 1 upward");
});

test("a matrix cuts columns that do not fit", () => {
  const columns = Array.from({ length: 40 }, (_, index) => String(index));
  const lines = text(
    {
      kind: "matrix",
      title: "wide",
      rowLabel: "t",
      columnLabel: "a",
      rows: ["r"],
      columns,
      values: [columns.map(Number)],
    },
    { width: 40 },
  ).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines.at(-1)).toBe("… and 31 more columns");
});
