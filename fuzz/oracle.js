// Runs the calls of a plan on node's engine and writes what the results must be, as the lines of a .wast script.
// Plan (JSON on standard input): [{binary: base64, calls: [[name, [[type, text]...]]...]}].
'use strict';
const fs = require('fs');

const kTraps = [
  [/divide by zero|remainder by zero/, 'integer divide by zero'],
  [/divide result unrepresentable/, 'integer overflow'],
  [/memory access out of bounds/, 'out of bounds memory access'],
  [/table index is out of bounds/, 'undefined element'],
  [/indirect call.*signature|null function or function signature mismatch/, ''],  // null or of another type: node does not tell
  [/unreachable/, 'unreachable'],
  [/float unrepresentable/, ''],  // two texts of the spec: nothing but the trap is compared
];

function value(type, text) {
  if (type === 'i64') return BigInt(text);
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
}

function constant(v) {
  return typeof v === 'bigint' ? `(i64.const ${v})` : `(i32.const ${v})`;
}

function invocation(name, args) {
  return `(invoke "${name}"${args.map(([t, text]) => ` (${t}.const ${text})`).join('')})`;
}

function hex(bytes) {
  return Array.from(bytes, (b) => '\\' + b.toString(16).padStart(2, '0')).join('');
}

const out = [];
for (const { binary, calls } of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  const bytes = Buffer.from(binary, 'base64');
  out.push(`(module binary "${hex(bytes)}")`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  for (const [name, args] of calls) {
    exports.refill();
    out.push('(invoke "refill")');
    try {
      const result = exports[name](...args.map(([t, text]) => value(t, text)));
      const all = result === undefined ? [] : Array.isArray(result) ? result : [result];
      out.push(`(assert_return ${invocation(name, args)} ${all.map(constant).join(' ')})`);
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message)) process.exit(3);
      const known = kTraps.find(([pattern]) => pattern.test(error.message));
      if (!known) throw error;
      out.push(`(assert_trap ${invocation(name, args)} "${known[1]}")`);
    }
    out.push(`(assert_return (invoke "hash") (i64.const ${exports.hash()}))`);
  }
}
fs.writeSync(1, out.join('\n') + '\n');
