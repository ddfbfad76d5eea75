/** Proves that pictures are read to the pixel, and that damaged, hostile and unknown ones are refused in one sentence. */

import sharp from "sharp";
import { describe, expect, test, vi } from "vitest";
import { FileError } from "../base/errors.ts";
import { readImage } from "./image.ts";

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part)))),
  );

describe("PGM", () => {
  const expected = { rows: 2, columns: 3, pixels: Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1) };

  test.each([
    ["bytes", bytes("P5 3 2 255\n", [0, 51, 102, 153, 204, 255])],
    ["bytes that are followed by more", bytes("P5\n3\n2\n5\n", [0, 1, 2, 3, 4, 5], "P5 1 1 1 x")],
    ["two bytes each", bytes("P5\r\n3 2\t1000 ", [0, 0, 0, 200, 1, 144, 2, 88, 3, 32, 3, 232])],
    ["text", bytes("P2 3 2 10\n0 2 4\n6 8 10")],
    ["text with comments", bytes("P2 # made by hand\n3 2 # size\n# white:\n10\n0 2 4 # first\n6 8 10\n")],
  ])("in %s", async (_, file) => {
    expect(await readImage(file)).toEqual(expected);
  });

  test("a first byte that looks like space is a pixel", async () => {
    expect((await readImage(bytes("P5 2 1 255\n", [10, 32]))).pixels).toEqual(Float32Array.of(10 / 255, 32 / 255));
  });

  test.each([
    [
      "another of the family",
      bytes("P6 1 1 255\nabc"),
      "f: PGM begins with P2 or P5; it begins with P6. Convert it to PGM.",
    ],
    ["no size", bytes("P5"), "f: PGM needs a number as width; the file ends. It is damaged; save it again."],
    [
      "no number",
      bytes("P5 3 -2 255\n"),
      'f: PGM needs a number as height; there is "-2 255?". It is damaged; save it again.',
    ],
    [
      "no pixels",
      bytes("P2 0 2 1\n"),
      "f: PGM needs at least 1×1 pixels and a white from 1 to 65535; it says 0×2 and 1.",
    ],
    ["too white", bytes("P5 1 1 65536\n"), "it says 1×1 and 65536. Save it again."],
    [
      "cut off",
      bytes("P5 3 2 255\n", [1, 2, 3, 4, 5]),
      "f: a PGM picture of 3×2 pixels must have 6 bytes after its header; it has 5. It is cut off; fetch it again.",
    ],
    ["cut off in text", bytes("P2 3 2 255\n1 2 3 4 "), "must have at least 11 bytes after its header; it has 8."],
    [
      "a pixel missing in text",
      bytes("P2 3 2 255\n11 22 33 44 55\n\n\n"),
      "f: PGM needs a number as pixel; the file ends.",
    ],
    ["an absurd size", bytes("P5 999999999 999999999 255\n"), "must have 999999998000000000 bytes"],
    ["an absurd size in text", bytes("P2 999999999 999999999 255\n1"), "must have at least 1999999996000000000 bytes"],
    ["an absurd number", bytes("P5 99999999999 1 255\n"), 'needs a number as width; there is "9999999999"'],
    [
      "brighter than white",
      bytes("P2 2 1 7\n7 8"),
      "f: no pixel may be brighter than white, 7; pixel 2 is 8. Save it again.",
    ],
  ])("%s is refused", async (_, file, message) => {
    const failure = await readImage(file, "f").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FileError);
    expect((failure as Error).message).toContain(message);
  });
});

describe("pictures that sharp decodes", () => {
  /** 3×2, black but for one white pixel; PNG keeps a transparent one, which is white. */
  const raw = { raw: { width: 3, height: 2, channels: 4 as const } };
  const pixel = (value: number, alpha = 255): number[] => [value, value, value, alpha];
  const data = Uint8Array.from([...pixel(0), ...pixel(255), ...pixel(0), ...pixel(0), ...pixel(0), ...pixel(0, 0)]);

  test("PNG, GIF and WebP, with what is transparent as white", async () => {
    const picture = sharp(data, raw);
    for (const encoded of [picture.png(), picture.gif(), picture.webp({ lossless: true })]) {
      const image = await readImage(new Uint8Array(await encoded.toBuffer()), "f");
      expect(image).toEqual({ rows: 2, columns: 3, pixels: Float32Array.of(0, 1, 0, 0, 0, 1) });
    }
  });

  test("JPEG in colour", async () => {
    const red = { width: 16, height: 8, channels: 3 as const, background: "#f00" };
    const image = await readImage(new Uint8Array(await sharp({ create: red }).jpeg().toBuffer()), "f");
    expect([image.rows, image.columns]).toEqual([8, 16]);
    expect(image.pixels[0]).toBeGreaterThan(0.1);
    expect(image.pixels[0]).toBeLessThan(0.6);
  });

  test("cut off is refused", async () => {
    const whole = new Uint8Array(await sharp(data, raw).png().toBuffer());
    await expect(readImage(whole.subarray(0, 50), "f.png")).rejects.toThrow(
      /^f\.png: must be a whole PNG picture of at most 50 million pixels; it could not be decoded \(.+\)\. Save it again\.$/,
    );
  });

  test("without sharp, the way out is named", async () => {
    vi.doMock("sharp", () => {
      throw new Error("not installed");
    });
    await expect(readImage(bytes([0xff, 0xd8, 0xff, 0xe0]), "f.jpg")).rejects.toThrow(
      "f.jpg: JPEG pictures are decoded by the package sharp, which is not installed. " +
        "Install it (npm install sharp), or convert the picture to PGM.",
    );
    vi.doUnmock("sharp");
  });
});

test("what begins like no picture is refused", async () => {
  await expect(readImage(bytes("hello"), "f.txt")).rejects.toThrow(
    "f.txt: must be a picture in PGM, PNG, JPEG, WebP or GIF; it begins with 68 65 6c 6c. Convert it.",
  );
  await expect(readImage(new Uint8Array(0), "f")).rejects.toThrow("it begins with nothing");
});
