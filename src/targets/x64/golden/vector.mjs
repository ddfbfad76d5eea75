/**
 * Templates of vector instructions. A template: name, forms (v VEX, e EVEX, o neither to choose), operands, lengths. Operands: v a
 * vector of the length, v/2 and v/4 of half and a quarter of it, x and y of 128 and 256 bits, k a mask, r32 and r64 general; after |
 * what may stand instead: m memory of the same size, m32… memory of that, b32 and b64 a broadcast element. s: memory with a
 * vector index. i: immediate. At the end: k? may be masked, kz masked or zeroed, k! must be masked.
 */

import { address, general, memory, pick, random } from "./random.mjs";

const arithmetic = ["add", "mul", "sub", "min", "div", "max", "and", "andn", "or", "xor", "unpckl", "unpckh"];
const fused = ["vfmadd132", "vfmadd213", "vfmadd231", "vfmsub132", "vfmsub213", "vfmsub231"];
const negated = ["vfnmadd132", "vfnmadd213", "vfnmadd231"];
const integer = ["vpaddd", "vpsubd", "vpmulld", "vpminsd", "vpmaxsd", "vpminud", "vpmaxud"];
const variable = ["vpsllvd", "vpsrlvd", "vpsravd", "vpackusdw"];
const logic = ["vpand", "vpandn", "vpor", "vpxor"];
const shifts = ["vpslld", "vpsrld", "vpsrad"];

const templates = [
  ...["vmovups", "vmovaps"].flatMap((name) => [
    [name, "ve", "v v|m kz"],
    [name, "ve", "m v k?"],
  ]),
  ["vmovdqu", "v", "v v|m"],
  ["vmovdqu", "v", "m v"],
  ["vmovdqu32", "e", "v v|m kz"],
  ["vmovdqu32", "e", "m v k?"],
  ["vmovntps", "ve", "m v"],
  ["vmovss", "ve", "x m32 kz", [128]],
  ["vmovss", "ve", "m32 x k?", [128]],
  ["vmovd", "ve", "x r32|m32", [128]],
  ["vmovd", "ve", "m32 x", [128]],
  ["vmovd:vmovdToR32", "ve", "r32 x", [128]],
  ["vmovq", "ve", "x r64|m64", [128]],
  ["vmovq", "ve", "m64 x", [128]],
  ["vmovq:vmovqToR64", "ve", "r64 x", [128]],
  ["vmovsldup", "ve", "v v|m kz"],
  ["vmovshdup", "ve", "v v|m kz"],
  ["vmovmskps", "v", "r32 v"],
  ...["vmaskmovps", "vpmaskmovd"].flatMap((name) => [
    [name, "v", "v v m"],
    [name, "v", "m v v"],
  ]),
  ["vbroadcastss", "ve", "v x|m32 kz"],
  ["vpbroadcastd", "ve", "v x|m32 kz"],
  ["vpbroadcastd:vpbroadcastdFromR32", "e", "v r32 kz"],
  ["vpmovzxbd", "ve", "v v/4|m kz"],
  ["vpmovdb", "e", "v/4 v kz"],
  ["vpmovdb", "e", "m/4 v k?"],
  ["vpackuswb", "ve", "v v v|m kz"],
  ["vpextrd", "ve", "r32|m32 x i", [128]],
  ["vpextrb", "ve", "r32|m8 x i", [128]],
  ["vpinsrd", "ve", "x x r32|m32 i", [128]],
  ["vpinsrb", "ve", "x x r32|m8 i", [128]],
  ...["vextractf128", "vextracti128"].map((name) => [name, "v", "x|m v i", [256]]),
  ...["vinsertf128", "vinserti128"].map((name) => [name, "v", "v v x|m i", [256]]),
  ...["vextractf32x4", "vextracti32x4"].flatMap((name) => [
    [name, "e", "x v i kz", [256, 512]],
    [name, "e", "m128 v i k?", [256, 512]],
  ]),
  ...["vextractf64x4", "vextracti64x4"].flatMap((name) => [
    [name, "e", "y v i kz", [512]],
    [name, "e", "m256 v i k?", [512]],
  ]),
  ...["vinsertf32x4", "vinserti32x4"].map((name) => [name, "e", "v v x|m i kz", [256, 512]]),
  ...["vinsertf64x4", "vinserti64x4"].map((name) => [name, "e", "v v y|m i kz", [512]]),

  ...arithmetic.map((name) => [`v${name}ps`, "ve", "v v v|m|b32 kz"]),
  ...["add", "mul", "sub", "min", "div", "max"].map((name) => [`v${name}pd`, "ve", "v v v|m|b64 kz"]),
  ...["vunpcklpd", "vunpckhpd", "vpaddq", "vpmuludq", "vfmadd231pd"].map((name) => [name, "ve", "v v v|m|b64 kz"]),
  ...[...fused, ...negated].map((name) => [`${name}ps`, "ve", "v v v|m|b32 kz"]),
  ...[...integer, ...variable].map((name) => [name, "ve", "v v v|m|b32 kz"]),
  ...["vsqrtps", "vcvtdq2ps", "vcvtps2dq", "vcvttps2dq"].map((name) => [name, "ve", "v v|m|b32 kz"]),
  ...["vcvtudq2ps", "vcvttps2udq", "vgetexpps"].map((name) => [name, "e", "v v|m|b32 kz"]),
  ["vsqrtpd", "ve", "v v|m|b64 kz"],
  ...["vroundps", "vroundpd"].map((name) => [name, "v", "v v|m i"]),
  ["vrndscaleps", "e", "v v|m|b32 i kz"],
  ["vrndscalepd", "e", "v v|m|b64 i kz"],
  ...["vrangeps", "vfixupimmps", "vpternlogd"].map((name) => [name, "e", "v v v|m|b32 i kz"]),
  ...["vscalefps", "vblendmps", "vpblendmd"].map((name) => [name, "e", "v v v|m|b32 kz"]),
  ...["vcvtdq2pd", "vcvtps2pd"].map((name) => [name, "ve", "v v/2|m|b32 kz"]),
  ["vcvtudq2pd", "e", "v v/2|m|b32 kz"],
  ...["vcvttpd2dq", "vcvtpd2ps"].map((name) => [name, "ve", "v/2 v|m|b64 kz"]),
  ["vcvttpd2udq", "e", "v/2 v|m|b64 kz"],

  ["vcmpps", "v", "v v v|m i31"],
  ["vcmpps", "e", "k v v|m|b32 i31 k?"],
  ...["vpcmpd", "vpcmpud"].map((name) => [name, "e", "k v v|m|b32 i7 k?"]),
  ...["vpcmpeqd", "vpcmpgtd"].flatMap((name) => [
    [name, "v", "v v v|m"],
    [name, "e", "k v v|m|b32 k?"],
  ]),
  ["vptest", "v", "v v|m"],
  ["vpmovm2d", "e", "v k"],
  ["vpmovd2m", "e", "k v"],
  ["vblendvps", "v", "v v v|m v"],
  ...["vblendps", "vpblendd"].map((name) => [name, "v", "v v v|m i"]),

  ...logic.flatMap((name) => [
    [name, "v", "v v v|m"],
    [`${name}d`, "e", "v v v|m|b32 kz"],
  ]),
  ...shifts.flatMap((name) => [
    [name, "v", "v v i"],
    [name, "e", "v v|m|b32 i kz"],
  ]),
  ...["vpsllq", "vpsrlq"].flatMap((name) => [
    [name, "v", "v v i"],
    [name, "e", "v v|m|b64 i kz"],
  ]),
  ...["vprold", "vprord"].map((name) => [name, "e", "v v|m|b32 i kz"]),

  ...["vpermps", "vpermd"].flatMap((name) => [
    [name, "v", "v v v|m", [256]],
    [name, "e", "v v v|m|b32 kz", [256, 512]],
  ]),
  ["vpermq", "v", "v v|m i", [256]],
  ["vpermq", "e", "v v|m|b64 i kz", [256, 512]],
  ...["vpermilps", "vpshufd"].map((name) => [name, "ve", "v v|m|b32 i kz"]),
  ...["vpermt2ps", "vpermi2ps"].map((name) => [name, "e", "v v v|m|b32 kz"]),
  ["vperm2f128", "v", "v v v|m i", [256]],
  ["vshuff32x4", "e", "v v v|m|b32 i kz", [256, 512]],
  ["vshufps", "ve", "v v v|m|b32 i kz"],
  ["vpshufb", "ve", "v v v|m kz"],

  ...["vgatherdps", "vpgatherdd"].flatMap((name) => [
    [name, "v", "v s v"],
    [name, "e", "v s k!"],
  ]),
  ...["vscatterdps", "vpscatterdd"].map((name) => [name, "e", "s v k!"]),

  ["kmovw", "o", "k k|m16"],
  ["kmovw", "o", "m16 k"],
  ["kmovw:kmovwFromR32", "o", "k r32"],
  ["kmovw:kmovwToR32", "o", "r32 k"],
  ["kmovd", "o", "k k|m32"],
  ["kmovd", "o", "m32 k"],
  ["kmovd:kmovdFromR32", "o", "k r32"],
  ["kmovd:kmovdToR32", "o", "r32 k"],
  ...["kandw", "kandnw", "korw", "kxnorw", "kxorw"].map((name) => [name, "o", "k k k"]),
  ...["knotw", "kortestw"].map((name) => [name, "o", "k k"]),
  ...["kshiftlw", "kshiftrw"].map((name) => [name, "o", "k k i"]),
];

const vector = (number, bits) => `${{ 128: "x", 256: "y", 512: "z" }[bits]}mm${number}`;
const narrower = (bits, part) => Math.max(128, bits / part);

/** What an operand's first letter and part say: bits of its register and of its memory. */
function widths(token, bits) {
  if (token[0] === "x") return [128, 128];
  if (token[0] === "y") return [256, 256];
  const part = Number(token.split("/")[1] ?? 1);
  return [narrower(bits, part), bits / part];
}

/** One operand as [text, operand]. `kind`: which alternative, "r", "m" or "b". */
function operand(token, kind, form, bits, forbidden) {
  const [first, ...others] = token.split("|");
  const count = form === "e" ? 32 : 16;
  const [registerBits, memoryBits] = widths(first, bits);
  const memoryToken = first[0] === "m" ? first : others.find((other) => other[0] === "m");
  if (first[0] === "s") {
    const free = [...Array(count).keys()].filter((number) => !forbidden.includes(number));
    const place = {
      base: random(16),
      index: pick(free),
      scale: pick([1, 2, 4, 8]),
      displacement: pick([0, 4, -64, 5, 512]),
    };
    return address(place, 32, (number) => vector(number, bits));
  }
  if (first[0] === "m" || (kind === "m" && memoryToken)) {
    const size = Number(/^m(\d+)/.exec(memoryToken)?.[1] ?? memoryBits);
    return address(memory(size / 8), size);
  }
  if (kind === "b" && others.length > 0) {
    const size = Number(others.find((other) => other[0] === "b").slice(1));
    const [text, place] = address(memory(size / 8), size);
    return [`${text}{1to${memoryBits / size}}`, place];
  }
  if (first === "k") return ((number) => [`k${number}`, number])(random(8));
  if (first === "r32" || first === "r64") {
    const number = random(16);
    return [general(number, Number(first.slice(1))), number];
  }
  const number = pick([...Array(count).keys()].filter((each) => !forbidden.includes(each)));
  return [vector(number, registerBits), number];
}

/** One case: the template with operands of a kind; masking 1 masks, 2 zeroes where it may. */
function make([names, , operands], form, bits, kind, masking) {
  const [name, mnemonic = name] = names.split(":");
  const tokens = operands.split(" ").filter((token) => !/^(k[z?!]|i\d*)$/.test(token));
  const maskToken = /k[z?!]$/.exec(operands)?.[0];
  const gather = tokens.includes("s");
  const used = [];
  const parts = tokens.map((token) => {
    const part = operand(token, kind, form, bits, gather ? used : []);
    used.push(typeof part[1] === "number" ? part[1] : part[1].index);
    return part;
  });
  const options = {};
  let suffix = "";
  if (maskToken && (masking > 0 || maskToken === "k!")) {
    options.mask = 1 + random(7);
    suffix = `{k${options.mask}}`;
    if (masking === 2 && maskToken === "kz") {
      options.zeroing = true;
      suffix += "{z}";
    }
  }
  if (kind === "b") options.broadcast = true;
  const texts = parts.map(([text], i) => (i === 0 ? text + suffix : text));
  const limit = / i(\d*)/.exec(operands);
  if (limit) {
    options.immediate = random(Number(limit[1] || 255) + 1);
    texts.push(String(options.immediate));
  }
  const prefix = form === "o" ? "" : form === "e" ? "{evex} " : "{vex} ";
  const load = form !== "o" && parts.length === 2 && kind === "r" && /^vmov(ups|aps|dqu)/.test(name) ? "{load} " : "";
  const call = ["vector", mnemonic, bits, parts.map(([, value]) => value)];
  if (Object.keys(options).length > 0) call.push(options);
  return [`${load}${prefix}${name} ${texts.join(", ")}`, form === "v" ? "vex" : "evex", [call]];
}

export function vectorCases() {
  return templates.flatMap((template) => {
    const [, forms, operands, lengths] = template;
    const maskable = /k[z?!]$/.test(operands);
    return [...forms].flatMap((form) => {
      const all = lengths ?? (form === "e" ? [128, 256, 512] : form === "v" ? [128, 256] : [128]);
      const cases = all.map((bits) => make(template, form, bits, "r", 0));
      const evex = form === "e";
      if (/[|ms]/.test(operands)) for (let i = 0; i < 3; i++) cases.push(make(template, form, pick(all), "m", 0));
      if (evex && operands.includes("|b")) {
        for (let i = 0; i < 2; i++) cases.push(make(template, form, pick(all), "b", 0));
      }
      if (evex && maskable) {
        cases.push(make(template, form, pick(all), "r", 1), make(template, form, pick(all), "r", 2));
        if (/[|ms]/.test(operands)) cases.push(make(template, form, pick(all), "m", 2));
      }
      return cases;
    });
  });
}
