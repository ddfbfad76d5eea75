/**
 * Writes the golden bytes of the encoder's test with GNU `as`:
 *
 *   node src/targets/x64/golden/make.mjs
 *
 * Each case is text in Intel's syntax and the calls that should write the same bytes. The templates here are written apart from
 * the table of `instructions.ts`; registers, addresses, masks and lengths come from a fixed random sequence.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integerCases, programs } from "./integer.mjs";
import { vectorCases } from "./vector.mjs";

/** The bytes of every case, in hexadecimal. */
function assemble(cases) {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  const [source, object, binary] = ["a.s", "a.o", "a.bin"].map((name) => join(folder, name));
  const text = cases.map(([lines], i) => `case${i}:\n${lines.split("; ").join("\n")}\n`).join("");
  writeFileSync(source, `.intel_syntax noprefix\n.text\n${text}case${cases.length}:\n`);
  execFileSync("as", ["-o", object, source], { stdio: "inherit" });
  execFileSync("objcopy", ["-O", "binary", "-j", ".text", object, binary]);
  const at = new Map(
    execFileSync("nm", [object], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([address, , name]) => [name, Number.parseInt(address, 16)]),
  );
  const bytes = readFileSync(binary);
  rmSync(folder, { recursive: true });
  return cases.map((_, i) => bytes.subarray(at.get(`case${i}`), at.get(`case${i + 1}`)).toString("hex"));
}

function write(name, cases) {
  const version = execFileSync("as", ["--version"], { encoding: "utf8" }).split("\n")[0];
  const hex = assemble(cases);
  const lines = cases.map(([text, form, calls], i) => JSON.stringify([text, hex[i], form, calls]));
  const head = `{"assembler":${JSON.stringify(version)},"cases":[\n`;
  writeFileSync(new URL(name, import.meta.url), `${head}${lines.join(",\n")}\n]}\n`);
}

write("integer.json", [...integerCases(), ...programs()]);
write("vector.json", vectorCases());
