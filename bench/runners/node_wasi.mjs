// Runs a WASI command under node's own WASI with the current directory as "." : node node_wasi.mjs FILE ARGS
// (the first environment variables given as NAME=VALUE in WASI_ENV, separated by newlines, reach the guest).
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [file, ...args] = process.argv.slice(2);
const env = Object.fromEntries((process.env.WASI_ENV ?? "").split("\n").filter(Boolean).map((line) => line.split(/=(.*)/s)));
const wasi = new WASI({ version: "preview1", args: [file, ...args], env, preopens: { ".": "." } });
const module = await WebAssembly.compile(readFileSync(file));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
