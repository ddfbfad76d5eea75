/** Cases of integer instructions, of every address, and programs with labels. */

import { address, general, memory, pick, random } from "./random.mjs";

const both = [32, 64];
const register = () => random(16);

/** One case of an instruction: its text and one call. */
const one = (text, ...call) => [text, "vex", [call]];

const conditions = {
  equal: "je",
  notEqual: "jne",
  less: "jl",
  lessEqual: "jle",
  greater: "jg",
  greaterEqual: "jge",
  below: "jb",
  belowEqual: "jbe",
  above: "ja",
  aboveEqual: "jae",
};

/** Instructions of register and register or memory. */
function twoOperands() {
  const cases = [];
  const add = (name, bits, [left, destination], [right, source]) =>
    cases.push(one(`${name} ${left}, ${right}`, "integer", name, destination, source, bits));
  const gp = (number, bits) => [general(number, bits), number];
  for (const bits of both) {
    for (const name of ["add", "or", "and", "sub", "xor", "cmp", "test", "mov", "xadd", "cmpxchg"]) {
      for (let i = 0; i < 3; i++) add(name, bits, gp(register(), bits), gp(register(), bits));
      for (let i = 0; i < 2; i++) add(name, bits, address(memory(1), bits), gp(register(), bits));
    }
    const loads = ["add", "or", "and", "sub", "xor", "cmp", "test", "mov", "imul", "xchg"];
    for (const name of [...loads, "cmove", "cmovne", "cmovl", "cmovg", "lea"]) {
      for (let i = 0; i < 2; i++) add(name, bits, gp(register(), bits), address(memory(1), name === "lea" ? 0 : bits));
    }
    for (const name of ["imul", "cmove", "cmovne", "cmovl", "cmovg"]) {
      for (let i = 0; i < 2; i++) add(name, bits, gp(register(), bits), gp(register(), bits));
    }
    for (let i = 0; i < 3; i++) add("xchg", bits, address(memory(1), bits), gp(register(), bits));
  }
  for (let i = 0; i < 3; i++) {
    add("movsxd", 64, gp(register(), 64), gp(register(), 32));
    add("movsxd", 64, gp(register(), 64), address(memory(1), 32));
  }
  return cases;
}

function bytes() {
  const cases = [];
  for (const bits of both) {
    for (const name of ["movzx", "movsx"]) {
      for (const source of [0, 3, 4, 5, 6, 7, 8, 15]) {
        const to = register();
        const text = `${name} ${general(to, bits)}, ${general(source, 8)}`;
        cases.push(one(text, "integer", `${name}Byte`, to, source, bits));
      }
      for (let i = 0; i < 3; i++) {
        const to = register();
        const [text, place] = address(memory(1), 8);
        cases.push(one(`${name} ${general(to, bits)}, ${text}`, "integer", `${name}Byte`, to, place, bits));
      }
    }
  }
  for (let source = 0; source < 16; source++) {
    const [text, place] = address(memory(1), 8);
    cases.push(one(`mov ${text}, ${general(source, 8)}`, "integer", "movByte", place, source, 32));
  }
  for (const immediate of [0, 127, -128, -1]) {
    const [text, place] = address(memory(1), 8);
    cases.push(one(`mov ${text}, ${immediate}`, "integer", "movByte", place, { immediate }, 32));
  }
  return cases;
}

function immediates() {
  const cases = [];
  const values = [0, 1, -1, 127, 128, -128, -129, 0x7fffffff, -0x80000000];
  for (const bits of both) {
    for (const name of ["add", "or", "and", "sub", "xor", "cmp", "test", "mov"]) {
      for (const immediate of values) {
        for (const to of [0, 1 + random(15)]) {
          const text = `${name} ${general(to, bits)}, ${immediate}`;
          cases.push(one(text, "integer", name, to, { immediate }, bits));
        }
      }
      for (const immediate of [5, -1000]) {
        const [text, place] = address(memory(1), bits);
        cases.push(one(`${name} ${text}, ${immediate}`, "integer", name, place, { immediate }, bits));
      }
    }
    for (const immediate of values) {
      const [to, from] = [register(), register()];
      const text = `imul ${general(to, bits)}, ${general(from, bits)}, ${immediate}`;
      cases.push(one(text, "imul3", to, from, immediate, bits));
      const [place, operand] = address(memory(1), bits);
      cases.push(one(`imul ${general(to, bits)}, ${place}, ${immediate}`, "imul3", to, operand, immediate, bits));
    }
  }
  cases.push(one("and ebx, 0xfffffff0", "integer", "and", 3, { immediate: 0xfffffff0 }, 32));
  cases.push(one("mov r9d, 0xffffffff", "integer", "mov", 9, { immediate: 0xffffffff }, 32));
  return cases;
}

function others() {
  const cases = [];
  for (const bits of both) {
    for (const name of ["shl", "shr", "sar"]) {
      for (const count of [0, 1, 2, bits - 1]) {
        const to = register();
        cases.push(one(`${name} ${general(to, bits)}, ${count}`, "shift", name, to, count, bits));
      }
    }
    for (const name of ["neg", "not", "inc", "dec", "idiv", "div"]) {
      for (const to of [random(8), 8 + random(8)])
        cases.push(one(`${name} ${general(to, bits)}`, "unary", name, to, bits));
      const [text, place] = address(memory(1), bits);
      cases.push(one(`${name} ${text}`, "unary", name, place, bits));
    }
  }
  for (let number = 0; number < 16; number++) {
    const name = general(number, 64);
    cases.push(one(`push ${name}`, "push", number), one(`pop ${name}`, "pop", number));
    cases.push(one(`jmp ${name}`, "jumpRegister", number), one(`call ${name}`, "callOperand", number));
    cases.push(one(`xor ${general(number, 32)}, ${general(number, 32)}`, "moveImmediate64", number, 0));
  }
  for (let i = 0; i < 4; i++) {
    const at = (bits) => address(memory(1), bits);
    const push = (prefix, bits, ...call) => {
      const [text, place] = at(bits);
      cases.push(one(`${prefix} ${text}`, ...call, place));
    };
    push("jmp", 64, "jumpRegister");
    push("call", 64, "callOperand");
    push("ldmxcsr", 32, "mxcsr", "ldmxcsr");
    push("stmxcsr", 32, "mxcsr", "stmxcsr");
    for (const hint of ["t0", "t1", "nta"]) push(`prefetch${hint}`, 8, "prefetch", hint);
  }
  for (const name of ["ret", "cdq", "cqo", "pause", "syscall", "rdtsc", "cpuid", "mfence", "ud2", "vzeroupper"]) {
    cases.push(one(name, name));
  }
  const wide = (text, value) => {
    const to = register();
    cases.push(
      one(
        `${text} ${general(to, text === "mov" && value >= 0 && value < 2 ** 32 ? 32 : 64)}, ${value}`,
        "moveImmediate64",
        to,
        value,
      ),
    );
  };
  for (const value of [1, 0x7fffffff, 0x80000000, 0xffffffff, -1, -0x80000000]) wide("mov", value);
  for (const value of [2 ** 32, -(2 ** 31) - 1, 2 ** 53 - 1]) wide("movabs", value);
  for (const value of ["0x123456789abcdef0", "0xffffffff7fffffff", "-0x8000000000000000", "0x8000000000000000"]) {
    const to = register();
    cases.push(one(`movabs ${general(to, 64)}, ${value}`, "moveImmediate64", to, { bigint: value }));
  }
  const small = register();
  cases.push(one(`mov ${general(small, 32)}, 0xfffffff0`, "moveImmediate64", small, { bigint: "0xfffffff0" }));
  const [text, place] = address({ base: 3, index: 9, scale: 8, displacement: 8 }, 64);
  cases.push([`lock; xadd ${text}, rdx`, "vex", [["lock"], ["integer", "xadd", place, 2, 64]]]);
  cases.push([`lock; cmpxchg ${text}, r10`, "vex", [["lock"], ["integer", "cmpxchg", place, 10, 64]]]);
  return cases;
}

/** Every base with every kind of index and displacement, under no prefix, VEX and EVEX. */
function addresses() {
  const cases = [];
  for (let base = 0; base < 16; base++) {
    for (const index of [undefined, pick([0, 1, 2, 3, 5, 6, 7]), pick([8, 9, 10, 11, 12, 13, 14, 15])]) {
      for (const displacement of [0, pick([64, -128, 127]), pick([128, 8128, -8192, 4096, -4096])]) {
        const scale = pick([1, 2, 4, 8]);
        const place = index === undefined ? { base, displacement } : { base, index, scale, displacement };
        const to = random(16);
        cases.push(one(`mov ${general(to, 64)}, ${address(place, 64)[0]}`, "integer", "mov", to, place, 64));
        const vector = ["vector", "vmovups", 256, [to, place]];
        cases.push(one(`{vex} vmovups ymm${to}, ${address(place, 256)[0]}`, ...vector));
        const wide = ["vector", "vmovups", 512, [to + 16, place]];
        cases.push([`{evex} vmovups zmm${to + 16}, ${address(place, 512)[0]}`, "evex", [wide]]);
      }
    }
  }
  return cases;
}

export const integerCases = () => [...twoOperands(), ...bytes(), ...immediates(), ...others(), ...addresses()];

let labels = 0;

/** Jumps, calls, addresses relative to rip, pads and constants. `{label}` stands for a label in calls. */
export function programs() {
  const cases = [];
  const name = () => `label${labels++}`;
  const label = { label: 0 };
  const nops = (count) => Array(count).fill("ret");
  const rets = (count) => Array(count).fill(["ret"]);
  const far = 200;
  const jumps = Object.entries(conditions).map(([condition, text]) => [text, ["jumpIf", condition, label]]);
  for (const [text, call] of [["jmp", ["jump", label]], ["call", ["callLabel", label]], ...jumps]) {
    const [before, after] = [name(), name()];
    const prefix = text === "call" ? "" : "{disp32} ";
    cases.push([
      [`${before}:`, ...nops(3), `${prefix}${text} ${before}`].join("; "),
      "vex",
      [["bind", label], ...rets(3), call],
    ]);
    cases.push([
      [`${prefix}${text} ${after}`, ...nops(far), `${after}:`, "ret"].join("; "),
      "vex",
      [call, ...rets(far), ["bind", label], ["ret"]],
    ]);
  }
  const relative = (text, form, displacement, ...call) => {
    const at = name();
    const place = { label: 0, displacement };
    const swap = (value) => (value === "@" ? place : Array.isArray(value) ? value.map(swap) : value);
    const tail = displacement === 0 ? "" : displacement > 0 ? `+${displacement}` : `${displacement}`;
    const line = text.replace("@", `[rip+${at}${tail}]`);
    cases.push([
      [line, "ret", `${at}:`, ".long 0x3f800000, 0xffffffff, 7"].join("; "),
      form,
      [swap(call), ["ret"], ["bind", label], ["bytes32", [0x3f800000, -1, 7]]],
    ]);
    const here = name();
    cases.push([
      [`${here}:`, "ret", text.replace("@", `[rip+${here}${tail}]`)].join("; "),
      form,
      [["bind", label], ["ret"], swap(call)],
    ]);
  };
  relative("lea rax, @", "vex", 0, "integer", "lea", 0, "@", 64);
  relative("mov r11d, dword ptr @", "vex", 4, "integer", "mov", 11, "@", 32);
  relative("add qword ptr @, 5", "vex", -4, "integer", "add", "@", { immediate: 5 }, 64);
  relative("cmp dword ptr @, 500", "vex", 8, "integer", "cmp", "@", { immediate: 500 }, 32);
  relative("imul r9, qword ptr @, 1000", "vex", 0, "imul3", 9, "@", 1000, 64);
  relative("call qword ptr @", "vex", 0, "callOperand", "@");
  relative("{vex} vmovups ymm9, ymmword ptr @", "vex", 32, "vector", "vmovups", 256, [9, "@"]);
  relative("{vex} vshufps xmm9, xmm1, xmmword ptr @, 27", "vex", 0, "vector", "vshufps", 128, [9, 1, "@"], {
    immediate: 27,
  });
  relative("{vex} vblendvps ymm9, ymm1, ymmword ptr @, ymm10", "vex", 0, "vector", "vblendvps", 256, [9, 1, "@", 10]);
  relative("{evex} vaddps zmm29, zmm1, dword ptr @{1to16}", "evex", 64, "vector", "vaddps", 512, [29, 1, "@"], {
    broadcast: true,
  });
  relative("vpternlogd zmm30, zmm17, zmmword ptr @, 150", "evex", 64, "vector", "vpternlogd", 512, [30, 17, "@"], {
    immediate: 150,
  });
  const pads = ["nop", "xchg ax, ax", "nop dword ptr [rax]", "{disp8} nop dword ptr [rax]"];
  pads.push("{disp8} nop dword ptr [rax+rax]", "{disp8} nop word ptr [rax+rax]", "{disp32} nop dword ptr [rax]");
  pads.push("{disp32} nop dword ptr [rax+rax]", "{disp32} nop word ptr [rax+rax]");
  for (let length = 0; length <= 16; length++) {
    const rest = (16 - (length % 16)) % 16;
    const lines = rest === 0 ? [] : rest <= 9 ? [pads[rest - 1]] : [pads[8], pads[rest - 10]];
    cases.push([[...nops(length), ...lines].join("; ") || "", "vex", [...rets(length), ["align", 16]]]);
  }
  return cases;
}
