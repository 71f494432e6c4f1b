// The rows of `./dev bench api` for a JavaScript engine: js.mjs MODULES [BIG.wasm]. The folder has the
// modules as bytes. Measures as bench/api/measure.hpp does; what is collected in between counts.
import { readFileSync } from "node:fs";

const [folder, big] = process.argv.slice(2);
const compile = (file) => new WebAssembly.Module(readFileSync(file));
const row = (key, value) => console.log(JSON.stringify({ key, value }));
const now = () => performance.now() * 1e6;
let sink = 0;

function bestOfCalls(run, calls = 20000, rounds = 250) {
  let best = Infinity;
  for (let i = 0; i < rounds; i++) {
    const start = now();
    run(calls);
    best = Math.min(best, (now() - start) / calls);
  }
  return best;
}

// The mean of the later half: a collector that runs now and then belongs to the price.
function meanOfRuns(body, runs) {
  for (let i = 0; i < runs / 2; i++) body();
  const start = now();
  for (let i = 0; i < runs; i++) body();
  return (now() - start) / runs;
}

const imports = { host: { add: (a, b) => (a + b) | 0, nop() {} } };
const calls = new WebAssembly.Instance(compile(`${folder}/calls.wasm`), imports).exports;
const { empty, add } = calls;
row("call_empty", bestOfCalls((n) => {
  for (let i = 0; i < n; i++) empty();
}));
row("call_add", bestOfCalls((n) => {
  let x = 0;
  for (let i = 0; i < n; i++) x = add(x, 1);
  sink += x;
}));
row("call_add_lookup", bestOfCalls((n) => {
  let x = 0;
  for (let i = 0; i < n; i++) x = calls["add"](x, 1);
  sink += x;
}));
let base = 0;
for (const [name, key] of [["loop", "guest_loop"], ["loop_nop", "host_empty"], ["loop_add", "host_add"]]) {
  const f = calls[name];
  const ns = bestOfCalls((n) => {
    sink += f(n);
  });
  row(key, ns - base);
  if (name === "loop") base = ns;
}

const small = compile(`${folder}/small.wasm`);
row("inst_demand", meanOfRuns(() => {
  sink += new WebAssembly.Instance(small, imports).exports.memory ? 1 : 0;
}, 2000));
row("inst_demand_call", meanOfRuns(() => {
  sink += new WebAssembly.Instance(small, imports).exports.f();
}, 2000));
if (big) {
  const module = compile(big);
  const all = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (all[from] ??= {})[name] = () => 0;
  row("big_demand", meanOfRuns(() => {
    sink += new WebAssembly.Instance(module, all) ? 1 : 0;
  }, 20));
}
if (!Number.isFinite(sink)) process.exitCode = 1;
