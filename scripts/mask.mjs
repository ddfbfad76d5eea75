/**
 * TypeScript with comments and the insides of strings, templates and regular expressions blanked out, every character at its
 * place, so that simple patterns find code and nothing else. It tells tokens apart and refuses to understand them: whether a
 * slash divides or begins a regular expression is read off the token before it.
 */

const kinds = {
  comment: /\/\/.*|\/\*[\s\S]*?\*\//y,
  string: /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y,
  regex: /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y,
  word: /[\w$#@]+/y,
};
/** A template up to its end or its next `${`; it begins with a backtick, or with the brace that ends an expression. */
const template = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
/** After these a slash begins a regular expression. */
const beforeRegex = /^(?:[(,=:[!&|?{};+\-*%~^<>]|return|typeof|case|in|of|do|else|void|yield|await|throw|delete)?$/;

/** The text with everything but code blanked out; quotes stay. */
export function mask(text) {
  let masked = "";
  let last = "";
  const open = []; // for each template being read: the braces open within its current expression
  const match = (pattern) => {
    pattern.lastIndex = masked.length;
    return pattern.exec(text)?.[0];
  };
  const blank = (token) => token[0] + token.slice(1, -1).replace(/[^\n]/g, " ") + token.slice(1).slice(-1);

  while (masked.length < text.length) {
    const char = text[masked.length];
    const comment = match(kinds.comment);
    if (comment) {
      masked += comment.replace(/[^\n]/g, " ");
      continue;
    }
    const ends = char === "}" && open.at(-1) === 0;
    const part = ends || char === "`" ? match(template) : undefined;
    if (part) {
      if (ends) open.pop();
      if (part.endsWith("${")) open.push(0);
      masked += blank(part);
      last = part.endsWith("`") ? "`" : "{";
      continue;
    }
    const token = match(kinds.string) ?? (beforeRegex.test(last) ? match(kinds.regex) : undefined);
    if (token) {
      masked += blank(token);
      last = token[0];
      continue;
    }
    const word = match(kinds.word) ?? char;
    if (open.length > 0 && word === "{") open[open.length - 1]++;
    if (open.length > 0 && word === "}") open[open.length - 1]--;
    masked += word;
    if (word.trim() !== "") last = word;
  }
  return masked;
}
