/** Proves layer strings: what a layer prints is read back as the same layer, and a slip is refused with its place. */

import { describe, expect, test } from "vitest";
import { reader } from "../base/call.ts";
import { layer, printLayers } from "./layer.ts";
import { Network } from "./network.ts";
import { parseLayers } from "./strings.ts";

test.each([
  "flatten dense(128) relu dropout(0.5) dense(10)",
  "dense(3, bias=false)",
  "dense(3, initializer=heNormal)",
  "dense(3, bias=false, initializer=uniform(-0.5, 0.5))",
  "dense(1, initializer=normal(0.001)) dense(1, initializer=constant(-1)) dense(1, initializer=zeros)",
  "dense(1, initializer=glorotNormal) dense(1, initializer=heUniform) dense(1, initializer=ones)",
  "leakyRelu(0.2) sigmoid tanh softmax",
  "dropout(1e-7)",
  "reshape([2, 3, 4]) flatten",
  "residual(dense(3) relu dense(2)) relu",
  "residual(dense(3), shortcut=dense(3, bias=false) tanh)",
  "residual(residual(dense(2)) parallel([dense(1)], [dense(1, initializer=ones)]))",
  "parallel([dense(3) relu], []) parallel([dense(3)], merge=add)",
  "sequential(dense(3) sequential) sequential",
  "",
])("%s", (text) => {
  expect(printLayers(parseLayers(text))).toBe(text);
});

test("other spellings of the same", () => {
  const read = (text: string): string => printLayers(parseLayers(text));
  expect(read(" dense( units = 3 ,bias=true)\n\trelu() ")).toBe("dense(3) relu");
  expect(read("leakyRelu")).toBe("leakyRelu(0.01)");
  expect(read("dense(3, true)")).toBe("dense(3)");
  expect(read("residual(body=[relu tanh], shortcut=[])")).toBe("residual(relu tanh)");
  expect(read("parallel(relu, tanh relu, [], merge=concat)")).toBe("parallel([relu], [tanh relu], [])");
  expect(read("dense(1, initializer=glorotUniform)")).toBe("dense(1, initializer=glorotUniform)");
});

test("what a network prints makes the same network again", () => {
  const net = Network.from([4, 4], "flatten dense(8, initializer=heNormal) relu dropout(0.25) dense(2, bias=false)");
  const again = Network.from(net.inputShape, net.toString());
  expect(again.describe()).toEqual(net.describe());
  expect(again.parameterSpecs.map(({ name, shape }) => [name, shape])).toEqual(
    net.parameterSpecs.map(({ name, shape }) => [name, shape]),
  );
});

test("layers of one's own, with a reader of their own", () => {
  const double = reader({
    name: "double",
    needs: {},
    takes: {},
    make: () => layer({ name: "double", shape: (input) => input, apply: (x) => x.mul(2) }),
  });
  expect(printLayers(parseLayers("double relu", [double]))).toBe("double relu");
  expect(() => parseLayers("double relu")).toThrow('unknown layer "double"');
});

describe("refusals", () => {
  const slips = [
    "dense(10",
    "dense(10))",
    "dens(10)",
    "dense",
    "dense(10, 20)",
    "dense(10, bias=maybe)",
    "dense(10, units=3)",
    "dense(10, initialiser=heNormal)",
    "dense(10, initializer=he)",
    "dense(-3)",
    "dense(1e999)",
    "relu(1)",
    "dropout(2)",
    "reshape(4)",
    "flatten; relu",
    "relu dense(x=1",
    "residual",
    "residual(3)",
    "residual(dense(3) dens(2))",
    "residual(relu, relu, relu)",
    "parallel(merge=add)",
    "parallel([relu], merge=sub)",
    "parallel([relu], 3)",
    "parallel([relu], tanh relu",
  ];

  test("with the place and the way out", () => {
    const sentences = slips.map((text) => {
      try {
        parseLayers(text);
      } catch (error) {
        return (error as Error).message;
      }
      return `nothing was thrown for ${text}`;
    });
    expect(sentences.join("\n")).toMatchInlineSnapshot(`
      "layers: needs "," or ")" after an argument; the text ends at character 9 of "dense(10".
      layers: needs a name; got ")" at character 10 of "dense(10))".
      layers: unknown layer "dens" at character 1 of "dens(10)". Did you mean dense?
      layers: dense needs units at character 1 of "dense". Write dense(units, bias=…, initializer=…).
      layers: dense: bias must be true or false at character 11 of "dense(10, 20)". Write dense(units, bias=…, initializer=…).
      layers: dense: bias must be true or false at character 11 of "dense(10, bias=maybe)". Write dense(units, bias=…, initializer=…).
      layers: dense has units twice at character 11 of "dense(10, units=3)". Give it once.
      layers: dense has no argument "initialiser" at character 11 of "dense(10, initialiser=heNormal)". Did you mean initializer?
      layers: unknown initializer "he" at character 23 of "dense(10, initializer=he)". There are glorotUniform, glorotNormal, heUniform, heNormal, uniform, normal, constant, zeros, ones.
      dense: units must be a positive integer; got -3. Write dense(10) for ten outputs.
      dense: units must be a positive integer; got Infinity. Write dense(10) for ten outputs.
      layers: relu has an argument too many at character 6 of "relu(1)". Write relu.
      dropout: rate must be in [0, 1); got 2. Write 0.5 to drop every second element.
      layers: reshape: shape must be a list such as [28, 28] at character 9 of "reshape(4)". Write reshape(shape).
      layers: needs a name; got ";" at character 8 of "flatten; relu".
      layers: needs "," or ")" after an argument; the text ends at character 15 of "relu dense(x=1".
      layers: residual needs body at character 1 of "residual". Write residual(body, shortcut=…).
      layers: residual: body must be names one after the other, such as dense(128) relu at character 10 of "residual(3)". Write residual(body, shortcut=…).
      layers: unknown layer "dens" at character 19 of "residual(dense(3) dens(2))". Did you mean dense?
      layers: residual has an argument too many at character 22 of "residual(relu, relu, relu)". Write residual(body, shortcut=…).
      parallel: needs lists of layers, and merge "add" or "concat"; branches are []. Write parallel([dense(4)], [dense(8), relu()], { merge: "concat" }).
      parallel: needs lists of layers, and merge "add" or "concat"; merge is "sub". Write parallel([dense(4)], [dense(8), relu()], { merge: "concat" }).
      layers: parallel: argument 2 must be names one after the other, such as dense(128) relu at character 18 of "parallel([relu], 3)". Write parallel(…, merge=…).
      layers: needs "," or ")" after an argument; the text ends at character 27 of "parallel([relu], tanh relu"."
    `);
  });

  test("nesting without end", () => {
    expect(() => parseLayers("a(".repeat(100_000))).toThrow("calls nest deeper than 100");
  });
});
