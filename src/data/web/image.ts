/** What ../node/image.ts offers, in browsers: they decode pictures themselves, so this says how. */

import { FileError } from "../../base/errors.ts";

type Images = typeof import("../node/image.ts");

export const decodeImage: Images["decodeImage"] = (_bytes, file, format) => {
  throw new FileError(
    `${file}: a browser decodes ${format} itself. Draw it on a canvas and give fitImage the grey of getImageData().`,
    { operation: "image", file, hint: "getImageData()" },
  );
};
