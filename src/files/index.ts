/** The door `gradus/files`: what other programs read and write. */

export { decodeSafetensors, encodeSafetensors, type Safetensors, type TensorData } from "./safetensors.ts";
