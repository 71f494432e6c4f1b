// A long-lived helper of fuzz/engines.py: runs modules on node's engine and answers with the lines that observe.cpp
// makes with `portable`. Requests: a type byte (L: the library, M: a module), a length (u32), bytes. Answers: a length,
// text. Needs --experimental-wasm-type-reflection.
import fs from 'node:fs';
import zlib from 'node:zlib';

const kRounds = 4, kStepsPerCall = 100;
const kNumbers = new Set(['i32', 'i64', 'f32', 'f64']);
const kTraps = [
  [/divide by zero|remainder by zero/, 'zero'], [/unrepresentable/, 'overflow'], [/unreachable/, 'unreachable'],
  [/out of bounds/, 'bounds'], [/signature mismatch|null function/, 'signature'], [/null pointer|rethrowing null/, 'null'],
  [/illegal cast/, 'cast'], [/too large/, 'size'], [/unaligned/, 'bounds'], [/Atomics.wait|atomic wait/, 'unshared'],
];
const view = new DataView(new ArrayBuffer(8));

function read(size) {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    let got = 0;
    try {
      got = fs.readSync(0, buffer, at, size - at);
    } catch (error) {
      if (error.code === 'EAGAIN') continue;
      throw error;
    }
    if (got === 0) return null;
    at += got;
  }
  return buffer;
}

function value(type, v) {
  switch (type) {
    case 'i32': return ` i32:${v}`;
    case 'i64': return ` i64:${v}`;
    case 'f32':
      if (v !== v) return ' f32:nan';
      view.setFloat32(0, v);
      return ` f32:${view.getUint32(0).toString(16)}`;
    default:
      if (v !== v) return ' f64:nan';
      view.setFloat64(0, v);
      return ` f64:${view.getBigUint64(0).toString(16)}`;
  }
}

function argument(type, round, index) {
  const x = round * 0x12345 + index;
  switch (type) {
    case 'i32': return round === 2 ? ~x : x;
    case 'i64': return round === 2 ? BigInt(-x) : BigInt(x) << 20n;
    case 'f32': return round === 0 ? -0 : 1.5 * round + 1;
    default: return round === 0 ? -0 : 1e9 + x;
  }
}

let library = null;
class Exhausted extends Error {}

function trapOf(error) {
  if (error instanceof WebAssembly.Exception) return 'exception';
  if (error instanceof RangeError && /call stack/.test(error.message)) throw new Exhausted();
  const known = kTraps.find(([pattern]) => pattern.test(error.message));
  return known ? known[1] : `unknown (${error.message})`;
}

function run(bytes) {
  const module = new WebAssembly.Module(bytes);
  let instance = null;
  const imports = {
    host: { f: (x) => (Math.imul(x, 31) + instance.exports.cb()) | 0, check: () => {} },
    lib: library ? new WebAssembly.Instance(library).exports : {},
  };
  for (const { module: from, name, kind, type } of WebAssembly.Module.imports(module)) {
    if (from === 'host' || from === 'lib') continue;
    if (kind !== 'function') throw new Error(`import of a ${kind}`);
    const zeros = type.results.map((t) => (t === 'i64' ? 0n : kNumbers.has(t) ? 0 : null));
    (imports[from] ??= {})[name] = () => (zeros.length > 1 ? zeros : zeros[0]);
  }
  instance = new WebAssembly.Instance(module, imports);
  // Not the order of the object's keys: numbers come first there.
  const all = WebAssembly.Module.exports(module).map(({ name }) => [name, instance.exports[name]]);
  const numbersOnly = (f) => { const t = f.type(); return [...t.parameters, ...t.results].every((x) => kNumbers.has(x)); };
  const functions = all.filter(([, e]) => typeof e === 'function' && numbersOnly(e));
  const globals = all.filter(([, e]) => e instanceof WebAssembly.Global && kNumbers.has(e.type().value)).map(([, e]) => [e, e.type().value]);
  const memories = all.filter(([, e]) => e instanceof WebAssembly.Memory).map(([, e]) => e);
  const ours = instance.exports.cb !== undefined;
  const lines = [];
  for (let round = 0; round < kRounds; ++round) {
    for (const [name, f] of functions) {
      if (ours) instance.exports.g2.value = kStepsPerCall;
      const { parameters, results } = f.type();
      let line = name;
      try {
        const result = f(...parameters.map((t, i) => argument(t, round, i)));
        const values = results.length > 1 ? result : results.length === 1 ? [result] : [];
        results.forEach((t, i) => { line += value(t, values[i]); });
      } catch (error) {
        line += ` trap ${trapOf(error)}`;
      }
      for (const [g, type] of globals) line += value(type, g.value);
      lines.push(line);
    }
    if (round % 2 !== 0) {
      lines.push(`round ${round}` + memories.map((m) => ` ${m.buffer.byteLength}:${zlib.crc32(new Uint8Array(m.buffer)).toString(16)}`).join(''));
    }
  }
  return lines.join('\n');
}

for (;;) {
  const head = read(5);
  if (head === null) break;
  const bytes = read(head.readUInt32LE(1));
  let answer = '';
  try {
    if (head[0] === 0x4c) library = new WebAssembly.Module(bytes);
    else answer = run(bytes);
  } catch (error) {
    answer = error instanceof Exhausted ? 'exhausted' : `cannot: ${error.message}`;
  }
  const text = Buffer.from(answer);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const whole = Buffer.concat([size, text]);
  for (let at = 0; at < whole.length;) {
    try {
      at += fs.writeSync(1, whole, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
