/**
 * The help texts: of the whole program and of one command. Written from the same declarations the parser reads.
 */

import type { Style } from "../pictures/terminal/style.ts";
import { describeFlags, wrapText } from "./arguments.ts";
import type { Command } from "./command.ts";

export const helpFlag = { name: "help", aliases: ["h"], help: "Show this text." } as const;

/** `gradus --help`. */
export function programHelp(commands: readonly { name: string; summary: string }[], style: Style): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `${style.bold("gradus")}: deep learning in three steps.`,
    "",
    "  1. a network is a set of functions; its parameters choose one of them",
    "  2. a loss says how good that one is, over all the training data",
    "  3. an optimizer picks the best, by gradient descent",
    "",
    style.bold("Usage"),
    "  gradus COMMAND [ARGUMENTS] [FLAGS]",
    "",
    style.bold("Commands"),
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    style.bold("Begin here"),
    "  gradus train                     learn to read the built-in handwriting",
    "  gradus train --out runs/first    … and keep the model",
    "  gradus evaluate runs/first       how well does it read?",
    "  gradus predict runs/first a.pgm  what does it see in this picture?",
    "  gradus draw runs/first ink       its curves, weights and mistakes",
    "  gradus lecture                   why deep, and what goes wrong: experiments",
    "",
    "gradus COMMAND --help explains one command. gradus --version prints the version.",
  ].join("\n");
}

/** `gradus COMMAND --help`. */
export function commandHelp(command: Command, style: Style): string {
  const examples = command.examples.flatMap(({ line, note }) => [`  ${line}`, style.dim(`      ${note}`)]);
  return [
    `${style.bold(`gradus ${command.name}`)} ${command.usage}`,
    "",
    ...command.about.split("\n\n").flatMap((paragraph) => [...wrapText(paragraph, 78), ""]),
    style.bold("Flags"),
    describeFlags([...command.flags, helpFlag]),
    "",
    style.bold("Examples"),
    ...examples,
  ].join("\n");
}
