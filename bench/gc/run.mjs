// Runs the export "run" of a module with numbers and tells result, seconds inside it, and how much
// more memory the process had at its peak than before: run.mjs FILE.wasm NUMBERS...
import { readFileSync } from "node:fs";

const [file, ...numbers] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(file));
const { run } = new WebAssembly.Instance(module).exports;
const before = process.memoryUsage.rss() / 1024;
const start = performance.now();
const result = run(...numbers.map(Number));
const seconds = (performance.now() - start) / 1e3;
console.log(JSON.stringify({ result: String(result), seconds, peak_kib: process.resourceUsage().maxRSS - before }));
