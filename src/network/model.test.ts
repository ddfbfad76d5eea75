/**
 * Proves saved models: everything comes back bit for bit, other programs' files and damaged ones are refused in a sentence, hostile
 * ones allocate nothing, and what stood at the place survives a failure.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reader } from "gradus";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorData } from "../files/safetensors.ts";
import { layer } from "./layer.ts";
import { dense } from "./layers/dense.ts";
import { decodeModel, encodeModel, load } from "./model.ts";
import { Network, network } from "./network.ts";
import { version } from "./version.ts";

const folder = mkdtempSync(join(tmpdir(), "gradus-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

function trained(dtype: "float32" | "float64" = "float32"): Network {
  const net = Network.from([2, 2], "flatten dense(3, initializer=heNormal) relu dense(2, bias=false)");
  net.initialize({ seed: 1, dtype });
  net.classes = ["nein", "ja – oui"];
  net.normalization = { multiply: 1 / 3, add: -0.1 };
  return net as Network;
}

describe("a saved model", () => {
  test.each(["float32", "float64"] as const)("comes back bit for bit, %s", async (dtype) => {
    const net = trained(dtype);
    const file = join(folder, `${dtype}.safetensors`);
    await net.save(file);
    const again = await load(file);
    expect(again.describe()).toEqual(net.describe());
    expect([...again.parameters.keys()]).toEqual([...net.parameters.keys()]);
    for (const [name, parameter] of again.parameters) {
      expect(await parameter.data()).toEqual(await net.parameters.get(name)!.data());
    }
    const x = [
      [0.5, -1],
      [2, 0.25],
    ];
    expect(await again.predict(x)).toEqual(await net.predict(x));
    expect(await encodeModel(again)).toEqual(await encodeModel(net));
  });

  test("is a safetensors file that says what it is", async () => {
    const { tensors, metadata } = decodeSafetensors(await encodeModel(trained()));
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ["1.weight", "float32", [3, 4]],
      ["1.bias", "float32", [3]],
      ["3.weight", "float32", [2, 3]],
    ]);
    expect({ ...metadata, network: JSON.parse(metadata.network!) }).toEqual({
      format: "gradus",
      version,
      network: {
        layers: "flatten dense(3, initializer=heNormal) relu dense(2, bias=false)",
        inputShape: [2, 2],
        classes: ["nein", "ja – oui"],
        normalization: { multiply: 1 / 3, add: -0.1 },
      },
    });
  });

  test("with layers of one's own loads with their readers", async () => {
    const double = layer({ name: "twice", shape: (input) => input, apply: (x) => x.mul(2) });
    const twice = reader({ name: "twice", needs: {}, takes: {}, make: () => double });
    const bytes = await encodeModel(network([1], double, dense(1)).initialize() as never);
    expect(decodeModel(bytes, "mine", { layers: [twice] }).toString()).toBe("twice dense(1)");
    expect(Network.from([1], "twice dense(1)", [twice]).outputShape).toEqual([1]);
    expect(() => decodeModel(bytes, "mine")).toThrow(
      /^mine: the weights and the network "twice dense\(1\)" do not belong together: layers: unknown layer "twice" at character 1 of "twice dense\(1\)"\. There are [\w, ]+\. Layers of your own load with their readers: load\(path, \{ layers: \[reader\(\{ … \}\)\] \}\); a network that code builds takes the values: load\(path, \{ into: net \}\)\.$/,
    );
  });

  test("keeps fewer class names than outputs, and those of outputs that are no classes", async () => {
    const names = async (layers: string, classes: readonly string[]): Promise<readonly string[] | null> => {
      const net = Network.from([2], layers).initialize() as Network;
      net.classes = classes;
      return decodeModel(await encodeModel(net)).classes;
    };
    expect(await names("dense(3)", ["a", "b"])).toEqual(["a", "b"]);
    expect(await names("dense(1)", ["a", "b"])).toEqual(["a", "b"]);
    await expect(names("dense(2)", ["a", "b", "c"])).rejects.toThrow(
      "save: there must be no more class names than outputs; there are 3 for 2. Correct net.classes, or set it to null.",
    );
    await expect(names("dense(2)", ["a", "a"])).rejects.toThrow(DataError);
  });

  test("needs parameters", async () => {
    await expect(encodeModel(network([2], dense(2)) as never)).rejects.toThrow("its parameters have no values yet");
  });
});

describe("saving", () => {
  test("replaces what was there, and leaves nothing else behind", async () => {
    const place = mkdtempSync(join(folder, "place-"));
    const file = join(place, "model.safetensors");
    writeFileSync(file, "older");
    await trained().save(file);
    expect(readdirSync(place)).toEqual(["model.safetensors"]);
    expect((await load(file)).classes).toEqual(["nein", "ja – oui"]);
  });

  test("fails in a sentence, and what was there is untouched", async () => {
    const place = mkdtempSync(join(folder, "place-"));
    const file = join(place, "model.safetensors");
    writeFileSync(file, "older");
    await expect(network([2], dense(2)).save(file)).rejects.toThrow("no values yet");
    expect([readdirSync(place), readFileSync(file, "utf8")]).toEqual([["model.safetensors"], "older"]);
    await expect(trained().save(join(place, "missing", "x"))).rejects.toThrow(
      "it does not exist (ENOENT). Name another place.",
    );
    await expect(trained().save(place)).rejects.toThrow(/model|place/);
    expect(readdirSync(place)).toEqual(["model.safetensors"]);
  });
});

describe("refused", () => {
  const description = { layers: "dense(2)", inputShape: [2], classes: null, normalization: null };
  const weights: ReadonlyMap<string, TensorData> = new Map([
    ["0.weight", { dtype: "float32", shape: [2, 2], data: new Float32Array(4) }],
    ["0.bias", { dtype: "float32", shape: [2], data: new Float32Array(2) }],
  ]);
  const file = (changes: object, tensors = weights): Uint8Array =>
    encodeSafetensors(tensors, { format: "gradus", version, network: JSON.stringify({ ...description, ...changes }) });

  test("the file of these tests is a model", () => {
    expect(decodeModel(file({})).toString()).toBe("dense(2)");
  });

  const hostile: Record<string, () => Uint8Array> = {
    nothing: () => new Uint8Array(),
    "another format": () => new TextEncoder().encode("PK\u0003\u0004 something else entirely"),
    "cut off": () => file({}).subarray(0, -3),
    appended: () => Uint8Array.of(...file({}), 0),
    "another program's weights": () => encodeSafetensors(weights, { format: "pt" }),
    "no metadata": () => encodeSafetensors(weights),
    "a description that is no JSON": () => encodeSafetensors(weights, { format: "gradus", network: "{" }),
    "a description that is null": () => encodeSafetensors(weights, { format: "gradus", network: "null" }),
    "no layers": () => file({ layers: undefined }),
    "no normalization": () => file({ normalization: undefined }),
    "a normalization of texts": () => file({ normalization: { multiply: "1", add: 0 } }),
    "classes that are numbers": () => file({ classes: [1, 2] }),
    "an input shape of texts": () => file({ inputShape: ["2"] }),
    "an input shape of 0": () => file({ inputShape: [0] }),
    "an unknown layer": () => file({ layers: "dance(2)" }),
    "another layer": () => file({ layers: "dense(3)" }),
    "a layer more": () => file({ layers: "dense(2) dense(2)" }),
    "a layer fewer": () => file({ layers: "relu" }),
    "layers that do not fit": () => file({ inputShape: [1, 2] }),
    "integers for weights": () =>
      file({}, new Map([...weights, ["0.bias", { dtype: "int32", shape: [2], data: new Int32Array(2) }]])),
    "a huge layer": () => file({ layers: "dense(9007199254740991)" }),
    "a picture of a gigapixel, without a single weight": () =>
      file({ inputShape: [30_000, 30_000], layers: "relu" }, new Map()),
    "an input shape beyond counting": () => file({ inputShape: [1e9, 1e9], layers: "flatten" }, new Map()),
    "an input shape of many axes": () => file({ inputShape: Array(10_000).fill(1), layers: "flatten" }, new Map()),
    "an output of many axes": () => file({ layers: `reshape([2${", 1".repeat(1000)}])` }, new Map()),
    "layers that take long to read": () => file({ layers: "relu ".repeat(1_000_000) }, new Map()),
    "a layer's name of 90,000 letters": () => file({ layers: "x".repeat(90_000) }),
    "an escape sequence in the layers": () => file({ layers: "\u001b[2J" }),
    "a million class names": () => file({ classes: Array.from({ length: 1e6 }, (_, i) => String(i)) }),
    "more class names than outputs": () => file({ classes: ["a", "b", "c"] }),
    "class names that are the same": () => file({ classes: ["a\u001b[2J", "a\u001b[2J"] }),
    "a class name of a megabyte": () => file({ classes: ["a", "x".repeat(1e6)] }),
    "class names nested deep": () => file({ classes: [[[["a"]]], "b"] }),
    "a weight that is not finite": () =>
      file({}, new Map([...weights, ["0.bias", { dtype: "float32", shape: [2], data: Float32Array.of(0, NaN) }]])),
    "a huge input": () => file({ inputShape: [2 ** 50, 2 ** 50], layers: "flatten dense(2)" }),
    "many huge layers": () => file({ layers: "dense(1000000000) ".repeat(1000) }),
  };

  test("each in one sentence", () => {
    const sentences = Object.entries(hostile).map(([name, bytes]) => {
      try {
        decodeModel(bytes(), "m.safetensors");
      } catch (error) {
        const { name: kind, message } = error as Error;
        return `${name} | ${kind}: ${message.replace(/There are [\w, ]+\./, "There are ….")}`;
      }
      return `${name} | nothing was thrown`;
    });
    for (const sentence of sentences) {
      expect(sentence.length).toBeLessThan(1000);
      expect(sentence).not.toMatch(/\p{Cc}/u);
    }
    expect(sentences.join("\n")).toMatchInlineSnapshot(`
      "nothing | FileError: m.safetensors: a safetensors file begins with 8 bytes that give the header's length; it has 0 bytes. Fetch or save the file again.
      another format | FileError: m.safetensors: the header of a safetensors file must end within the file and 100000000 bytes; 7885648053892500304 bytes are announced, the file has 28. It is cut off or no safetensors file; fetch or save it again.
      cut off | FileError: m.safetensors: the tensors must fill the file to its end; they take 24 bytes, 21 are there. The file is cut off; fetch or save it again.
      appended | FileError: m.safetensors: the tensors must fill the file to its end; they take 24 bytes, 25 are there. Something was appended; fetch or save it again.
      another program's weights | FileError: m.safetensors: a model of Gradus says so in its metadata; this file does not. Build the network in code and fill it: load(path, { into: net }).
      no metadata | FileError: m.safetensors: a model of Gradus says so in its metadata; this file does not. Build the network in code and fill it: load(path, { into: net }).
      a description that is no JSON | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      a description that is null | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      no layers | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      no normalization | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      a normalization of texts | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      classes that are numbers | FileError: m.safetensors: class names must be distinct texts, at most 65536 of at most 200 characters; name 0 is 1. The file is damaged; save the model again.
      an input shape of texts | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      an input shape of 0 | FileError: m.safetensors: its metadata must describe a network (layers, inputShape, classes, normalization); it does not. The file is damaged; save the model again.
      an unknown layer | FileError: m.safetensors: the weights and the network "dance(2)" do not belong together: layers: unknown layer "dance" at character 1 of "dance(2)". There are …. Layers of your own load with their readers: load(path, { layers: [reader({ … })] }); a network that code builds takes the values: load(path, { into: net }).
      another layer | FileError: m.safetensors: the network "dense(3)" needs 9 values; the file holds 6. The file is damaged; save the model again.
      a layer more | FileError: m.safetensors: the network "dense(2) dense(2)" needs 12 values; the file holds 6. The file is damaged; save the model again.
      a layer fewer | FileError: m.safetensors: the weights and the network "relu" do not belong together: network: there is no parameter 0.weight in relu. Take the parameters of a network with the same layers.
      layers that do not fit | FileError: m.safetensors: the weights and the network "dense(2)" do not belong together: dense(2) at layer 0: needs a flat input [n]; got [1, 2]. Add flatten() before it.
      integers for weights | FileError: m.safetensors: the weights and the network "dense(2)" do not belong together: network: parameter 0.bias must be float32 or float64; got int32. Cast it.
      a huge layer | FileError: m.safetensors: a layer's output may have 67108864 values and 16 axes at most; dense(9007199254740991) at layer 0 gives [9007199254740991]. The file is damaged; save the model again.
      a picture of a gigapixel, without a single weight | FileError: m.safetensors: an example may have 67108864 values and 16 axes at most; its input shape is [30000, 30000]. The file is damaged; save the model again.
      an input shape beyond counting | FileError: m.safetensors: an example may have 67108864 values and 16 axes at most; its input shape is [1000000000, 1000000000]. The file is damaged; save the model again.
      an input shape of many axes | FileError: m.safetensors: an example may have 67108864 values and 16 axes at most; its input shape is a shape of 10000 axes. The file is damaged; save the model again.
      an output of many axes | FileError: m.safetensors: a layer's output may have 67108864 values and 16 axes at most; reshape([2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,… at layer 0 gives a shape of 1001 axes. The file is damaged; save the model again.
      layers that take long to read | FileError: m.safetensors: its layers must be described in 100000 characters; they take 5000000. The file is damaged; save the model again.
      a layer's name of 90,000 letters | FileError: m.safetensors: the weights and the network "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" do not belong together: layers: unknown layer "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" at character 1 of "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…". There are …. Layers of your own load with their readers: load(path, { layers: [reader({ … })] }); a network that code builds takes the values: load(path, { into: net }).
      an escape sequence in the layers | FileError: m.safetensors: the weights and the network "�[2J" do not belong together: layers: needs a name; got "�" at character 1 of "�[2J".
      a million class names | FileError: m.safetensors: class names must be distinct texts, at most 65536 of at most 200 characters; there are 1000000. The file is damaged; save the model again.
      more class names than outputs | FileError: m.safetensors: there must be no more class names than outputs; there are 3 for 2. The file is damaged; save the model again.
      class names that are the same | FileError: m.safetensors: class names must be distinct texts, at most 65536 of at most 200 characters; "a�[2J" stands there twice. The file is damaged; save the model again.
      a class name of a megabyte | FileError: m.safetensors: class names must be distinct texts, at most 65536 of at most 200 characters; name 1 has 1000000 characters. The file is damaged; save the model again.
      class names nested deep | FileError: m.safetensors: class names must be distinct texts, at most 65536 of at most 200 characters; name 0 is a list of 1. The file is damaged; save the model again.
      a weight that is not finite | FileError: m.safetensors: every weight must be finite; 0.bias has NaN at place 1. Training went wrong before it was saved, or the file is damaged.
      a huge input | FileError: m.safetensors: an example may have 67108864 values and 16 axes at most; its input shape is [1125899906842624, 1125899906842624]. The file is damaged; save the model again.
      many huge layers | FileError: m.safetensors: a layer's output may have 67108864 values and 16 axes at most; dense(1000000000) at layer 0 gives [1000000000]. The file is damaged; save the model again."
    `);
  });

  test("huge layers allocate nothing and take no time", () => {
    const before = process.memoryUsage();
    const begun = performance.now();
    for (const [name, bytes] of Object.entries(hostile)) {
      if (/huge|giga|beyond/.test(name)) expect(() => decodeModel(bytes())).toThrow(/may have|the file holds/);
    }
    const after = process.memoryUsage();
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(2 ** 20);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test("a file that is not there", async () => {
    await expect(load(join(folder, "missing"))).rejects.toThrow(
      "must be a file that can be read; it does not exist (ENOENT)",
    );
    await expect(load(folder)).rejects.toThrow("it is a folder (EISDIR)");
  });
});

test("the version is package.json's", () => {
  const { version: stated } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(stated);
});
