/** The door `gradus/files`: what other programs read and write. */

export type { Bytes } from "../base/bytes.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors, type TensorData } from "./safetensors.ts";
