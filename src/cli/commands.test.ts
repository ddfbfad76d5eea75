/**
 * Proves the command line from end to end, in this process: what each command prints, that JSON is all there is with --json, that
 * an interrupt keeps the model, and that whatever a user gets wrong is one sentence and exit code 1.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ink } from "../data/ink.ts";
import type { Classification } from "../network/answer.ts";
import { load } from "../network/model.ts";
import { gradus } from "./testing.ts";

let folder: string;
/** A model of five epochs over 1000 digits. */
let model: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gradus-cli-"));
  model = join(folder, "run");
  vi.stubEnv("GRADUS_DATA", "");
  vi.stubEnv("GRADUS_TARGET", "");
  vi.stubEnv("GRADUS_NUMERICS", "");
  const { code } = await gradus(["train", "--take", "1000", "--epochs", "5", "--out", model]);
  expect(code).toBe(0);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A digit of the test set as PGM, and what the model, asked as a library, makes of it. */
async function picture(index: number): Promise<{ bytes: Uint8Array; label: string }> {
  const { test: digits } = await ink({ train: 1, test: index + 1 });
  const pixels = digits.input(index).data.map((value) => 255 * value);
  const network = await load(join(model, "model.safetensors"));
  const { label } = (await network.classify(digits.input(index))) as Classification;
  return { bytes: new Uint8Array(Buffer.concat([Buffer.from("P5 16 16 255\n"), Buffer.from(pixels)])), label };
}

describe("train", () => {
  test("shows data, three steps and what came of it, in 80 columns", async () => {
    const { code, output, complaint, lines } = await gradus(["train", "--take", "500", "-e", "3", "--seed", "4"]);
    expect([code, complaint]).toEqual([0, ""]);
    const headings = lines.filter((line) => /^\S/.test(line) && !line.startsWith("epoch"));
    expect(headings.map((line) => line.replace(/of \d+/, "of n"))).toEqual([
      "Data  ink",
      "Step 1  the network, a set of functions",
      "Step 2  the loss: how good is one of them?",
      "Step 3  the optimizer: pick the best",
      "Result  on examples it has never seen",
      "What is taken for what",
      "The surest of n mistakes",
      "What next",
    ]);
    expect(output).toContain("16×16, 10 classes, 0 to 9; 500 to learn from, 2,000 to test with");
    expect(output).toContain("34,186 parameters");
    expect(output).toContain("Guessing evenly among 10 classes costs ln 10 = 2.303.");
    expect(output).toContain("adam(0.001): 3 epochs of 16 steps, 32 examples each, seed 4");
    expect(output).toMatch(/epoch 3\/3 {2}loss [\d.]+ +accuracy +[\d.]+ % {2}│ test [\d.]+ +[\d.]+ %/);
    expect(output).toMatch(/Test accuracy [\d.]+ %: [\d,]+ of 2,000 right, loss [\d.]+/);
    expect(output).toMatch(/hash [0-9a-f]{64}/);
    expect(output).toContain("npx gradus train --out runs/first");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("says how examples are varied", async () => {
    const { code, lines } = await gradus(["train", "--take", "50", "--steps", "2", "--augment", "shift(1) rotate(5)"]);
    expect(code).toBe(0);
    expect(lines).toContain("  examples vary at every step: shift(1) rotate(5)");
  });

  test("--json is events and nothing else; the last one sums up the test set", async () => {
    const argv = ["train", "--json", "--take", "200", "--steps", "9", "--batch", "20", "--lr", "0.01"];
    const { code, complaint, lines } = await gradus(argv);
    expect([code, complaint]).toEqual([0, ""]);
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toMatchObject({ event: "start", steps: 9, batchSize: 20, optimizer: "adam(0.01)", seed: 1 });
    const end = events.at(-1)!;
    expect(Object.keys(end)).toEqual(
      expect.arrayContaining(["event", "loss", "accuracy", "hash", "numerics", "target", "threads", "seconds"]),
    );
    expect(end).toMatchObject({
      event: "end",
      steps: 9,
      target: expect.stringMatching(/^(x64|wasm)$/),
      aborted: false,
    });
    expect(events.find(({ event }) => event === "epoch")).toMatchObject({
      validation: { loss: end.loss, accuracy: end.accuracy },
    });
    const again = await gradus(argv);
    expect(JSON.parse(again.lines.at(-1)!).hash).toBe(end.hash);
  });

  test("every flag reaches the run", async () => {
    const argv = [
      "train",
      "ink",
      "--json",
      "--take",
      "60",
      "--layers",
      "flatten dense(8) tanh dense(10)",
      "--epochs",
      "2",
    ];
    const more = [
      "--loss",
      "crossEntropy(labelSmoothing=0.1)",
      "--optimizer",
      "sgd(0.1, momentum=0.9)",
      "--numerics",
      "portable",
    ];
    const steadier = ["--clip-norm", "1e-9", "--averaging", "ema(0.9)"];
    const rate = ["--schedule", "cosine", "--warmup-steps", "2", "--learning-rate", "0.2"];
    const { code, lines } = await gradus([
      ...argv,
      ...more,
      ...rate,
      ...steadier,
      "--batch-size=30",
      "--no-shuffle",
      "--augment=shift(1) noise(0.1)",
      "--seed=7",
      "--target=reference",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      layers: "flatten dense(8) tanh dense(10)",
      loss: "crossEntropy(labelSmoothing=0.1)",
      optimizer: "sgd(warmup(cosine(0.2), 2), momentum=0.9)",
      augment: "shift(1) noise(0.1)",
      clipNorm: 1e-9,
      clipValue: null,
      averaging: "ema(0.9)",
      earlyStopping: null,
      examples: 60,
      epochs: 2,
      batchSize: 30,
      seed: 7,
      target: "reference",
      numerics: "portable",
    });
    const step = lines.map((line) => JSON.parse(line)).find(({ event }) => event === "step");
    expect([step.learningRate, step.gradientNorms[0] > 0]).toEqual([0.1, true]);
  });

  test("stops early where it is asked to, and says which epoch it went back to", async () => {
    const argv = ["train", "--take", "100", "--lr", "0.3", "--epochs", "50", "--early-stopping", "1"];
    const { code, output } = await gradus([...argv, "--early-stopping-metric", "accuracy"]);
    expect(code).toBe(0);
    expect(output).toMatch(
      /Stopped early: accuracy was no better in 1 epoch than in epoch \d+, whose parameters are back\./,
    );
    expect(output).toMatch(/ parameters of epoch \d+, the best\n/);
    const { lines } = await gradus([...argv, "--json"]);
    const [stop, end] = lines.slice(-2).map((line) => JSON.parse(line));
    expect(stop).toMatchObject({ event: "stop", metric: "loss", patience: 1, restored: true });
    expect(end).toMatchObject({ event: "end", stoppedEarly: true, aborted: false, bestEpoch: stop.bestEpoch });
    expect(end.loss).toBe(stop.best);
  });

  test("leaves a run folder whose last line is what --json ends with", () => {
    expect(readdirSync(model).sort()).toEqual(["config.json", "events.jsonl", "model.safetensors"]);
    const events = readFileSync(join(model, "events.jsonl"), "utf8").trimEnd().split("\n");
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ event: "end", epochs: 5 });
  });

  test("an interrupt ends the run with exit code 130 and the model saved", async () => {
    const out = join(folder, "interrupted");
    const argv = ["train", "--take", "200", "--epochs", "5000", "--out", out];
    const { code, output } = await gradus(argv, { interruptAt: "samples/s" });
    expect(code).toBe(130);
    expect(output).toMatch(
      /Interrupted after [\d,]+ of 35,000 steps\. The model as it is now is in .*interrupted\.\n$/,
    );
    expect((await gradus(["summary", out])).output).toContain("34,186 parameters");
    const machine = await gradus(["train", "--take", "200", "--epochs", "5000", "--json"], { interruptAt: '"epoch"' });
    expect(machine.code).toBe(130);
    expect(JSON.parse(machine.lines.at(-1)!)).toMatchObject({ event: "end", aborted: true });
  });
});

describe("evaluate", () => {
  test("tells how good a model is, from a folder or a file", async () => {
    const { code, output, lines } = await gradus(["evaluate", model]);
    expect(code).toBe(0);
    expect(output).toContain("Network   flatten dense(128) relu dense(10)\nTest set  ink, 2,000 examples\nAccuracy  ");
    expect(output).toContain("What is taken for what");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await gradus(["evaluate", join(model, "model.safetensors"), "ink"])).output).toBe(output);
  });

  test("--json says what the run's end said", async () => {
    const { lines } = await gradus(["evaluate", model, "--json"]);
    expect(lines).toHaveLength(1);
    const found = JSON.parse(lines[0]!);
    const end = JSON.parse(readFileSync(join(model, "events.jsonl"), "utf8").trimEnd().split("\n").at(-1)!);
    expect(found).toMatchObject({
      event: "evaluation",
      data: "ink",
      examples: 2000,
      loss: end.loss,
      accuracy: end.accuracy,
    });
    const right = (found.confusion as number[][]).reduce((sum, row, index) => sum + row[index]!, 0);
    expect(right / 2000).toBeCloseTo(found.accuracy, 12);
  });
});

describe("predict", () => {
  test("shows what was seen beside ten bars, from a file or standard input", async () => {
    const { bytes, label } = await picture(0);
    const file = join(folder, "digit.pgm");
    writeFileSync(file, bytes);
    const { code, output, lines } = await gradus(["predict", model, file]);
    expect(code).toBe(0);
    expect(lines[1]).toMatch(new RegExp(`^${file}: ${label}, [\\d.]+ % sure$`));
    expect(lines.slice(2)).toHaveLength(10);
    expect(lines[2]).toMatch(/^ {2}╭─{16}╮ {3}0 /);
    const piped = await gradus(["predict", model], { input: bytes });
    expect(piped.output).toBe(output.replace(file, "standard input"));
    expect((await gradus(["predict", model, file, "-"], { input: bytes })).output).toBe(output + piped.output);
  });

  test("--json is one line per picture", async () => {
    const { bytes, label } = await picture(1);
    const { lines } = await gradus(["predict", model, "-", "--json"], { input: bytes });
    const found = JSON.parse(lines[0]!);
    expect(found).toMatchObject({ event: "prediction", file: "standard input", label, classes: expect.any(Array) });
    expect((found.confidences as number[]).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });
});

describe("summary", () => {
  test("of layers and of a model", async () => {
    const layers = await gradus(["summary", "flatten dense(3)", "--input", "4x5"]);
    expect(layers.output).toBe(
      [
        "   layer     output  parameters",
        "   input     [4, 5]",
        "0  flatten   [20]             0",
        "1  dense(3)  [3]             63  weight [3, 20], bias [3]",
        "",
        "63 parameters, 252 bytes in float32",
        "",
      ].join("\n"),
    );
    expect((await gradus(["summary", model])).output).toContain(
      "34,186 parameters, 133.5 KiB in float32\n10 classes, 0 to 9\n",
    );
    expect(JSON.parse((await gradus(["summary", "dense(2)", "-i", "3", "--json"])).output)).toEqual({
      event: "summary",
      layers: "dense(2)",
      inputShape: [3],
      outputShape: [2],
      classes: null,
      normalization: null,
      parameters: 8,
      state: [
        { name: "0.weight", shape: [2, 3] },
        { name: "0.bias", shape: [2] },
      ],
    });
  });
});

describe("help", () => {
  test.each([
    [["--help"]],
    [["train", "--help"]],
    [["help", "evaluate"]],
    [["predict", "-h"]],
    [["summary", "--help"]],
  ])("%j fits 80 columns", async (argv) => {
    const { code, output, lines } = await gradus(argv);
    expect(code).toBe(0);
    expect(output).toContain("gradus");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("mistakes are one sentence and exit code 1", () => {
  const sentences: readonly [argv: string, complaint: string][] = [
    ["tran", 'gradus: unknown command "tran". Did you mean train? See gradus --help.'],
    ["train mnits", 'gradus: data: there is no data set "mnits", and no folder of that name. Did you mean mnist?'],
    [
      "train ink semeion",
      'gradus train: did not expect "semeion". It takes one data set; layers go in quotes, after --layers.',
    ],
    ["train --epochs 0", 'gradus: --epochs: needs a positive integer; got "0".'],
    ["train --lr fast", 'gradus: --learning-rate: needs a positive number; got "fast".'],
    ["train --lr -1", 'gradus: --learning-rate: needs a positive number; got "-1".'],
    ["train --seed -1", 'gradus: --seed: needs an integer from 0; got "-1".'],
    ["train --leraning-rate 1", "gradus train: unknown flag --leraning-rate. Did you mean --learning-rate?"],
    ["train --optimizer sdg", 'gradus: optimizer: unknown optimizer "sdg" at character 1 of "sdg". Did you mean sgd?'],
    [
      "train --augment rotat(10)",
      'gradus: augment: unknown augmentation "rotat" at character 1 of "rotat(10)". Did you mean rotate?',
    ],
    ["train --augment shift(-1)", "gradus: shift: pixels must be a finite number from 0; got -1. Write shift(2)."],
    [
      "train --take 10 --augment crop(16)",
      "gradus: augment: crop(16) must move by less than the image's sides; they are [16, 16]. Take fewer pixels.",
    ],
    [
      "train --early-stopping-metric accuracy",
      "gradus: --early-stopping-metric: needs --early-stopping too, for how many epochs; got none.",
    ],
    [
      "train --loss cross-entropy",
      'gradus: --loss: needs one of crossEntropy, meanSquaredError; got "cross-entropy". Did you mean crossEntropy?',
    ],
    ["train --numerics fast", 'gradus: --numerics: needs one of fused, portable; got "fast".'],
    [
      "train --take 10 --target gpu",
      "gradus: target: must be one of reference, wasm, x64; got gpu. Choose one of them.",
    ],
    [
      "train --take 10 --layers flatten_dence(10)",
      'gradus: layers: unknown layer "dence" at character 9 of "flatten dence(10)". Did you mean dense?',
    ],
    [
      "train --take 10 --layers dense(10)",
      "gradus: dense(10) at layer 0: needs a flat input [n]; got [16, 16]. Add flatten() before it.",
    ],
    [
      "train --take 10 --layers flatten_dense(5)",
      "gradus: train: the data has 10 classes and the network 5 outputs. End the network with dense(10).",
    ],
    [
      "train --take 10 --layers flatten_dense(10)_softmax",
      "gradus: crossEntropy: needs logits and applies softmax itself; got probabilities from softmax at layer 2. " +
        "Remove that layer; net.classify() adds softmax where probabilities are wanted.",
    ],
    [
      "train --take 50 --optimizer sgd --lr 1e30",
      "gradus: train: the output of dense(10) at layer 3 is not finite at step 2 (epoch 1); the largest number before it is " +
        "4.01e+30, in the output of dense(128) at layer 1. The parameters are those before this step. Lower the learning rate, clip the gradients (clipNorm: 1), or check " +
        "the scale of the inputs.",
    ],
    // What can be known of named data is said before it is read: there is no such folder.
    [
      "train mnist --data-dir FOLDER/none --layers relu_conv",
      'gradus: layers: unknown layer "conv" at character 6 of "relu conv".',
    ],
    [
      "train mnist --data-dir FOLDER/none --layers dense(10)",
      "gradus: dense(10) at layer 0: needs a flat input [n]; got [28, 28]. Add flatten() before it.",
    ],
    [
      "evaluate MODEL mnist --data-dir FOLDER/none",
      "gradus evaluate: mnist has inputs 28×28, and the model takes 16×16. Name data of that shape, or train a model on mnist.",
    ],
    [
      "train mnist --data-dir=",
      "gradus: mnist: --data-dir (dataDir) must name a folder; it is empty. Leave it out to download.",
    ],
    ["train \u001b[2Jink", 'gradus: data: there is no data set "\ufffd[2Jink"'],
    ["train --epochs \u001b[2J", 'gradus: --epochs: needs a positive integer; got "\ufffd[2J".'],
    [
      "evaluate",
      "gradus evaluate: needs a model: a .safetensors file or a run folder. gradus train --out runs/first makes one.",
    ],
    ["evaluate MODEL ink extra", 'gradus evaluate: did not expect "extra". It takes a model and one data set.'],
    [
      "evaluate FOLDER/nothing",
      "gradus: FOLDER/nothing: must be a model, a .safetensors file or a run folder; there is nothing of that name. " +
        "gradus train --out DIR makes a run folder.",
    ],
    [
      "evaluate FOLDER",
      "gradus: FOLDER: must be a model, a .safetensors file or a run folder; the folder has no model.safetensors. " +
        "gradus train --out DIR makes a run folder.",
    ],
    [
      "evaluate FOLDER/text",
      "gradus: FOLDER/text: a safetensors file begins with 8 bytes that give the header's length; it has 5 bytes. Fetch or save the file again.",
    ],
    ["predict MODEL", "gradus predict: needs a picture: gradus predict MODEL FILE, or PGM on standard input."],
    [
      "predict MODEL FOLDER/a.pgm",
      "gradus: FOLDER/a.pgm: must be a file that can be read; it does not exist (ENOENT). Check the path.",
    ],
    [
      "predict MODEL FOLDER/text",
      "gradus: FOLDER/text: must be a picture in PGM, PNG, JPEG, WebP or GIF; it begins with 68 65 6c 6c. Convert it.",
    ],
    [
      "summary",
      'gradus summary: needs a model, or layers in quotes: gradus summary "flatten dense(128) relu dense(10)".',
    ],
    [
      "summary dense(2) --input 4,",
      'gradus: --input: needs positive integers with commas between them, such as 16,16; got "4,".',
    ],
    ["summary MODEL --input 4", "gradus: --input: is for layers; a model knows its input. Leave it out."],
  ];

  test.each(sentences)("gradus %s", async (line, sentence) => {
    writeFileSync(join(folder, "text"), "hello");
    const filled = (text: string): string => text.replaceAll("MODEL/", `${model}/`).replaceAll("FOLDER", folder);
    const argv = filled(line)
      .split(" ")
      .map((word) => (word === "MODEL" ? model : word.replaceAll("_", " ")));
    const { code, complaint } = await gradus(argv);
    expect(code).toBe(1);
    expect(complaint).toContain(filled(sentence).replace("MODEL MODEL", `MODEL ${model}`));
    expect(complaint).not.toContain("\n");
    expect(complaint).not.toContain("    at ");
  });

  test("a damaged model is refused", async () => {
    const bytes = readFileSync(join(model, "model.safetensors"));
    const path = join(folder, "cut.safetensors");
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));
    const { code, complaint } = await gradus(["evaluate", path]);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^gradus: .*cut\.safetensors: /);
    expect(complaint.split("\n")).toHaveLength(1);
  });

  test("a run folder that cannot be made leaves nothing", async () => {
    const place = join(folder, "taken");
    mkdirSync(place);
    writeFileSync(join(place, "file"), "text");
    const { code, complaint } = await gradus(["train", "--take", "10", "--json", "--out", join(place, "file", "run")]);
    expect([code, complaint]).toEqual([
      1,
      `gradus: ${place}/file/run: must be a folder that can be made and written into; a part of its path is no folder (ENOTDIR). Name another place.`,
    ]);
    // Noticed before any data is read and anything is told.
    const early = await gradus(["train", "mnist", "--data-dir", folder, "--out", join(place, "file", "run")]);
    expect([early.code, early.output, early.complaint]).toEqual([1, "", complaint]);
    expect(readdirSync(place)).toEqual(["file"]);
    expect(readFileSync(join(place, "file"), "utf8")).toBe("text");
  });

  test("a run that never began leaves no folder", async () => {
    const out = join(folder, "never");
    expect((await gradus(["train", "--take", "10", "--out", out, "--layers", "dense(3)"])).code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});
