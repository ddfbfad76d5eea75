/**
 * Proves what the type system promises, by running the TypeScript compiler on the declarations that users get: the editor says the
 * sentence of the run time, types stay cheap, and `any` stays out of them.
 */

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../src/base/shape.ts";
import { averagePool2d, conv2d, convTranspose2d, maxPool2d } from "../src/functions/index.ts";
import { concat, conv2d as conv2dLayer, maxPool2d as maxPool2dLayer, network, ones } from "../src/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixture = join(root, "test/editor/programs.ts");
const folder = mkdtempSync(join(tmpdir(), "gradus-types-"));
const doors: Readonly<Record<string, string>> = {
  gradus: "index.d.ts",
  "gradus/functions": "functions/index.d.ts",
  "gradus/initializers": "network/initializers.d.ts",
  "gradus/data": "data/index.d.ts",
  "gradus/files": "files/index.d.ts",
};

/** What the compiler prints. */
function tsc(...args: string[]): Promise<string> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...args], { cwd: root, maxBuffer: 2 ** 24 }, (_, out) => resolve(out));
  });
}

/** What the compiler prints of one file that imports Gradus as users do. */
function check(file: string, ...args: string[]): Promise<string> {
  const config = join(folder, `${file.replace(/\W/g, "-")}.json`);
  const paths = Object.fromEntries(
    Object.entries(doors).map(([name, path]) => [name, [join(folder, "declared", path)]]),
  );
  const compilerOptions = { noEmit: true, declaration: false, isolatedDeclarations: false, types: [], paths };
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: [file] }),
  );
  return tsc("-p", config, "--pretty", "false", ...args);
}

/** How many types the compiler instantiates for a program. */
async function instantiations(name: string, text: string): Promise<number> {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, text);
  const printed = await check(file, "--extendedDiagnostics");
  expect(printed).not.toContain("error TS");
  return Number(printed.match(/Instantiations:\s*(\d+)/)![1]);
}

beforeAll(async () => {
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const printed = await tsc("-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", join(folder, "declared"));
  expect(printed).toBe("");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The sentence in an error's text. An unknown dimension stands there as `${number}`, as it would in TypeScript. */
function contains(text: string, sentence: string): boolean {
  const parts = sentence.split(/(\d+)/).map((part, i) => {
    return i % 2 === 1 ? `(?:${part}|\\$\\{number\\})` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`["\`]${parts.join("")}["\`]`).test(text);
}

describe("what does not fit", () => {
  test("is an error whose text contains the sentence of the run time, and nothing else is", async () => {
    const { programs } = (await import(/* @vite-ignore */ fixture)) as {
      programs: readonly (() => unknown)[];
    };
    const lines = readFileSync(fixture, "utf8").split("\n");
    const starts = lines.flatMap((line, i) => (line.startsWith("  () =>") ? [i + 1] : []));
    expect(starts.length).toBe(programs.length);

    const errors = (await check(fixture)).split(/^(?=\S)/m).filter((text) => text.includes("error TS"));
    const place = (text: string): number => Number(text.match(/\((\d+),\d+\): error/)![1]);
    const byProgram = starts.map((start, i) =>
      errors.filter((text) => place(text) >= start && place(text) < (starts[i + 1] ?? Infinity)),
    );
    expect(errors.length).toBe(byProgram.flat().length);

    const sentences = programs.map(thrown);
    const unlike = sentences.filter(
      (sentence, i) => byProgram[i]!.length !== 1 || !contains(byProgram[i]![0]!, sentence),
    );
    expect(unlike).toEqual([]);
    expect(sentences.join("\n")).toMatchInlineSnapshot(`
      "add: shapes [2, 3] and [2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      sub: shapes [2, 3] and [4, 1, 2, 1, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      mul: shapes [2, 3] and [3, 1] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 3. Reshape one of them, or insert an axis of size 1.
      div: shapes [2, 3] and [3, 3] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 3. Reshape one of them, or insert an axis of size 1.
      floorDiv: shapes [2] and [3] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 3. Reshape one of them, or insert an axis of size 1.
      mod: shapes [2, 3] and [2, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      pow: shapes [2, 3] and [2, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      maximum: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      minimum: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      fma: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      fma: shapes [5, 2, 3] and [4, 1, 1] do not broadcast: aligned at the end, dimensions must be equal or 1; got 5 and 4. Reshape one of them, or insert an axis of size 1.
      equal: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      notEqual: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      less: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      lessEqual: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      greater: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      greaterEqual: shapes [2, 3] and [4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      and: shapes [2, 3] and [3, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      or: shapes [2, 3] and [3, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      xor: shapes [2, 3] and [3, 2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      select: shapes [2, 3] and [2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      select: shapes [2, 3] and [2] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 2. Reshape one of them, or insert an axis of size 1.
      broadcastTo: [2, 3] does not broadcast to [3, 3]: aligned at the end, each dimension must be 1 or equal. Reshape it, or insert axes of size 1.
      broadcastTo: [2, 3] does not broadcast to [3]: aligned at the end, each dimension must be 1 or equal. Reshape it, or insert axes of size 1.
      broadcastTo: every dimension must be a non-negative integer; got [2, -3].
      add: shapes [2, 3] and [2, 4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 3 and 4. Reshape one of them, or insert an axis of size 1.
      reshape: the new shape must have the 6 elements of [2, 3]; got [4, 2] with 8. Change a dimension, or let one be −1.
      reshape: the new shape must have the 6 elements of [2, 3]; got [] with 1. Change a dimension, or let one be −1.
      reshape: −1 stands for the dimension that is left; the 6 elements of [2, 3] leave none for [4, -1]. Change the other dimensions.
      reshape: −1 stands for the dimension that is left; the 6 elements of [2, 3] leave none for [0, -1]. Change the other dimensions.
      reshape: only one dimension may be −1; got [-1, -1]. Name the others.
      reshape: every dimension must be a non-negative integer; got [2, -3].
      reshape: every dimension must be a non-negative integer; got [1.5].
      flatten: axis 3 does not exist; a tensor of rank 3 has axes -3…2.
      flatten: axis -3 does not exist; a tensor of rank 2 has axes -2…1.
      transpose: the permutation must name each of the 2 axes once; got [0, 0]. Leave it out to reverse all axes.
      transpose: the permutation must name each of the 2 axes once; got [0, 0]. Leave it out to reverse all axes.
      transpose: the permutation must name each of the 2 axes once; got [1]. Leave it out to reverse all axes.
      transpose: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      expand: axis 3 does not exist; a tensor of rank 3 has axes -3…2.
      expand: axis -4 does not exist; a tensor of rank 3 has axes -3…2.
      squeeze: axis 1 of [2, 3] must have size 1; it has 3. Name an axis of size 1.
      squeeze: axis -2 of [2, 3] must have size 1; it has 2. Name an axis of size 1.
      squeeze: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      slice: start, stop and step need at most one integer for each of the 2 axes of [2, 3]; got [0, 0, 0]. Leave the others out.
      slice: start, stop and step need at most one integer for each of the 2 axes of [2, 3]; got [, 1, ]. Leave the others out.
      slice: start, stop and step need at most one integer for each of the 2 axes of [2, 3]; got [0.5]. Leave the others out.
      slice: a step must not be 0. Take 1 for every element, −1 for the reverse.
      pad: low and high need a non-negative integer for each of the 2 axes of [2, 3]; got [1]. Cut with slice.
      pad: low and high need a non-negative integer for each of the 2 axes of [2, 3]; got [0, -1]. Cut with slice.
      gather: the table needs at least one row; got []. Pass a table [rows, …].
      gather: the table needs at least one row; got [0, 3]. Pass a table [rows, …].
      concat: needs at least one tensor; got none. Pass a non-empty list.
      concat: all dimensions but axis 1 must agree; got [2, 3], [3, 3]. Reshape or slice them first.
      concat: all dimensions but axis 1 must agree; got [2, 3], [2]. Reshape or slice them first.
      concat: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      concat: all tensors must have the same dtype; got float32 and int32. Cast one of them.
      stack: needs at least one tensor; got none. Pass a non-empty list.
      stack: all tensors must have the same shape; got [2, 3] and [2, 2]. Reshape or slice them first.
      stack: axis 3 does not exist; a tensor of rank 3 has axes -3…2.
      sum: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      sum: axis -3 does not exist; a tensor of rank 2 has axes -2…1.
      sum: axis 0 does not exist; a scalar has no axes.
      product: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      mean: axes must be distinct; got [0, -2]. Name each axis once.
      mean: axis 0.5 does not exist; a tensor of rank 2 has axes -2…1.
      max: needs at least one element along the reduced axes; got [2, 0]. Leave empty tensors out.
      min: needs at least one element along the reduced axes; got [2, 0]. Leave empty tensors out.
      max: axes must be distinct; got [1, 1]. Name each axis once.
      argMax: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      argMax: the axis must exist and not be empty; got axis 0 of [0]. Name another axis.
      cumulativeSum: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [2, 3] and [2, 3]. Transpose or reshape one of them.
      matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [2, 3] and [2]. Transpose or reshape one of them.
      matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [] and [1]. Transpose or reshape one of them.
      matmul: shapes [4] and [5] do not broadcast: aligned at the end, dimensions must be equal or 1; got 4 and 5. Reshape one of them, or insert an axis of size 1.
      matmul: needs [..., m, k] and [..., k, n], or vectors [k]; got [2, 3] and [4, 2]. Transpose or reshape one of them.
      linear: needs x [..., n] and weight [units, n]; got [2, 3] and [4, 2]. Transpose or reshape one of them.
      add: shapes [2, 4] and [3] do not broadcast: aligned at the end, dimensions must be equal or 1; got 4 and 3. Reshape one of them, or insert an axis of size 1.
      softmax: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      logSoftmax: axis -3 does not exist; a tensor of rank 2 has axes -2…1.
      logSumExp: axis 0 does not exist; a scalar has no axes.
      conv1d: needs x [batch, length, channels] and weight [out, channels / groups, length]; got [1, 8] and [1, 1, 1]. Reshape one of them.
      conv2d: needs x [batch, rows, columns, channels] and weight [out, channels / groups, rows, columns]; got [1, 8, 8, 3] and [4, 3, 3]. Reshape one of them.
      conv2d: groups must divide channels and outputs, and the weight be [out, channels / groups, rows, columns]; got x [1, 8, 8, 3], weight [4, 2, 3, 3] and 1 groups. Change one of them.
      conv2d: groups must divide channels and outputs, and the weight be [out, channels / groups, rows, columns]; got x [1, 8, 8, 4], weight [3, 2, 3, 3] and 2 groups. Change one of them.
      conv2d: the kernel must fit into the padded input; along columns it covers 3 of 2 positions. Take a smaller kernel, or more padding.
      conv2d: the kernel must fit into the padded input; along columns it covers 11 of 10 positions. Take a smaller kernel, or more padding.
      conv3d: the kernel must fit into the padded input; along depth it covers 2 of 1 positions. Take a smaller kernel, or more padding.
      maxPool1d: the window must fit into the padded input; along length it covers 4 of 3 positions. Take a smaller window, or more padding.
      maxPool2d: needs x [batch, rows, columns, channels]; got [3, 3, 1]. Reshape it.
      averagePool2d: the window must fit into the padded input; along columns it covers 3 of 2 positions. Take a smaller window, or more padding.
      convTranspose2d: needs x [batch, rows, columns, channels] and weight [channels, out / groups, rows, columns]; got [1, 8, 8, 3] and [3, 2, 3]. Reshape one of them.
      convTranspose2d: groups must divide the channels, and the weight be [channels, out / groups, rows, columns]; got x [1, 8, 8, 3], weight [2, 3, 3, 3] and 1 groups. Change one of them.
      convTranspose2d: groups must divide the channels, and the weight be [channels, out / groups, rows, columns]; got x [1, 8, 8, 3], weight [3, 4, 3, 3] and 2 groups. Change one of them.
      convTranspose1d: the padding must leave something of the output; along length it cuts 7 of 7 positions. Take less padding.
      adaptiveMaxPool2d: needs x [batch, rows, columns, channels]; got [8, 8, 3]. Reshape it.
      upsample2d: needs x [batch, rows, columns, channels]; got [8, 8, 3]. Reshape it.
      maxout: needs a last axis that 3 pieces divide; got [2, 7]. Change the number of pieces, or of units before.
      dense(10) at layer 1: needs a flat input [n]; got [7, 7, 64]. Add flatten() before it.
      reshape([4, 5]) at layer 0: needs 20 elements; got [3, 3] with 9. Choose a shape with 9 elements.
      dense(10) at layer 5: needs a flat input [n]; got [16, 8]. Add flatten() before it.
      softmax at layer 3: needs an axis to sum along; got []. Reshape the input to [n].
      residual at layer 1: needs body and shortcut of one shape; the body gives [4], the shortcut [8]. Change the body, or project the shortcut: residual({ body: […], shortcut: […] }).
      dense(2) at layer 1.body.1: needs a flat input [n]; got [2, 4]. Add flatten() before it.
      dense(3) at layer 0.shortcut.0: needs a flat input [n]; got [2, 4]. Add flatten() before it.
      dense(4) at layer 0.1.1.body.0: needs a flat input [n]; got [2, 4]. Add flatten() before it.
      parallel at layer 0: needs branches of one shape, to add them; branch 0 gives [3], branch 2 [4]. Change one of them.
      parallel at layer 0: needs branches that agree in all axes but the last, to concatenate them there; branch 0 gives [4, 2], branch 1 [2, 4]. Change one of them.
      dense(1) at layer 0.0.0: needs a flat input [n]; got [2, 2]. Add flatten() before it.
      conv2d(32, 3) at layer 0: needs an input [rows, columns, channels]; got [28, 28]. Add reshape([28, 28, 1]) before it.
      conv2d(32, [3, 5]) at layer 1: needs an input [rows, columns, channels]; got [784]. Add reshape([rows, columns, channels]) before it.
      conv2d(8, 3) at layer 3: the kernel must fit into the padded input; along rows it covers 15 of 14 positions. Take a smaller kernel, or more padding.
      conv2d(4, 3) at layer 0: groups must divide the channels; got 3 channels and 2 groups. Change one of them.
      maxPool2d([2, 3]) at layer 0: the window must fit into the padded input; along columns it covers 3 of 2 positions. Take a smaller window, or more padding.
      convTranspose1d(4, 3) at layer 0: the padding must leave something of the output; along length it cuts 4 of 4 positions. Take less padding.
      depthwiseConv2d(3) at layer 0: the kernel must fit into the padded input; along columns it covers 3 of 2 positions. Take a smaller kernel, or more padding.
      globalAveragePool at layer 1: needs positions before the channels, [...spatial, channels]; got [3]. Leave it out.
      maxout(2) at layer 1: needs a last axis that 2 pieces divide; got [9]. Change the number of pieces, or of units before.
      prelu at layer 0: needs an axis of channels; got []. Reshape the input to [n].
      batchNorm at layer 0: needs channels on the last axis; got []. Reshape the input to [n].
      layerNorm at layer 1: needs an axis for each of the 3 to normalize along; got [2, 4]. Reshape the input, or take fewer axes.
      groupNorm(3) at layer 0: needs groups that divide the channels; got 3 groups for [5, 8]. Choose a divisor of 8.
      groupNorm(8) at layer 0: needs more than one value per group; got [1, 8] in 8 groups. Take fewer groups.
      instanceNorm at layer 0: needs more than one position, as in [rows, columns, channels]; got [1, 1, 8]. Take layerNorm() or batchNorm().
      rmsNorm at layer 0: needs an axis for each of the 1 to normalize along; got []. Reshape the input, or take fewer axes.
      dense(3) at layer head: needs a flat input [n]; got [2, 2]. Add flatten() before it.
      dense(3) at layer f.body.0: needs a flat input [n]; got [1, 3]. Add flatten() before it.
      add: shapes [2, 2] and [2, 4] do not broadcast: aligned at the end, dimensions must be equal or 1; got 2 and 4. Reshape one of them, or insert an axis of size 1.
      mean: axis 2 does not exist; a tensor of rank 2 has axes -2…1.
      mean: axes must be distinct; got [0, -2]. Name each axis once.
      network: needs [batch, 4]; got [16, 5]. The axes after the first are the network's input shape.
      network: needs [batch, 4]; got [4]. Put a batch axis in front: x.expand(0).
      network: needs [batch, 4]; got [2, 4, 2]. The axes after the first are the network's input shape."
    `);
  });
});

function thrown(program: () => unknown): string {
  try {
    program();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing is thrown";
}

/** Pseudo-random integers from low to high. */
function* integers(seed: number): Generator<(low: number, high: number) => number, never> {
  let state = seed;
  const next = (low: number, high: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return low + ((state >>> 8) % (high - low + 1));
  };
  for (;;) yield next;
}

/** An expression with the sizes of a random program; some do not run. */
function expression(any: (low: number, high: number) => number): string {
  const list = (length: number, low: number, high: number): string =>
    `[${Array.from({ length }, () => any(low, high)).join(", ")}]`;
  const [rows, columns, channels] = [any(1, 30), any(1, 30), any(1, 4)];
  const options = `{ stride: ${list(2, 1, 3)}, padding: [${any(0, 2)}, ${list(2, 0, 2)}], dilation: ${any(1, 3)} }`;
  const kinds = [
    () => `ones([${rows}, ${columns}]).slice(${list(2, -35, 35)}, ${list(2, -35, 35)}, ${list(2, -4, 4)})`,
    () => `ones([${rows}, ${columns}]).slice([null, ${any(-9, 9)}], [${any(-9, 9)}], [${any(1, 3)}, ${any(-3, -1)}])`,
    () => `ones([${rows}, ${columns}]).pad(${list(2, 0, 120)}, ${list(2, 0, 9)})`,
    () => `ones([${rows}, ${columns}, ${4 * channels}]).reshape([${any(1, 4)}, -1, ${any(1, 3)}])`,
    () => `ones(${list(3, 1, 3)}).add(ones(${list(2, 1, 3)}))`,
    () => `ones(${list(3, 1, 2)}).matmul(ones(${list(any(1, 3), 1, 2)}))`,
    () => `ones([2, 3, 5]).sum(${list(2, -3, 3)}, { keepDims: ${any(0, 1) === 1} })`,
    () => `ones([2, 3, 5]).transpose(${list(3, -3, 2)})`,
    () => `concat([ones([${rows}, ${any(2, 3)}]), ones([${columns}, 3])], ${any(-2, 1)})`,
    () =>
      `conv2d(ones([2, ${rows}, ${columns}, ${channels}]), ones([3, ${channels}, ${list(2, 1, 4).slice(1)}), ${options})`,
    () => `conv2d(ones([1, ${rows}, ${columns}, 2]), ones([2, 2, 2, 3]), { padding: "same", stride: ${any(1, 4)} })`,
    () => `maxPool2d(ones([1, ${rows}, ${columns}, 2]), ${list(2, 1, 4)}, { stride: ${any(1, 3)} })`,
    () => `averagePool2d(ones([1, ${rows}, ${columns}, 2]), ${any(1, 5)})`,
    () =>
      `convTranspose2d(ones([2, ${rows}, ${columns}, 2]), ones([2, ${channels}, ${list(2, 1, 4).slice(1)}), { stride: ${list(2, 1, 3)}, padding: [${any(0, 3)}, ${list(2, 0, 3)}], dilation: ${any(1, 3)} })`,
    () =>
      `passed(network([${rows}, ${columns}, ${channels}], conv2dLayer(${2 * any(1, 2)}, ${list(2, 1, 4)}, { groups: ${any(1, 2)}, padding: ${any(0, 2)} }), maxPool2dLayer(${any(1, 4)})))`,
  ];
  return kinds[any(0, kinds.length - 1)]!();
}

test("400 random programs have the shapes that their types say, or the sentences", async () => {
  const any = integers(1).next().value;
  const names = ["concat", "network", "ones", "conv2dLayer", "maxPool2dLayer", "passed"];
  const functionNames = ["averagePool2d", "conv2d", "convTranspose2d", "maxPool2d"];
  const passed = (net: { outputShape: Shape }) => ({ shape: net.outputShape });
  const values = [concat, network, ones, conv2dLayer, maxPool2dLayer, passed];
  const functions = [averagePool2d, conv2d, convTranspose2d, maxPool2d];
  const lines = Array.from({ length: 400 }, (_, i) => {
    const text = expression(any);
    const program = new Function(...names, ...functionNames, `return ${text}`);
    try {
      const shape: Shape = program(...values, ...functions).shape;
      return { error: null, line: `export const p${i}: [${shape.join(", ")}] = ${text}.shape;` };
    } catch (error) {
      return { error: (error as Error).message, line: `export const p${i} = ${text};` };
    }
  });
  const file = join(folder, "random.ts");
  const imports = [
    'import { concat, conv2d as conv2dLayer, maxPool2d as maxPool2dLayer, network, type Network, ones } from "gradus";',
    `import { ${functionNames.join(", ")} } from "gradus/functions";`,
    "declare function passed<N extends Network>(net: N): { shape: N['outputShape'] };",
  ];
  writeFileSync(file, [...imports, ...lines.map(({ line }) => line)].join("\n"));
  const errors = new Map<number, string>();
  for (const text of (await check(file)).split(/^(?=\S)/m).filter((text) => text.includes("error TS"))) {
    const place = Number(text.match(/\((\d+),\d+\): error/)![1]) - 1 - imports.length;
    errors.set(place, (errors.get(place) ?? "") + text);
  }
  const unlike = lines.flatMap(({ error, line }, i) => {
    const marked = errors.get(i) ?? "";
    return (error === null ? marked === "" : contains(marked, error)) ? [] : [`${line}\n  ${error}\n  ${marked}`];
  });
  expect(unlike).toEqual([]);
  expect(lines.filter(({ error }) => error).length).toBeGreaterThan(50);
});

describe("types are cheap", () => {
  const program = (imports: string, ...lines: string[]): string =>
    [`import { ${imports} } from "gradus";`, ...lines].join("\n");

  test("152 layers stay within their budget", async () => {
    const layers = Array.from({ length: 75 }, (_, i) => `dense(${i + 100}), relu()`).join(", ");
    const text = program(
      "dense, flatten, network, relu",
      `const net = network([28, 28], flatten(), ${layers}, relu());`,
      "export const out: [174] = net.outputShape;",
    );
    expect(await instantiations("deep", text)).toBeLessThan(45_000); // 32,000 when this was written
  });

  test("50 residual layers, 300 layers with those inside, stay within their budget", async () => {
    const block = (i: number): string => `residual(dense(${i + 50}), relu(), parallel([dense(60)], [dense(40)]))`;
    const layers = Array.from({ length: 50 }, (_, i) => block(i)).join(", ");
    const text = program(
      "dense, network, parallel, relu, residual",
      `const net = network([100], ${layers}, dense(10));`,
      "export const out: [10] = net.outputShape;",
    );
    expect(await instantiations("residual", text)).toBeLessThan(34_000); // 24,000 when this was written
  });

  test("the layers of VGG19 stay within their budget", async () => {
    const blocks = [64, 128, 256, 512, 512].map((filters, i) => {
      const conv = `conv2d(${filters}, 3, { padding: 1 }), relu()`;
      return `${new Array(i < 2 ? 2 : 4).fill(conv).join(", ")}, maxPool2d(2)`;
    });
    const text = program(
      "conv2d, dense, flatten, maxPool2d, network, relu",
      `const net = network([224, 224, 3], ${blocks.join(", ")}, flatten(), dense(4096), relu(), dense(4096), relu(), dense(1000));`,
      "export const out: [1000] = net.outputShape;",
    );
    expect(await instantiations("vgg19", text)).toBeLessThan(38_000); // 27,000 when this was written
  });

  test("100 operations on the same shapes and 100 on ever new ones stay within their budget", async () => {
    const same = [
      ".add(x).matmul(w).reshape([16, -1]).reshape([-1, 64]).sum(1)",
      ".expand(1).broadcastTo([32, 64]).relu().less(0).select(x, 1)",
    ];
    const wider = Array.from(
      { length: 25 },
      (_, i) => `.pad([1, ${i + 1}], [0, 0]).slice([1]).transpose().transpose()`,
    );
    const text = program(
      "ones",
      "const [x, w] = [ones([32, 64]), ones([64, 64])];",
      `export const a: [32, 64] = x${same.join("").repeat(10)}.shape;`,
      `export const b: [32, ${64 + (25 * 26) / 2}] = x${wider.join("")}.shape;`,
    );
    expect(await instantiations("long", text)).toBeLessThan(65_000); // 48,000 when this was written
  });
});

describe("any stays out", () => {
  /** Where it stands for the attributes of an operation, which only the graph's own rooms see. */
  const reviewed = [
    "graph/node.d.ts: export interface Node<A = any> {",
    "graph/operation.d.ts: export type Operation<A = any>",
  ];

  test("of all declarations that the doors reach", () => {
    const declared = join(folder, "declared");
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.ts"/g)) {
        visit(join(dirname(file), `${path}.d.ts`));
      }
    };
    for (const door of Object.values(doors)) visit(join(declared, door));
    const found = [...reached].flatMap((file) => {
      const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"|`[^`]*`/g, "");
      const lines = text.split("\n").filter((line) => /\bany\b/.test(line));
      return lines.map((line) => `${relative(declared, file)}: ${line}`);
    });
    expect(reached.size).toBeGreaterThan(50);
    expect(found.filter((line) => !reviewed.some((known) => line.startsWith(known)))).toEqual([]);
  });

  test("and the declarations hold without skipLibCheck", async () => {
    const file = join(folder, "strict.ts");
    writeFileSync(
      file,
      Object.keys(doors)
        .map((door, i) => `export * as door${i} from "${door}";`)
        .join("\n"),
    );
    expect(await check(file, "--skipLibCheck", "false")).toBe("");
  });
});
