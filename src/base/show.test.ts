/** Proves that whatever is shown stays short, on one line, and without control characters. */

import { expect, test } from "vitest";
import { jsonLine, printable, show, showPath, showValue } from "./show.ts";

test("control characters, line ends and turns of direction become a mark", () => {
  expect(printable("a\u001b[31mb\nc\u009bd\u007f\u202ee\u2028")).toBe("a\ufffd[31mb\ufffdc\ufffdd\ufffd\ufffde\ufffd");
  expect(printable("ja – oui 日本 👍")).toBe("ja – oui 日本 👍");
});

test("long texts are cut, never inside a character", () => {
  expect(show("x".repeat(80))).toBe("x".repeat(80));
  expect(show("x".repeat(5_000_000))).toBe(`${"x".repeat(80)}…`);
  expect(show("ab👍", 3)).toBe("ab…");
});

test("a line of JSON is the same value, without control characters", () => {
  const value = { a: "b\nc\u009b\u202e", d: [1, null] };
  expect(JSON.parse(jsonLine(value))).toEqual(value);
  expect(jsonLine(value)).toBe('{"a":"b\\nc\\u009b\\u202e","d":[1,null]}');
});

test("a path is shown as it is, an empty one in quotes", () => {
  expect([showPath("a/b c"), showPath(""), showPath(null)]).toEqual(["a/b c", '""', "null"]);
});

test("values are shown in a few words", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const shown = [1, "a\n", null, undefined, 7n, true, [1, "b", null], deep, [[1]], {}, new Float32Array(3)].map(
    showValue,
  );
  expect(shown).toEqual([
    ...["1", '"a\ufffd"', "null", "undefined", "7n", "true", '[1, "b", null]', "a list of 1", "a list of 1"],
    ...["an object", "a Float32Array of 3"],
  ]);
  expect(showValue(Object.create(null))).toBe("an object");
  expect(showValue("x".repeat(1000)).length).toBeLessThan(100);
  expect(showValue(Array(8).fill("x".repeat(1000))).length).toBeLessThan(200);
});
