/** `gradus predict`: what a saved model sees in pictures. Shows what the network got to see beside its ten (or more) confidences. */

import { readFile } from "#file";
import { sizeOf } from "../base/shape.ts";
import { jsonLine, printable } from "../base/show.ts";
import { fitImage } from "../data/fit.ts";
import { type Image, readImage } from "../data/image.ts";
import type { Classification } from "../network/answer.ts";
import type { Network } from "../network/network.ts";
import { drawConfidences } from "../pictures/terminal/bars.ts";
import { drawableSize, drawImage, frame } from "../pictures/terminal/image.ts";
import { percent, thousands } from "../pictures/terminal/numbers.ts";
import { beside, visible } from "../pictures/terminal/style.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { inWords, shapeInWords } from "./data.ts";
import { jsonFlag } from "./flags.ts";
import { openModel } from "./model.ts";
import { indent } from "./report.ts";
import { print, type Terminal } from "./terminal.ts";

export const predictCommand: Command = {
  name: "predict",
  usage: "MODEL [FILE…] [FLAGS]",
  about:
    "Shows pictures to a saved model: what it gets to see, and how sure it is of each class. Confidences come from softmax; they " +
    "add up to 100 %.\n\n" +
    "MODEL is a .safetensors file or a run folder. FILE is PGM; or PNG, JPEG, WebP, GIF, where the package sharp is installed. " +
    "Without a file, or for -, a picture is read from standard input.\n\n" +
    "A picture of exactly the network's size is taken as it is. Any other is searched for ink, dark on bright or bright on dark; " +
    "what is found is cut out and scaled as the digits were that the network learned from.",
  flags: [jsonFlag],
  examples: [
    { line: "gradus predict runs/first seven.pgm", note: "one picture" },
    { line: "gradus predict runs/first *.png --json", note: "one line of JSON for each" },
    { line: "magick photo.jpg pgm:- | gradus predict runs/first", note: "from another program" },
  ],
  run: runPredict,
};

async function runPredict(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const network = await openModel("predict", args);
  checkOutputs(network);
  const files = args.positionals.slice(1);
  for (const file of files.length === 0 ? ["-"] : files) {
    const name = file === "-" ? "standard input" : file;
    const image = await readImage(file === "-" ? await fromInput(terminal) : await readFile(file), name);
    const input = fitImage(image, network.inputShape, network.normalization, name);
    const answer = (await network.classify(input)) as Classification;
    const names = answer.confidences.map((_, index) => network.classes?.[index] ?? String(index));
    if (args.has("json")) {
      print(terminal, jsonLine({ event: "prediction", file: name, ...answer, classes: names }));
    } else show(name, image, network, answer, names, terminal);
  }
  return 0;
}

/** Confidences beyond these are no answer anybody reads. */
const mostOutputs = 65_536;

function checkOutputs({ outputShape }: Network): void {
  if (!(sizeOf(outputShape) > mostOutputs)) return;
  throw new UsageError(
    `gradus predict: shows up to ${thousands(mostOutputs)} classes; the model gives ${shapeInWords(outputShape)} numbers. ` +
      "Ask it in a program: net.predict(x).",
  );
}

async function fromInput(terminal: Terminal): Promise<Uint8Array> {
  const bytes = await terminal.readInput();
  if (bytes !== null && bytes.length > 0) return bytes;
  throw new UsageError("gradus predict: needs a picture: gradus predict MODEL FILE, or PGM on standard input.");
}

/** More bars than a screen has lines are cut to the surest. */
const mostBars = 30;
const fewBars = 10;

function show(
  name: string,
  image: Image,
  network: Network,
  answer: Classification,
  names: readonly string[],
  terminal: Terminal,
): void {
  const { style } = terminal;
  const picture = seen(name, image, network, terminal);
  const { confidences } = answer;
  const order = [...confidences.keys()];
  const many = order.length > mostBars;
  const shown = many ? order.sort((a, b) => confidences[b]! - confidences[a]!).slice(0, fewBars) : order;
  const labels = shown.map((index) => inWords(names[index]!));
  const left = picture.length === 0 ? 0 : visible(picture[0]!).length + 3;
  const room = terminal.width - left - 2 - Math.max(...labels.map((label) => label.length)) - 10;
  const width = Math.max(8, Math.min(30, room));
  const bars = drawConfidences(
    labels,
    shown.map((index) => confidences[index]!),
    width,
    style,
  );
  const rest = many ? [style.dim(`the surest ${fewBars} of ${thousands(order.length)} classes`)] : [];
  const label = style.bold(style.green(inWords(answer.label)));
  const headline = `${style.bold(printable(name))}: ${label}, ${percent(answer.confidence)} sure`;
  const right = [...bars, ...rest];
  print(terminal, "", headline, ...indent(picture.length === 0 ? right : beside(3, picture, right)));
}

/** What the network got to see, before normalization, as people see it; nothing where it does not fit. */
function seen(name: string, image: Image, network: Network, { style, width }: Terminal): string[] {
  const size = drawableSize(network.inputShape, width);
  if (size === null) return [];
  const { rows, columns } = size;
  const pixels = fitImage(image, network.inputShape, null, name).data;
  return frame(drawImage(pixels, rows, columns, style), columns, style);
}
