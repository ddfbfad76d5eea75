/**
 * Measures the float32 sequences of src/kernel against float64 functions, in both numerics modes: functions of one number over
 * all float32 values, pow over a seeded sample. Needs a build. Exits with 1 when an error exceeds its limit or a special value
 * is wrong.
 *
 *   node scripts/math-error.mjs [stride=1] [function…]      stride 1: all 2³² bit patterns, 200 million pairs for pow
 *
 * The scalars are printed as straight JavaScript, which the engine runs faster than calls through the interface. The printed
 * function does not flush subnormals, as WebAssembly does not: where it agrees with the interface, both kinds of machine do.
 */

import { fmaFloat32 } from "../dist/base/fma.js";
import { RandomStream } from "../dist/base/rng.js";
import { ulpError } from "../dist/base/ulp.js";
import { erf } from "../dist/kernel/erf.js";
import { exp, log, sigmoid, tanh } from "../dist/kernel/math.js";
import { flush, numberScalars, roundToFloat32 } from "../dist/kernel/numbers.js";
import { pow } from "../dist/kernel/pow.js";
import { cos, sin } from "../dist/kernel/trigonometry.js";

const largestAngle = 2 ** 20;

/** What is measured, what it is compared with, and the error allowed in ulp. */
const functions = {
  exp: { sequence: exp, exact: Math.exp, limit: 2 },
  log: { sequence: log, exact: Math.log, limit: 2 },
  tanh: { sequence: tanh, exact: Math.tanh, limit: 2 },
  sigmoid: { sequence: sigmoid, exact: exactSigmoid, limit: 2 },
  erf: { sequence: erf, exact: exactErf, limit: 2 },
  sin: { sequence: sin, exact: (x) => (Math.abs(x) <= largestAngle ? Math.sin(x) : NaN), limit: 2 },
  cos: { sequence: cos, exact: (x) => (Math.abs(x) <= largestAngle ? Math.cos(x) : NaN), limit: 2 },
  pow: { sequence: pow, exact: exactPow, limit: 4 },
};
const pairs = 200_000_000;
const smallestNormal = 2 ** -126;

function exactSigmoid(x) {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms are positive, so the error stays near 10⁻¹⁵. */
function exactErf(x) {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
    term *= (2 * square) / n;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

/** JavaScript's power has NaN where IEEE 754 has 1: 1^NaN and (±1)^±∞. */
function exactPow(x, y) {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

/**
 * A sequence as one JavaScript function from blocks of arguments to a block of results, by an interpretation of scalars that
 * writes expressions.
 */
function print(sequence, numerics) {
  const lines = [];
  const name = (expression) => {
    lines.push(`const v${lines.length} = ${expression};`);
    return `v${lines.length - 1}`;
  };
  const literal = (value) => `(${Object.is(value, -0) ? "-0" : value})`;
  const both = {
    equal: (a, b) => name(`${a} === ${b}`),
    less: (a, b) => name(`${a} < ${b}`),
    lessEqual: (a, b) => name(`${a} <= ${b}`),
    select: (condition, then, otherwise) => name(`${condition} ? ${then} : ${otherwise}`),
    max: (a, b) => name(`Math.max(${a}, ${b})`),
    min: (a, b) => name(`Math.min(${a}, ${b})`),
  };
  // Where the float64 sum lies half way between two float32 values, and only there, rounding it again may be wrong.
  const fused = (a, b, c) => {
    const sum = name(`${a} * ${b} + ${c}`);
    const rounded = name(`round(${sum})`);
    const other = name(`${rounded} + 2 * (${sum} - ${rounded})`);
    return name(`${sum} === ${rounded} || round(${other}) !== ${other} ? ${rounded} : fma(${a}, ${b}, ${c})`);
  };
  const float32 = {
    ...both,
    constant: (value) => literal(roundToFloat32(value)),
    add: (a, b) => name(`round(${a} + ${b})`),
    sub: (a, b) => name(`round(${a} - ${b})`),
    mul: (a, b) => name(`round(${a} * ${b})`),
    div: (a, b) => name(`round(${a} / ${b})`),
    fma: (a, b, c) => (numerics === "fused" ? fused(a, b, c) : name(`round(round(${a} * ${b}) + ${c})`)),
    neg: (a) => name(`-${a}`),
    abs: (a) => name(`Math.abs(${a})`),
    floor: (a) => name(`Math.floor(${a})`),
    bits: (a) => name(`(float[0] = ${a}, word[0])`),
  };
  const int32 = {
    ...both,
    constant: (value) => literal(value | 0),
    add: (a, b) => name(`(${a} + ${b}) | 0`),
    sub: (a, b) => name(`(${a} - ${b}) | 0`),
    and: (a, b) => name(`${a} & ${b}`),
    or: (a, b) => name(`${a} | ${b}`),
    xor: (a, b) => name(`${a} ^ ${b}`),
    shiftLeft: (a, count) => name(`${a} << ${count}`),
    shiftRight: (a, count) => name(`${a} >> ${count}`),
    toFloat32: (a) => name(`round(${a})`),
    asFloat32: (a) => name(`(word[0] = ${a}, float[0])`),
  };
  const bool = {
    and: (a, b) => name(`${a} && ${b}`),
    or: (a, b) => name(`${a} || ${b}`),
    not: (a) => name(`!${a}`),
  };
  const isBinary = sequence.length > 2;
  const result = sequence({ float32, int32, bool }, "x", "y");
  const helpers = "const float = new Float32Array(1), word = new Int32Array(float.buffer), round = Math.fround;";
  const args = isBinary ? "const x = xs[i], y = ys[i];" : "const x = xs[i];";
  const body = `for (let i = 0; i < results.length; i++) { ${args} ${lines.join("\n")} results[i] = ${result}; }`;
  return new Function("fma", `${helpers} return (results, xs, ys) => { ${body} };`)(fmaFloat32);
}

/** Collects the errors of one function in one mode. */
class Report {
  worst = 0;
  at = [];
  wrong = 0;
  firstWrong = [];
  #limit;

  constructor(limit) {
    this.#limit = limit;
  }

  add(actual, expected, x, y) {
    // A unit is more than 2⁻²⁴ of the value: no new maximum below this.
    if (Math.abs(actual - expected) <= this.worst * 2 ** -24 * Math.abs(expected)) return;
    const error = errorOf(actual, expected);
    if (error > this.#limit || (actual !== 0 && Math.abs(actual) < smallestNormal)) {
      if (this.wrong++ === 0) this.firstWrong = [x, y];
    }
    if (error > this.worst) {
      this.worst = error;
      this.at = [x, y];
    }
  }
}

function errorOf(actual, expected) {
  if (actual === 0 && Math.abs(expected) < smallestNormal) {
    return 1 / actual > 0 === (expected > 0 || Object.is(expected, 0)) ? 0 : Infinity;
  }
  // Where overflow is a matter of the last place, Infinity counts as 2¹²⁸.
  if (actual === Math.sign(expected) * Infinity) return Math.max(0, 2 ** 128 - Math.abs(expected)) * 2 ** -104;
  if (Math.abs(expected) >= 2 ** 128 && Math.sign(actual) === Math.sign(expected)) {
    return (2 ** 128 - Math.abs(actual)) * 2 ** -104;
  }
  return ulpError(actual, expected, "float32");
}

const block = 4096;

/** Over all float32 values. */
function measureAll({ sequence, exact, limit }, numerics, stride) {
  const compute = print(sequence, numerics);
  const k = numberScalars(numerics);
  const report = new Report(limit);
  const results = new Float32Array(block);
  const xs = new Float32Array(block);
  const bits = new Uint32Array(xs.buffer);
  for (let next = 0; next < 2 ** 32; ) {
    for (let i = 0; i < block; i++) {
      bits[i] = Math.min(next, 2 ** 32 - 1);
      if ((bits[i] & infiniteBits) === 0) bits[i] &= 0x80000000; // subnormals count as zero
      next += stride;
    }
    compute(results, xs);
    requireSame(results[0], sequence(k, xs[0]), [xs[0]]);
    for (let i = 0; i < block; i++) {
      const expected = exact(xs[i]);
      if (results[i] !== expected) report.add(results[i], expected, xs[i]);
    }
  }
  return report;
}

/** Over pairs from the regions where a power is hard. */
function measurePairs({ sequence, exact, limit }, numerics, count) {
  const compute = print(sequence, numerics);
  const k = numberScalars(numerics);
  const stream = new RandomStream(1, "math error");
  const report = new Report(limit);
  const results = new Float32Array(block);
  const xs = new Float32Array(block);
  const ys = new Float32Array(block);
  for (let n = 0; n < count; n += block) {
    for (let i = 0; i < block; i++) {
      const [x, y] = regions[i % regions.length](stream);
      xs[i] = flush(x);
      ys[i] = roundToFloat32(y);
    }
    compute(results, xs, ys);
    for (let i = 0; i < block; i++) {
      if (i % 97 === 0) requireSame(results[i], sequence(k, xs[i], ys[i]), [xs[i], ys[i]]);
      const expected = exact(xs[i], ys[i]);
      if (results[i] !== expected || expected === 0) report.add(results[i], expected, xs[i], ys[i]);
    }
  }
  return report;
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function fromBits(bits) {
  word[0] = bits;
  return float[0];
}

/** A positive, finite float32 of random bits. */
const anyPositive = (stream) => fromBits(smallestBits + (stream.nextBits() % (infiniteBits - smallestBits)));
/** A float32 within 2^(bits − 24) of 1, but not 1. */
const nearOne = (stream, bits) => fromBits(oneBits + ((stream.nextBits() >>> (32 - bits)) | 1) - 2 ** (bits - 1));
/** Uniform in (−size, size). */
const within = (stream, size) => (2 * stream.nextUniform() - 1) * size;
const [smallestBits, oneBits, infiniteBits] = [0x00800000, 0x3f800000, 0x7f800000];

/** The y for which xʸ = 2^logarithm. */
const exponentFor = (x, logarithm) => logarithm / Math.log2(Math.abs(x));

const regions = [
  // Any bits.
  (stream) => [fromBits(stream.nextBits()), fromBits(stream.nextBits())],
  // Any x, results of all sizes.
  (stream) => {
    const x = anyPositive(stream);
    return [x, exponentFor(x, within(stream, 152))];
  },
  // x ever closer to 1, y up to 2³¹.
  (stream) => {
    const x = nearOne(stream, 23);
    return [x, exponentFor(x, within(stream, 152))];
  },
  (stream) => {
    const x = nearOne(stream, 10);
    return [x, exponentFor(x, within(stream, 152))];
  },
  // Results near overflow and near 2⁻¹²⁶.
  (stream) => {
    const x = anyPositive(stream);
    return [x, exponentFor(x, 128 + within(stream, 1e-4))];
  },
  (stream) => {
    const x = nearOne(stream, 23);
    return [x, exponentFor(x, -126 + within(stream, 1e-4))];
  },
  // Negative x and integer y, both parities.
  (stream) => {
    const x = -anyPositive(stream);
    return [x, Math.round(exponentFor(x, within(stream, 152)))];
  },
  // Everyday bases, exponents in halves.
  (stream) => [stream.nextUniform() * 16, Math.round(within(stream, 24)) / 2],
];

function requireSame(printed, interpreted, args) {
  if (!Object.is(printed, interpreted))
    throw new Error(`at ${args.join(", ")}: ${printed} unflushed, ${interpreted} flushed`);
}

const place = (args) => args.filter((value) => value !== undefined).join(", ");

const [strideText = "1", ...names] = process.argv.slice(2);
const stride = Number(strideText);
let failed = false;
for (const name of names.length > 0 ? names : Object.keys(functions)) {
  for (const numerics of ["fused", "portable"]) {
    const subject = functions[name];
    const { worst, at, wrong, firstWrong } =
      name === "pow" ? measurePairs(subject, numerics, pairs / stride) : measureAll(subject, numerics, stride);
    const complaint = wrong > 0 ? `, ${wrong} wrong, the first at ${place(firstWrong)}` : "";
    console.log(`${name} ${numerics}: ${worst.toFixed(3)} ulp at ${place(at)}${complaint}`);
    failed ||= wrong > 0;
  }
}
process.exitCode = failed ? 1 : 0;
