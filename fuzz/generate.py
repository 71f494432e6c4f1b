"""Random valid modules whose behaviour is fixed by the spec alone, for comparing engines.

Every run ends: loops count down, and each function entry pays from a budget. NaN payloads, which engines may choose, are
made canonical wherever bits can be seen. Code has the forms that compilers make (local op constant, compare and branch,
address plus offset), since those are what an engine fuses and specialises.
"""
import random
import struct

I32, I64, F32, F64 = 0x7F, 0x7E, 0x7D, 0x7C
NAMES = {I32: "i32", I64: "i64", F32: "f32", F64: "f64"}
INTS, FLOATS = (I32, I64), (F32, F64)
BUDGET = 3000  # function entries per invocation


def uleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7F, n >> 7
        out.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(out)


def sleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7F, n >> 7
        done = (n == 0 and not byte & 0x40) or (n == -1 and byte & 0x40)
        out.append(byte | (0 if done else 0x80))
        if done:
            return bytes(out)


def vec(items):
    items = list(items)
    return uleb(len(items)) + b"".join(items)


def section(number, body):
    return bytes([number]) + uleb(len(body)) + body


# Operators by result type: name, code, operand types. From spec 5.4.
def _table():
    table = {I32: [], I64: [], F32: [], F64: []}

    def rows(first, names, operands, result):
        for i, name in enumerate(names.split()):
            table[result].append((name, bytes([first + i]), operands))

    int_ops = "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split()
    int_cmp = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
    float_ops = "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign".split()
    for t, eqz, cmp_first, first in ((I32, 0x45, 0x46, 0x67), (I64, 0x50, 0x51, 0x79)):
        n = NAMES[t]
        table[I32].append((f"{n}.eqz", bytes([eqz]), (t,)))
        rows(cmp_first, " ".join(f"{n}.{c}" for c in int_cmp.split()), (t, t), I32)
        rows(first, " ".join(f"{n}.{o}" for o in int_ops[:3]), (t,), t)
        rows(first + 3, " ".join(f"{n}.{o}" for o in int_ops[3:]), (t, t), t)
    for t, cmp_first, first in ((F32, 0x5B, 0x8B), (F64, 0x61, 0x99)):
        n = NAMES[t]
        rows(cmp_first, " ".join(f"{n}.{c}" for c in "eq ne lt gt le ge".split()), (t, t), I32)
        rows(first, " ".join(f"{n}.{o}" for o in float_ops[:7]), (t,), t)
        rows(first + 7, " ".join(f"{n}.{o}" for o in float_ops[7:]), (t, t), t)
    conversions = [
        ("i32.wrap_i64", 0xA7, I64, I32), ("i64.extend_i32_s", 0xAC, I32, I64), ("i64.extend_i32_u", 0xAD, I32, I64),
        ("i32.trunc_f32_s", 0xA8, F32, I32), ("i32.trunc_f64_u", 0xAB, F64, I32), ("i64.trunc_f32_u", 0xAF, F32, I64), ("i64.trunc_f64_s", 0xB0, F64, I64),
        ("f32.convert_i32_s", 0xB2, I32, F32), ("f32.convert_i32_u", 0xB3, I32, F32), ("f32.convert_i64_s", 0xB4, I64, F32), ("f32.convert_i64_u", 0xB5, I64, F32),
        ("f32.demote_f64", 0xB6, F64, F32),
        ("f64.convert_i32_s", 0xB7, I32, F64), ("f64.convert_i32_u", 0xB8, I32, F64), ("f64.convert_i64_s", 0xB9, I64, F64), ("f64.convert_i64_u", 0xBA, I64, F64),
        ("f64.promote_f32", 0xBB, F32, F64),
        ("i32.reinterpret_f32", 0xBC, F32, I32), ("i64.reinterpret_f64", 0xBD, F64, I64), ("f32.reinterpret_i32", 0xBE, I32, F32), ("f64.reinterpret_i64", 0xBF, I64, F64),
        ("i32.extend8_s", 0xC0, I32, I32), ("i32.extend16_s", 0xC1, I32, I32), ("i64.extend8_s", 0xC2, I64, I64), ("i64.extend16_s", 0xC3, I64, I64), ("i64.extend32_s", 0xC4, I64, I64),
    ]
    for name, code, operand, result in conversions:
        table[result].append((name, bytes([code]), (operand,)))
    for i, (result, operand) in enumerate(((I32, F32), (I32, F32), (I32, F64), (I32, F64), (I64, F32), (I64, F32), (I64, F64), (I64, F64))):
        table[result].append((f"{NAMES[result]}.trunc_sat_{NAMES[operand]}_{'su'[i % 2]}", bytes([0xFC, i]), (operand,)))
    return table


OPS = _table()
SEES_BITS = ("reinterpret_f", "copysign")  # the last operand's NaN must be canonical
LOADS = {
    I32: [(0x28, 2), (0x2C, 0), (0x2D, 0), (0x2E, 1), (0x2F, 1)],
    I64: [(0x29, 3), (0x30, 0), (0x31, 0), (0x32, 1), (0x33, 1), (0x34, 2), (0x35, 2)],
    F32: [(0x2A, 2)], F64: [(0x2B, 3)],
}
STORES = {I32: [(0x36, 2), (0x3A, 0), (0x3B, 1)], I64: [(0x37, 3), (0x3C, 0), (0x3D, 1), (0x3E, 2)], F32: [(0x38, 2)], F64: [(0x39, 3)]}
EDGES = {I32: [0, 1, -1, 2, 3, 7, 8, 31, 32, 255, 256, 65535, 65536, 0x7FFFFFFF, -0x80000000],
         I64: [0, 1, -1, 2, 5, 63, 64, 255, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, -0x8000000000000000]}
FLOAT_EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 3.75, 1e10, -1e10, 2147483647.0, -2147483648.0, 4294967296.0, 9.2e18, 1e38, float("inf"), float("-inf"), float("nan")]


class Function:
    """One body. `code` is bytes; `labels` are the types a branch to each enclosing block carries (innermost last)."""

    def __init__(self, module, index, params, results):
        self.m, self.r, self.index = module, module.r, index
        self.params, self.results = params, results
        self.locals = list(params) + [self.r.choice((I32, I64, F32, F64)) for _ in range(self.r.randrange(2, 8))]
        self.scratch = {t: self.new_local(t) for t in FLOATS}
        self.labels = [results]
        self.reserved = set(self.scratch.values())  # not to be overwritten: scratch and loop counters
        self.loops = 0

    def new_local(self, t):
        self.locals.append(t)
        return len(self.locals) - 1

    def local_of(self, t, writable=False):
        found = [i for i, u in enumerate(self.locals) if u == t and not (writable and i in self.reserved)]
        return self.r.choice(found) if found else None

    # --- expressions: bytes that push one value of type t ---

    def const(self, t):
        if t in INTS:
            bits = 32 if t == I32 else 64
            n = self.r.choice(EDGES[t]) if self.r.random() < 0.6 else self.r.randrange(-(1 << (bits - 1)), 1 << (bits - 1))
            if self.r.random() < 0.3:
                n = self.r.randrange(-64, 64)
            return bytes([0x41 if t == I32 else 0x42]) + sleb(n)
        x = self.r.choice(FLOAT_EDGES) if self.r.random() < 0.7 else self.r.uniform(-1000, 1000)
        return (b"\x43" + struct.pack("<f", x)) if t == F32 else (b"\x44" + struct.pack("<d", x))

    def leaf(self, t):
        local = self.local_of(t)
        roll = self.r.random()
        if local is not None and roll < 0.65:
            return b"\x20" + uleb(local)
        if roll < 0.75:
            return b"\x23" + uleb(self.m.global_of(t))
        return self.const(t)

    def canonical(self, t, code):
        """The value, or 0 if it is NaN."""
        s = uleb(self.scratch[t])
        zero = b"\x43\0\0\0\0" if t == F32 else b"\x44\0\0\0\0\0\0\0\0"
        return code + b"\x22" + s + zero + b"\x20" + s + b"\x20" + s + (b"\x5b" if t == F32 else b"\x61") + b"\x1b"

    def seen(self, t, depth):
        code = self.expr(t, depth)
        return self.canonical(t, code) if t in FLOATS else code

    def address(self, depth):
        code = self.expr(I32, depth)
        if self.r.random() < 0.996:  # mostly inside the two pages
            code += b"\x41" + sleb(self.r.choice((0xFF, 0xFFF, 0xFFF8, 0x7FFC))) + b"\x71"
        return code

    def memarg(self, align):
        offset = self.r.choice((0, 0, 0, 1, 4, 8, 16, 100, 65528, 65535)) if self.r.random() < 0.997 else self.r.randrange(1 << 32)
        return uleb(self.r.randrange(align + 1)) + uleb(offset)

    def expr(self, t, depth):
        if depth <= 0:
            return self.leaf(t)
        roll = self.r.random()
        if roll < 0.12:
            return self.leaf(t)
        if roll < 0.62:
            name, code, operands = self.r.choice(OPS[t])
            if ".trunc_f" in name and self.r.random() < 0.97:
                return self.expr(t, depth - 1)
            # A constant or local as the right operand is what compilers make most.
            parts = [self.expr(u, depth - 1) if i == 0 or self.r.random() < 0.5 else self.leaf(u) for i, u in enumerate(operands)]
            if (".div_" in name or ".rem_" in name) and self.r.random() < 0.98:  # | 1: not zero, but maybe -1
                parts[-1] += b"\x41\x01\x72" if t == I32 else b"\x42\x01\x84"
            if operands[-1] in FLOATS and any(word in name for word in SEES_BITS):
                parts[-1] = self.canonical(operands[-1], parts[-1])
            return b"".join(parts) + code
        if roll < 0.72:
            code, align = self.r.choice(LOADS[t])
            loaded = self.address(depth - 1) + bytes([code]) + self.memarg(align)
            return loaded
        if roll < 0.78:
            return self.expr(t, depth - 1) + self.expr(t, depth - 1) + self.condition(depth - 1) + b"\x1b"
        if roll < 0.83:
            local = self.local_of(t, writable=True)
            return self.leaf(t) if local is None else self.expr(t, depth - 1) + b"\x22" + uleb(local)
        if roll < 0.89:
            code = self.condition(depth - 1) + b"\x04" + bytes([t])
            self.labels.append((t,))
            then = self.statements(depth - 1) + self.expr(t, depth - 1)
            otherwise = self.expr(t, depth - 1)
            self.labels.pop()
            return code + then + b"\x05" + otherwise + b"\x0b"
        if roll < 0.94:
            self.labels.append((t,))
            inner = self.expr(t, depth - 1) + self.condition(depth - 1) + b"\x0d\x00" + b"\x1a" + self.expr(t, depth - 1)
            self.labels.pop()
            return b"\x02" + bytes([t]) + inner + b"\x0b"
        return self.call(t, depth) or self.leaf(t)

    def condition(self, depth):
        """An i32 that is used as truth: a comparison, mostly."""
        if self.r.random() < 0.75:
            comparisons = [row for row in OPS[I32] if row[0].split(".")[1].split("_")[0] in ("eqz", "eq", "ne", "lt", "gt", "le", "ge")]
            _, code, operands = self.r.choice(comparisons)
            return b"".join(self.expr(u, depth - 1) if self.r.random() < 0.4 else self.leaf(u) for u in operands) + code
        return self.expr(I32, depth)

    def arguments(self, types, depth):
        return b"".join(self.expr(u, depth - 1) for u in types)

    def call(self, t, depth):
        callees = [f for f in self.m.functions[: self.index] if f.results == (t,)]
        if not callees:
            return None
        callee = self.r.choice(callees)
        code = self.arguments(callee.params, min(depth, 2))
        if self.r.random() < 0.3:  # through the table; now and then at a wrong place
            slot = callee.index if self.r.random() < 0.95 else self.r.randrange(40)
            return code + b"\x41" + sleb(slot) + b"\x11" + uleb(self.m.type_of(callee.params, callee.results)) + b"\x00"
        return code + b"\x10" + uleb(callee.index)

    # --- statements: bytes that leave the stack as it was ---

    def statements(self, depth):
        return b"".join(self.statement(depth) for _ in range(self.r.randrange(0, 3 + depth)))

    def statement(self, depth):
        kind = self.r.choices(("set", "store", "if", "block", "loop", "global", "table", "bulk", "return", "tee", "grow", "void"),
                              (34, 16, 10, 8, 8, 6, 4, 3, 2, 4, 0.5, 4))[0]
        if depth <= 0 and kind in ("if", "block", "loop", "table"):
            kind = "set"
        return getattr(self, "make_" + kind)(depth)

    def make_set(self, depth):
        t = self.r.choice((I32, I32, I64, F32, F64))
        local = self.local_of(t, writable=True)
        return b"" if local is None else self.expr(t, depth + 1) + b"\x21" + uleb(local)

    def make_tee(self, depth):
        t = self.r.choice((I32, I64, F32, F64))
        return self.expr(t, depth) + b"\x1a"

    def make_global(self, depth):
        t = self.r.choice((I32, I64, F32, F64))
        return self.seen(t, depth + 1) + b"\x24" + uleb(self.m.global_of(t))

    def make_store(self, depth):
        t = self.r.choice((I32, I32, I64, F32, F64))
        code, align = self.r.choice(STORES[t])
        return self.address(depth) + self.seen(t, depth) + bytes([code]) + self.memarg(align)

    def make_void(self, depth):
        callees = [f for f in self.m.functions[: self.index] if len(f.results) != 1]
        if not callees:
            return b""
        callee = self.r.choice(callees)
        return self.arguments(callee.params, 2) + b"\x10" + uleb(callee.index) + b"\x1a" * len(callee.results)

    def make_if(self, depth):
        code = self.condition(depth) + b"\x04\x40"
        self.labels.append(())
        code += self.statements(depth - 1)
        if self.r.random() < 0.5:
            code += b"\x05" + self.statements(depth - 1)
        self.labels.pop()
        return code + b"\x0b"

    def make_block(self, depth):
        self.labels.append(())
        code = self.statements(depth - 1)
        targets = [i for i, types in enumerate(reversed(self.labels)) if types == ()]
        for _ in range(self.r.randrange(1, 3)):
            code += self.condition(depth) + b"\x0d" + uleb(self.r.choice(targets)) + self.statements(depth - 1)
        self.labels.pop()
        return b"\x02\x40" + code + b"\x0b"

    def make_loop(self, depth):
        if self.loops >= 2:
            return self.make_set(depth)
        self.loops += 1
        counter = self.new_local(I32)
        self.reserved.add(counter)
        self.labels += [None, ()]  # a branch to the loop itself is only the one below; leaving it is free
        body = self.statements(depth - 1)
        c = uleb(counter)
        if self.r.random() < 0.5:  # count down to zero, or up to a bound
            start, step = self.r.randrange(1, 7), b"\x20" + c + b"\x41\x01\x6b\x22" + c
        else:
            start, step = 0, b"\x20" + c + b"\x41\x01\x6a\x22" + c + b"\x41" + sleb(self.r.randrange(1, 7)) + b"\x48"
        self.labels.pop()
        self.labels.pop()
        self.loops -= 1
        # loop { block { body } counter; br_if loop }
        return b"\x41" + sleb(start) + b"\x21" + c + b"\x03\x40\x02\x40" + body + b"\x0b" + step + b"\x0d\x00\x0b"

    def make_table(self, depth):
        count = self.r.randrange(1, 5)
        self.labels += [()] * count
        opening = b"\x02\x40" * count + self.expr(I32, depth) + b"\x41\x07\x71\x0e" + vec(uleb(self.r.randrange(count)) for _ in range(self.r.randrange(6)))
        opening += uleb(self.r.randrange(count))
        for _ in range(count):
            self.labels.pop()
            opening += b"\x0b" + self.statements(depth - 2)
        return opening

    def make_bulk(self, depth):
        small = b"\x41" + sleb(0x1FF) + b"\x71"
        if self.r.random() < 0.5:
            return self.address(depth) + self.expr(I32, depth) + self.expr(I32, depth) + small + b"\xfc\x0b\x00"
        return self.address(depth) + self.address(depth) + self.expr(I32, depth) + small + b"\xfc\x0a\x00\x00"

    def make_grow(self, depth):
        return b"\x41" + sleb(self.r.randrange(2)) + b"\x40\x00\x1a"

    def make_return(self, depth):
        code = self.condition(depth) + b"\x04\x40"
        self.labels.append(())
        code += b"".join(self.seen(t, depth) for t in self.results)
        self.labels.pop()
        return code + b"\x0f\x0b"

    def body(self):
        budget = b"\x23\x00\x45\x04\x40\x00\x0b\x23\x00\x41\x01\x6b\x24\x00"  # if budget == 0: unreachable; budget -= 1
        code = budget + b"".join(self.statement(3) for _ in range(self.r.randrange(2, 9)))
        tail = [f for f in self.m.functions[: self.index] if f.results == self.results]
        if tail and self.r.random() < 0.15:
            callee = self.r.choice(tail)
            code += self.arguments(callee.params, 2) + b"\x12" + uleb(callee.index)
        else:
            code += b"".join(self.seen(t, 3) for t in self.results)
        declared = self.locals[len(self.params):]
        content = vec(uleb(1) + bytes([t]) for t in declared) + code + b"\x0b"
        return uleb(len(content)) + content


class Module:
    """`binary` is the module; `exports` lists (name, parameter types); results of exports are integers only."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.types, self.functions = [], []
        # Global 0 is the budget.
        self.globals = [(I32, BUDGET)] + [(t, 0) for t in (I32, I64, F32, F64) for _ in range(2)]
        for i in range(self.r.randrange(4, 12)):
            params = tuple(self.r.choice((I32, I64, F32, F64)) for _ in range(self.r.randrange(5)))
            results = tuple(self.r.choice((I32, I64)) for _ in range(self.r.choice((0, 1, 1, 1, 1, 2, 3)))) if self.r.random() < 0.7 \
                else (self.r.choice(FLOATS),)
            self.functions.append(Function(self, i, params, results))
        bodies = [f.body() for f in self.functions]
        self.exports = [(f"f{f.index}", f.params) for f in self.functions if all(t in INTS for t in f.results)]
        self.binary = self.encode(bodies)

    def global_of(self, t):
        return self.r.choice([i for i, (u, _) in enumerate(self.globals) if u == t and i != 0])

    def type_of(self, params, results):
        key = (tuple(params), tuple(results))
        if key not in self.types:
            self.types.append(key)
        return self.types.index(key)

    def encode(self, bodies):
        n = len(self.functions)
        signatures = [self.type_of(f.params, f.results) for f in self.functions]
        signatures += [self.type_of((), (I64,)), self.type_of((), ())]
        # hash: all of memory in eights, then the globals that are integers; refill: the budget.
        mix = b"\x42" + sleb(0x100000001B3) + b"\x7e"
        hash_code = (b"\x02\x01\x7f\x01\x7e" + b"\x03\x40" + b"\x20\x01" + b"\x20\x00\x29\x03\x00" + b"\x85" + mix + b"\x21\x01" +
                     b"\x20\x00\x41\x08\x6a\x22\x00\x41" + sleb(131072) + b"\x49\x0d\x00\x0b" + b"\x20\x01")
        for i, (t, _) in enumerate(self.globals[1:], 1):
            as_i64 = {I32: b"\xad", I64: b"", F32: b"\xbc\xad", F64: b"\xbd"}[t]
            hash_code += b"\x23" + uleb(i) + as_i64 + b"\x85" + mix
        hash_code += b"\x0b"
        refill = b"\x00\x41" + sleb(BUDGET) + b"\x24\x00\x0b"
        bodies = bodies + [uleb(len(hash_code)) + hash_code, uleb(len(refill)) + refill]
        exports = [(name, int(name[1:])) for name, _ in self.exports] + [("hash", n), ("refill", n + 1)]
        zero = {I32: b"\x41", I64: b"\x42", F32: b"\x43\0\0\0\0", F64: b"\x44\0\0\0\0\0\0\0\0"}
        data = bytes(self.r.randrange(256) for _ in range(256))
        return (b"\0asm\1\0\0\0" +
                section(1, vec(b"\x60" + vec(bytes([t]) for t in p) + vec(bytes([t]) for t in r) for p, r in self.types)) +
                section(3, vec(uleb(s) for s in signatures)) +
                section(4, vec([b"\x70\x00" + uleb(32)])) +
                section(5, vec([b"\x01\x02\x04"])) +
                section(6, vec(bytes([t, 1]) + zero[t] + (sleb(v) if t in INTS else b"") + b"\x0b" for t, v in self.globals)) +
                section(7, vec(uleb(len(name)) + name.encode() + b"\x00" + uleb(i) for name, i in exports)) +
                section(9, vec([b"\x00\x41\x00\x0b" + vec(uleb(i) for i in range(n))])) +
                section(10, vec(bodies)) +
                section(11, vec([b"\x00\x41\x00\x0b" + uleb(len(data)) + data])))

    def argument(self, t):
        """As text that .wast and a JavaScript reader both understand."""
        if t in INTS:
            bits = 32 if t == I32 else 64
            return str(self.r.choice(EDGES[t]) if self.r.random() < 0.7 else self.r.randrange(-(1 << (bits - 1)), 1 << (bits - 1)))
        return self.r.choice(("0", "-0", "1", "-1.5", "0.5", "1e10", "-3e38", "123.25", "inf", "-inf"))

    def calls(self, per_export=4):
        for name, params in self.exports:
            for _ in range(per_export):
                yield name, [(NAMES[t], self.argument(t)) for t in params]
