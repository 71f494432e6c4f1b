"""A long-lived helper of fuzz/engines.py: runs modules on Wasmtime. The protocol and the lines are those of v8.mjs."""
import ctypes
import re
import struct
import sys
import zlib

import wasmtime

ROUNDS, STEPS_PER_CALL = 4, 100
NUMBERS = {"i32", "i64", "f32", "f64"}
TRAPS = [("divide by zero", "zero"), ("integer overflow", "overflow"), ("invalid conversion", "overflow"), ("unreachable", "unreachable"),
         ("out of bounds", "bounds"), ("undefined element", "bounds"), ("uninitialized element", "signature"),
         ("indirect call type mismatch", "signature"), ("null reference", "null"), ("cast failure", "cast"),
         ("allocation size too large", "size"), ("unaligned", "bounds"), ("misaligned", "bounds"),
         ("atomic wait on non-shared", "unshared"), ("uncaught exception", "exception"), ("thrown Wasm exception", "exception")]


class Exhausted(Exception):
    pass


def engine():
    config = wasmtime.Config()
    for name in ("wasm_threads", "wasm_tail_call", "wasm_simd", "wasm_multi_memory", "wasm_memory64", "wasm_function_references", "wasm_gc",
                 "wasm_exceptions", "wasm_multi_value", "wasm_bulk_memory", "wasm_reference_types", "gc_support", "shared_memory"):
        setattr(config, name, True)
    config.cranelift_opt_level = "none"
    config.parallel_compilation = False
    return wasmtime.Engine(config)


ENGINE = engine()
LIBRARY = None


def number(kind, v):
    if kind in ("i32", "i64"):
        return f" {kind}:{v}"
    if v != v:
        return f" {kind}:nan"
    bits = struct.unpack("<I", struct.pack("<f", v))[0] if kind == "f32" else struct.unpack("<Q", struct.pack("<d", v))[0]
    return f" {kind}:{bits:x}"


def argument(kind, turn, index):
    x = turn * 0x12345 + index
    if kind == "i32":
        return ~x if turn == 2 else x
    if kind == "i64":
        return -x if turn == 2 else x << 20
    if kind == "f32":
        return -0.0 if turn == 0 else 1.5 * turn + 1
    return -0.0 if turn == 0 else 1e9 + x


def trap_of(error):
    text = str(error)
    if "call stack exhausted" in text or "stack overflow" in text:
        raise Exhausted()
    return next((name for phrase, name in TRAPS if phrase in text), f"unknown ({text})")


def signed(x):
    return (x & 0xFFFFFFFF) - ((x & 0x80000000) << 1)


def run(binary):
    module = wasmtime.Module(ENGINE, binary)
    store = wasmtime.Store(ENGINE)
    found = {}
    linked = wasmtime.Instance(store, LIBRARY, []).exports(store) if any(i.module == "lib" for i in module.imports) else {}
    i32 = wasmtime.ValType.i32()
    imports = []
    for item in module.imports:
        if item.module == "lib":
            imports.append(linked[item.name])
        elif item.module == "host" and item.name == "f":
            imports.append(wasmtime.Func(store, wasmtime.FuncType([i32], [i32]), lambda x: signed(x * 31 + found["cb"](store))))
        elif item.module == "host" and item.name == "check":
            imports.append(wasmtime.Func(store, wasmtime.FuncType([i32], []), lambda x: None))
        elif isinstance(item.type, wasmtime.FuncType) and all(str(t) in NUMBERS for t in item.type.results):
            zeros = [0 if str(t)[0] == "i" else 0.0 for t in item.type.results]
            imports.append(wasmtime.Func(store, item.type, lambda *a, z=zeros: z[0] if len(z) == 1 else (z or None)))
        else:
            raise ValueError("an import that is not known")
    exports = wasmtime.Instance(store, module, imports).exports(store)
    functions, globals_, memories = [], [], []
    for e in module.exports:
        what = exports[e.name]
        if isinstance(e.type, wasmtime.FuncType):
            params, results = [str(t) for t in e.type.params], [str(t) for t in e.type.results]
            if set(params + results) <= NUMBERS:
                functions.append((e.name, what, params, results))
        elif isinstance(e.type, wasmtime.GlobalType) and str(e.type.content) in NUMBERS:
            globals_.append((what, str(e.type.content)))
        elif isinstance(e.type, wasmtime.MemoryType):
            memories.append(what)
        found[e.name] = what
    lines = []
    for turn in range(ROUNDS):
        for name, f, params, results in functions:
            if "cb" in found:
                found["g2"].set_value(store, STEPS_PER_CALL)
            line = name
            try:
                got = f(store, *[argument(t, turn, i) for i, t in enumerate(params)])
                got = got if len(results) > 1 else [got]
                line += "".join(number(t, v) for t, v in zip(results, got))
            except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
                line += " trap " + trap_of(error)
            lines.append(line + "".join(number(t, g.value(store)) for g, t in globals_))
        if turn % 2:
            line = f"round {turn}"
            for m in memories:
                own = [] if isinstance(m, wasmtime.SharedMemory) else [store]
                size = m.data_len(*own)
                data = ctypes.string_at(ctypes.addressof(m.data_ptr(*own).contents), size) if size else b""
                line += f" {size}:{zlib.crc32(data):x}"
            lines.append(line)
    return "\n".join(lines)


def main():
    global LIBRARY
    while head := sys.stdin.buffer.read(5):
        kind, size = chr(head[0]), struct.unpack("<I", head[1:])[0]
        binary = sys.stdin.buffer.read(size)
        answer = ""
        try:
            if kind == "L":
                LIBRARY = wasmtime.Module(ENGINE, binary)
            else:
                answer = run(binary)
        except Exhausted:
            answer = "exhausted"
        except Exception as error:  # noqa: BLE001: whatever it is, the other side wants to know
            answer = f"cannot: {re.sub(chr(10), ' ', str(error))[:300]}"
        data = answer.encode()
        sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)
        sys.stdout.buffer.flush()


main()
