// Runs a WASI command under a JavaScript engine with the same small host for all of them, so that their numbers
// compare the engines and not their WASI layers: node run.mjs FILE ARGS, bun run.mjs FILE ARGS.
// Covers what the workloads use: arguments, output, clocks, random; no files.
import { readFileSync, writeSync } from "node:fs";

const [file, ...rest] = process.argv.slice(2);
const args = [file, ...rest].map((text) => new TextEncoder().encode(text + "\0"));
class Exit {
  constructor(code) {
    this.code = code;
  }
}
let memory;
const view = () => new DataView(memory.buffer);
const EBADF = 8;
const ENOSYS = 52;

const known = {
  args_sizes_get(count, size) {
    view().setUint32(count, args.length, true);
    view().setUint32(size, args.reduce((sum, text) => sum + text.length, 0), true);
    return 0;
  },
  args_get(pointers, buffer) {
    for (const text of args) {
      view().setUint32(pointers, buffer, true);
      new Uint8Array(memory.buffer).set(text, buffer);
      pointers += 4;
      buffer += text.length;
    }
    return 0;
  },
  environ_sizes_get(count, size) {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return 0;
  },
  environ_get: () => 0,
  clock_time_get(_id, _precision, out) {
    view().setBigUint64(out, process.hrtime.bigint(), true);
    return 0;
  },
  random_get(buffer, length) {
    crypto.getRandomValues(new Uint8Array(memory.buffer, buffer, length));
    return 0;
  },
  fd_write(fd, vectors, count, written) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = view().getUint32(vectors + 8 * i, true);
      const length = view().getUint32(vectors + 8 * i + 4, true);
      if (length > 0) writeSync(fd, new Uint8Array(memory.buffer, at, length));
      total += length;
    }
    view().setUint32(written, total, true);
    return 0;
  },
  fd_fdstat_get(fd, out) {
    if (fd > 2) return EBADF;
    new Uint8Array(memory.buffer, out, 24).fill(0);
    view().setUint8(out, 2); // character device
    view().setBigUint64(out + 8, 0xffffffffffffffffn, true);
    return 0;
  },
  fd_close: () => 0,
  fd_seek: () => 70, // ESPIPE
  fd_prestat_get: () => EBADF,
  fd_prestat_dir_name: () => EBADF,
  proc_exit(code) {
    throw new Exit(code);
  },
};
const host = new Proxy(known, { get: (functions, name) => functions[name] ?? (() => ENOSYS), has: () => true });

const module = await WebAssembly.compile(readFileSync(file));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = host[name];
const instance = await WebAssembly.instantiate(module, imports);
memory = instance.exports.memory;
try {
  instance.exports._start();
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  process.exitCode = error.code;
}
