/** `gradus predict`: what a saved model sees in pictures. Shows what the network got to see beside its ten (or more) confidences. */

import { readFile } from "#file";
import { fitImage } from "../data/fit.ts";
import { type Image, readImage } from "../data/image.ts";
import type { Classification } from "../network/answer.ts";
import type { Network } from "../network/network.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Command, ExitCode } from "./command.ts";
import { jsonFlag } from "./flags.ts";
import { openModel } from "./model.ts";
import { indent } from "./report.ts";
import { drawConfidences } from "./terminal/bars.ts";
import { drawImage, frame, imageSize } from "./terminal/image.ts";
import { percent } from "./terminal/numbers.ts";
import { beside } from "./terminal/style.ts";
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
  const files = args.positionals.slice(1);
  for (const file of files.length === 0 ? ["-"] : files) {
    const name = file === "-" ? "standard input" : file;
    const image = await readImage(file === "-" ? await fromInput(terminal) : await readFile(file), name);
    const input = fitImage(image, network.inputShape, network.normalization, name);
    const answer = (await network.classify(input)) as Classification;
    const names = answer.confidences.map((_, index) => network.classes?.[index] ?? String(index));
    if (args.has("json")) {
      print(terminal, JSON.stringify({ event: "prediction", file: name, ...answer, classes: names }));
    } else show(name, image, network, answer, names, terminal);
  }
  return 0;
}

async function fromInput(terminal: Terminal): Promise<Uint8Array> {
  const bytes = await terminal.readInput();
  if (bytes !== null && bytes.length > 0) return bytes;
  throw new UsageError("gradus predict: needs a picture: gradus predict MODEL FILE, or PGM on standard input.");
}

function show(
  name: string,
  image: Image,
  network: Network,
  answer: Classification,
  names: readonly string[],
  terminal: Terminal,
): void {
  const { style } = terminal;
  const { rows, columns } = imageSize(network.inputShape)!;
  // Before normalization: as people see it.
  const seen = fitImage(image, network.inputShape, null, name).data;
  const picture = frame(drawImage(seen, rows, columns, style), columns, style);
  const room = terminal.width - columns - 2 - 3 - 2 - Math.max(...names.map((label) => label.length)) - 10;
  const bars = drawConfidences(names, answer.confidences, Math.max(8, Math.min(30, room)), style);
  const headline = `${style.bold(name)}: ${style.bold(style.green(answer.label))}, ${percent(answer.confidence)} sure`;
  print(terminal, "", headline, ...indent(beside(3, picture, bars)));
}
