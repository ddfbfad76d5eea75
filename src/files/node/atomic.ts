/** Where the rooms below find the way to write a file completely or not at all (Node only). */

export { writeFileAtomically } from "../../base/node/file.ts";
