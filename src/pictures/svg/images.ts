/** Images side by side in SVG: runs of equal grey in each row, so that every pixel stays a sharp square. Needs no library. */

import type { Image, Images } from "../picture.ts";
import { strengthOf } from "../strength.ts";
import { type Drawing, escaped, widthOf } from "./sheet.ts";

const width = 640;
const gap = 10;
/** Steps between paper and ink, and to each side of grey; no eye sees more. */
const steps = 32;

export function imagesDrawing(picture: Images): Drawing {
  const { images, scale = "ink" } = picture;
  const strength = strengthOf(picture);
  const titled = images.some(({ title }) => title !== undefined);
  const widest = Math.max(1, ...images.map(({ columns }) => columns));
  const caption = Math.max(0, ...images.map(({ title = "" }) => widthOf(title, 11)));
  const size = Math.min(140, Math.max(56, caption, (width + gap) / Math.min(10, images.length) - gap));
  const across = Math.max(1, Math.floor((width + gap) / (size + gap)));
  const unit = size / widest;
  let y = 0;
  const parts: string[] = [];
  for (let first = 0; first < images.length; first += across) {
    const row = images.slice(first, first + across);
    row.forEach((image, index) => {
      parts.push(place(image, { scale, strength }, index * (size + gap), y, unit));
    });
    y += Math.max(...row.map(({ rows }) => rows)) * unit + (titled ? 26 : gap);
  }
  return { width, height: Math.ceil(y), body: parts.join("\n") };
}

interface Inking {
  readonly scale: "ink" | "signed";
  readonly strength: (value: number | undefined) => number;
}

function place(image: Image, inking: Inking, x: number, y: number, unit: number): string {
  const { title, rows, columns } = image;
  const { scale, strength } = inking;
  const scaled = `translate(${number(x)} ${number(y)}) scale(${number(unit)})`;
  const paper = `<rect width="${columns}" height="${rows}" fill="${colour(0, scale)}" stroke="#cccccc" stroke-width="${number(1 / unit)}"/>`;
  const drawn = [...runs(image, strength)].map(
    ([level, path]) => `<path stroke="${colour(level, scale)}" d="${path}"/>`,
  );
  const caption =
    title === undefined
      ? ""
      : `<text x="${number(x + (columns * unit) / 2)}" y="${number(y + rows * unit + 14)}" font-size="11" text-anchor="middle">${escaped(title)}</text>`;
  return `<g transform="${scaled}" shape-rendering="crispEdges">${paper}${drawn.join("")}</g>${caption}`;
}

/** For each step that is not the paper's the horizontal strokes that have it. */
function runs({ rows, columns, values }: Image, strength: Inking["strength"]): Map<number, string> {
  const paths = new Map<number, string>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      const level = Math.round(strength(values[row * columns + column]) * steps);
      let end = column + 1;
      while (end < columns && Math.round(strength(values[row * columns + end]) * steps) === level) end++;
      if (level !== 0) paths.set(level, `${paths.get(level) ?? ""}M${column} ${row + 0.5}h${end - column}`);
      column = end;
    }
  }
  return paths;
}

/** Ink on paper is black on white; signed values go from white to blue above 0 and to red below. */
function colour(level: number, scale: "ink" | "signed"): string {
  const part = Math.min(1, Math.abs(level) / steps);
  const fade = (ink: number): number => Math.round(255 + part * (ink - 255));
  if (scale === "ink") return `rgb(${fade(0)},${fade(0)},${fade(0)})`;
  return level >= 0 ? `rgb(${fade(0)},${fade(90)},${fade(170)})` : `rgb(${fade(190)},${fade(40)},${fade(30)})`;
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}
