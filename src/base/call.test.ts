/** Proves that the one-line notation reads back what it prints, and that every slip gets a sentence with its position. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Call, type List, type Printable, parseCall, parseCalls, printCall, readCall, reader } from "./call.ts";

/** The call again as text. */
function print(call: Call): string {
  const positional = call.arguments.filter(({ key }) => key === null).map(({ value }) => printable(value));
  const named = call.arguments.filter(({ key }) => key !== null).map(({ key, value }) => [key, printable(value)]);
  return printCall(call.name, positional, Object.fromEntries(named));
}

function printable(value: Call["arguments"][number]["value"]): Printable {
  if (typeof value !== "object") return value;
  if ("name" in value) return { print: () => print(value) };
  const isCall = (entry: List[number] | Call): entry is Call => typeof entry === "object" && "name" in entry;
  const calls = (value as readonly (List[number] | Call)[]).filter(isCall);
  return calls.length === 0 ? (value as List) : inBrackets(calls.map(print));
}

function inBrackets(calls: readonly string[]): Printable {
  return { print: () => `[${calls.join(" ")}]` };
}

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/).filter((text) => text !== "true" && text !== "false");
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const list = fc.array(fc.oneof(number, fc.array(number, { maxLength: 3 })), { maxLength: 3 });
const { call } = fc.letrec<{ call: string; value: Printable }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    number,
    fc.boolean(),
    list,
    tie("call"),
    fc.array(tie("call"), { minLength: 1, maxLength: 3 }).map(inBrackets),
  ),
  call: fc
    .tuple(name, fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(name, tie("value"), { maxKeys: 3 }))
    .map(([own, positional, options]) => printCall(own, positional, options)),
}));

test("printing and parsing are inverse", () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 4 }), (calls) => {
      expect(parseCalls("test", calls.join(" ")).map(print)).toEqual(calls);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("white space is free, options follow, undefined options are left out", () => {
  const text = " dense( 128 ,bias = false )\n relu\tdropout(.5)  reshape([ 28,28 ]) flatten() ";
  expect(parseCalls("layers", text).map(print)).toEqual([
    "dense(128, bias=false)",
    "relu",
    "dropout(0.5)",
    "reshape([28, 28])",
    "flatten",
  ]);
  expect(printCall("dense", [10], { bias: undefined })).toBe("dense(10)");
  expect(parseCalls("layers", "  ")).toEqual([]);
});

test("a reader gets what its kinds promise", () => {
  const pool = reader({
    name: "pool",
    needs: { size: "perAxis" },
    takes: { padding: "around", mode: "word" },
    make: (values) => values,
  });
  const read = (text: string): unknown => readCall("layer", parseCall("layers", text), [pool]);
  expect(read("pool(2, padding=same, mode=nearest)")).toEqual({ size: 2, padding: "same", mode: "nearest" });
  expect(read("pool([2, 3], padding=[[0, 1], 2])")).toEqual({ size: [2, 3], padding: [[0, 1], 2] });
  expect(read("pool(2, padding=1)")).toEqual({ size: 2, padding: 1 });
  const slips: Record<string, string> = {
    "pool([[1], 2])": "size must be a number or a list such as [2, 2]",
    "pool(2, padding=true)": "padding must be a name, a number, or a list such as [1, 1] or [[0, 1], 2]",
    "pool(2, padding=same(1))": "padding must be a name, a number, or a list such as [1, 1] or [[0, 1], 2]",
    "pool(2, mode=1)": "mode must be a name",
    "pool([[[1]]])": 'a list holds numbers, as in [28, 28]; got "["',
  };
  for (const [text, sentence] of Object.entries(slips)) expect(() => read(text)).toThrow(sentence);
});

describe("slips", () => {
  const readers = [
    reader({
      name: "dense",
      needs: { units: "number" },
      takes: { bias: "flag", shape: "shape", initializer: "call" },
      make: (values) => values,
    }),
    reader({ name: "relu", needs: {}, takes: {}, make: () => ({}) }),
    reader({
      name: "join",
      needs: {},
      takes: { merge: "word" },
      rest: "calls",
      make: ({ merge, rest }, inner): unknown => ({ merge, rest: rest.map((calls) => calls.map(inner)) }),
    }),
  ];

  test("no slip: calls in calls, in brackets or not", () => {
    const read = (text: string): unknown => readCall<unknown>("layer", parseCall("layers", text), readers);
    const three = { merge: "add", rest: [[{}, {}], [{}], []] };
    expect(read("join([relu relu], [relu], [], merge=add)")).toEqual(three);
    expect(read("join(relu relu, relu, [], merge=add())")).toEqual(three);
    expect(read("join")).toEqual({ rest: [] });
    expect(read("join(join(relu), join)")).toEqual({ rest: [[{ rest: [[{}]] }], [{ rest: [] }]] });
  });

  test.each([
    ["dense(10", 'layers: needs "," or ")" after an argument; the text ends at character 9 of "dense(10".'],
    ["relu 5", 'layers: needs a name; got "5" at character 6 of "relu 5".'],
    ["dense(,)", 'layers: needs a name; got "," at character 7 of "dense(,)".'],
    ["dense([1 2])", 'layers: needs "," or "]" after a number; got "2" at character 10 of "dense([1 2])".'],
    ["dense([1, x])", 'layers: a list holds numbers, as in [28, 28]; got "x" at character 11 of "dense([1, x])".'],
    ["dense([x, y])", 'layers: needs a name or "]" after a call; got "," at character 9 of "dense([x, y])".'],
    [
      "dense(10, shape=[x])",
      'layers: dense: shape must be a list such as [28, 28] at character 11 of "dense(10, shape=[x])". Write dense(units, bias=…, shape=…, initializer=…).',
    ],
    [
      "dense(10, initializer=relu pool)",
      'layers: dense: initializer must be a name at character 11 of "dense(10, initializer=relu pool)". Write dense(units, bias=…, shape=…, initializer=…).',
    ],
    [
      "join(relu, 3)",
      'layers: join: argument 2 must be names one after the other, such as dense(128) relu at character 12 of "join(relu, 3)". Write join(…, merge=…).',
    ],
    [
      "join(merge=relu(1))",
      'layers: join: merge must be a name without arguments at character 6 of "join(merge=relu(1))". Write join(…, merge=…).',
    ],
    [
      "join(relu pool)",
      'layers: unknown layer "pool" at character 11 of "join(relu pool)". There are dense, relu, join.',
    ],
    [
      "dense(bias=true, 10)",
      'layers: arguments without a name come before those with one; got "1" at character 18 of "dense(bias=true, 10)".',
    ],
    ["dens(10)", 'layers: unknown layer "dens" at character 1 of "dens(10)". Did you mean dense?'],
    ["relu pool", 'layers: unknown layer "pool" at character 6 of "relu pool". There are dense, relu, join.'],
    [
      "dense",
      'layers: dense needs units at character 1 of "dense". Write dense(units, bias=…, shape=…, initializer=…).',
    ],
    ["relu(1)", 'layers: relu has an argument too many at character 6 of "relu(1)". Write relu.'],
    [
      "dense(10, bais=false)",
      'layers: dense has no argument "bais" at character 11 of "dense(10, bais=false)". Did you mean bias?',
    ],
    ["dense(10, units=3)", 'layers: dense has units twice at character 11 of "dense(10, units=3)". Give it once.'],
    [
      "dense(10, bias=1)",
      'layers: dense: bias must be true or false at character 11 of "dense(10, bias=1)". ' +
        "Write dense(units, bias=…, shape=…, initializer=…).",
    ],
    [
      "dense(10, toString=1)",
      'layers: dense has no argument "toString" at character 11 of "dense(10, toString=1)". ' +
        "Write dense(units, bias=…, shape=…, initializer=…).",
    ],
  ])("%s", (text, sentence) => {
    const read = () => parseCalls("layers", text).map((found) => readCall<unknown>("layer", found, readers));
    expect(read).toThrow(expect.objectContaining({ message: sentence }));
  });

  test("a hostile depth of nesting", () => {
    expect(() => parseCalls("layers", "a(".repeat(1e6))).toThrow("layers: calls nest deeper than 100 at character 201");
  });

  test("names of any length and control characters, in a short sentence", () => {
    const sentenceOf = (text: string): string => {
      try {
        readCall("layer", parseCall("layers", text), readers as never);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(sentenceOf("x".repeat(5_000_000)).length).toBeLessThan(400);
    expect(sentenceOf(`dense(10, ${"x".repeat(5_000_000)}=1)`).length).toBeLessThan(500);
    expect(sentenceOf("relu \u001b[2J")).toBe('layers: needs a name; got "\ufffd" at character 6 of "relu \ufffd[2J".');
  });

  test("one call where one is wanted", () => {
    expect(parseCall("optimizer", "adam").name).toBe("adam");
    expect(() => parseCall("optimizer", "adam sgd")).toThrow('needs one name; got "sgd" too at character 6');
    expect(() => parseCall("optimizer", "")).toThrow("needs a name; the text ends at character 1");
  });
});
