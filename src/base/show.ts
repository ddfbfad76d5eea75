/**
 * Text from elsewhere as it may stand in a sentence: names, class names, what a file holds. Whatever it is, it stays short, on one
 * line, and does nothing to the terminal that shows it. Refuses nothing.
 */

/** What a sentence shows of one text. */
const longest = 80;

/** Control characters, line separators, and those that turn the direction of writing. */
const controls = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with a mark for each control character; nothing else changes. */
export function printable(text: string): string {
  return text.replace(controls, "\ufffd");
}

/** The text without control characters, cut where it is long. */
export function show(text: string, most: number = longest): string {
  if (text.length <= most) return printable(text);
  // No half of a character at the cut.
  return `${printable(text.slice(0, most).replace(/[\ud800-\udbff]$/, ""))}…`;
}

/** A path as users know it; the empty one in quotes. */
export function showPath(path: unknown): string {
  return typeof path === "string" && path !== "" ? show(path, 300) : showValue(path);
}

/** A value as one line of JSON in which nothing controls a terminal; the same value when it is read. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(controls, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Any value in a few words; texts in quotes, and nothing that is deep is looked into. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return `"${show(value)}"`;
  if (typeof value === "bigint") return `${show(String(value), 20)}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return showList(value);
  const name = kindOfObject(value);
  const length = ArrayBuffer.isView(value) && "length" in value ? ` of ${value.length}` : "";
  return name === "Object" ? "an object" : `${/^[AEIOU]/.test(name) ? "an" : "a"} ${show(name, 40)}${length}`;
}

/** Short lists of plain values as they are, others by their length. */
function showList(list: readonly unknown[]): string {
  const isPlain = list.length <= 8 && list.every((element) => typeof element !== "object" || element === null);
  return isPlain ? show(`[${list.map(showValue).join(", ")}]`, 2 * longest) : `a list of ${list.length}`;
}

function kindOfObject(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && typeof constructor.name === "string" ? constructor.name : "Object";
}
