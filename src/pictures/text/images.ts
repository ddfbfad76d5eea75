/** Images in the terminal, framed, side by side as many as there is room for. Signed ones go from dark below 0 to light above. */

import type { Images } from "../picture.ts";
import { strengthOf } from "../strength.ts";
import { drawImage, frame } from "../terminal/image.ts";
import { beside } from "../terminal/style.ts";
import type { Room } from "./chart.ts";

/** More scroll away. */
const mostShown = 12;

export function imagesLines(picture: Images, { width, style }: Room): string[] {
  const { images, scale = "ink" } = picture;
  const strength = strengthOf(picture);
  const widest = Math.max(1, ...images.map(({ columns }) => columns));
  if (widest + 2 > width) return [style.dim(`(images of ${widest} columns; the terminal has ${width})`)];
  const perRow = Math.max(1, Math.floor((width + 1) / (widest + 3)));
  const shown = images.slice(0, Math.max(perRow, Math.min(mostShown, images.length)));
  const blocks = shown.map(({ title, rows, columns, values }) => {
    const grey = (place: number): number => {
      const strong = strength(values[place]);
      if (scale === "ink") return strong;
      // Without greys, ink is what is clearly above 0.
      return style.colour ? (strong + 1) / 2 : 2 * strong;
    };
    const pixels = Float64Array.from({ length: rows * columns }, (_, place) => grey(place));
    const drawn = frame(drawImage(pixels, rows, columns, style), columns, style);
    return title === undefined ? drawn : [...drawn, style.dim(title.slice(0, columns + 2))];
  });
  const lines: string[] = [];
  for (let first = 0; first < blocks.length; first += perRow) {
    lines.push(...beside(1, ...blocks.slice(first, first + perRow)));
  }
  const left = images.length - shown.length;
  return left === 0 ? lines : [...lines, style.dim(`… and ${left} more`)];
}
