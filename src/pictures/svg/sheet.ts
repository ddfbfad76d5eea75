/**
 * The sheet that a drawing lies on: white paper with a title, a legend and the drawing below. Text is written as it is, whatever it
 * holds; widths are estimated, since nothing here knows fonts.
 */

/** Colours that people with colour-blindness tell apart, after Okabe and Ito (2008); the first is the darkest. */
export const palette: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#7f4a00",
  "#777777",
  "#5e3c99",
  "#1b1b1b",
];

export function colourOf(index: number): string {
  return palette[index % palette.length]!;
}

/** A drawing of known size in SVG elements. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

const margin = 12;
const font = 'font-family="system-ui, sans-serif"';

/** An SVG file: title, legend (a name per colour; none for a single one that says nothing), drawing. */
export function sheet(title: string, legend: readonly string[], drawing: Drawing): string {
  const width = drawing.width + 2 * margin;
  const entries = layLegend(legend, width - 2 * margin);
  const top = 34 + entries.height;
  const height = top + drawing.height + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${font}>`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${margin}" y="23" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...entries.parts,
    `<g transform="translate(${margin} ${top})">${drawing.body}</g>`,
    "</svg>",
    "",
  ].join("\n");
}

/** Coloured squares with names, in as many lines as they need. */
function layLegend(names: readonly string[], width: number): { parts: string[]; height: number } {
  const parts: string[] = [];
  let [x, line] = [0, 0];
  for (const [index, name] of names.entries()) {
    const needed = 16 + widthOf(name, 12) + 14;
    if (x > 0 && x + needed > width) [x, line] = [0, line + 1];
    const [left, top] = [margin + x, 34 + 18 * line];
    parts.push(`<rect x="${left}" y="${top}" width="11" height="11" rx="2" fill="${colourOf(index)}"/>`);
    parts.push(`<text x="${left + 16}" y="${top + 10}" font-size="12">${escaped(name)}</text>`);
    x += needed;
  }
  return { parts, height: names.length === 0 ? 0 : 18 * (line + 1) + 6 };
}

/** Pixels that a text takes, about. */
export function widthOf(text: string, size: number): number {
  return Math.ceil(text.length * size * 0.6);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it may stand in an SVG file; what XML cannot hold becomes a mark. */
export function escaped(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
  return clean.replace(/[&<>"]/g, (one) => entities[one]!);
}
