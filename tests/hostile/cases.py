"""Modules made to be expensive: each function makes one of a size n, so that what it costs can be followed as n grows.

A case is (name, make(n) -> bytes, n, how): `how` is what the command does with it, and "refused" or "accepted" what must
come of it ("either" where a limit is passed by the doubled size).
"""

I32, FUNC, STRUCT, ARRAY = 0x7F, 0x60, 0x5F, 0x5E
HEADER = b"\0asm\1\0\0\0"


def leb(n):
    out = bytearray()
    while True:
        byte = n & 0x7F
        n >>= 7
        out.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(out)


def sleb(n):
    out = bytearray()
    while True:
        byte = n & 0x7F
        n >>= 7
        if (n == 0 and not byte & 0x40) or (n == -1 and byte & 0x40):
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


def vec(items, count=None):
    return leb(len(items) if count is None else count) + b"".join(items)


def name(text):
    return leb(len(text)) + text


def function(code, locals_=b"\0"):
    body = locals_ + code + b"\x0b"
    return leb(len(body)) + body


def module(*sections):
    return HEADER + b"".join(sections)


VOID = section(1, vec([bytes([FUNC, 0, 0])]))


def one_function(code, locals_=b"\0", types=VOID, extra=b""):
    return module(types, section(3, b"\1\0"), extra, section(10, vec([function(code, locals_)])))


def nested_blocks(n):
    return one_function(b"\x02\x40" * n + b"\x0b" * n)


def nested_ifs(n):
    return one_function(b"\x41\x01\x04\x40" * n + b"\x0b" * n)


def nested_loops_with_branches(n):
    return one_function(b"\x03\x40" * n + b"\x41\x00\x0d\x00" + b"\x0b" * n)


def unclosed_blocks(n):
    return one_function(b"\x02\x40" * n)


def nested_try_tables(n):
    return one_function(b"\x1f\x40\x01\x02\x00" * n + b"\x0b" * n)


def dead_code(n):
    return one_function(b"\x00" + b"\x6a" * n + b"\x1a")


def deep_operand_stack(n):
    return one_function(b"\x41\x01" * n + b"\x1a" * n)


def aliases_flushed(n):
    """Many operands that are aliases of a local, then a write to it, again and again."""
    return one_function((b"\x20\x00" * 40 + b"\x41\x00\x21\x00" + b"\x1a" * 40) * (n // 40), b"\x01\x01\x7f")


def many_locals_one_function(n):
    return one_function(b"", b"\x01" + leb(min(n, 50000)) + b"\x7f")


def many_locals_many_functions(n):
    functions = [function(b"", b"\x01" + leb(50000) + b"\x7f")] * n
    return module(VOID, section(3, vec([b"\0"] * n)), section(10, vec(functions)))


def too_many_locals(n):
    return one_function(b"", vec([leb(0xFFFFFFFF // 2) + b"\x7f"] * 2))


def many_local_runs(n):
    return one_function(b"", vec([b"\x00\x7f"] * n))


def huge_br_table(n):
    return one_function(b"\x02\x40\x41\x00\x0e" + leb(n) + b"\x00" * (n + 1) + b"\x0b")


def many_br_tables(n):
    return one_function(b"\x02\x40" + (b"\x41\x00\x0e" + leb(200) + b"\x00" * 201) * (n // 200) + b"\x0b")


def declared_br_table(n):
    return one_function(b"\x41\x00\x0e" + leb(0xFFFFFFFF) + b"\x00" * n)


def branches_to_many_labels(n):
    """Forward branches to many blocks, which are all patched at their ends."""
    return one_function(b"\x02\x40" * n + b"".join(b"\x41\x00\x0d" + leb(i) for i in range(n)) + b"\x0b" * n)


def multi_value_blocks(n):
    """Blocks with 1000 parameters and results: n of them in a row."""
    signature = bytes([FUNC]) + leb(1000) + bytes([I32]) * 1000 + leb(1000) + bytes([I32]) * 1000
    types = section(1, vec([bytes([FUNC, 0, 0]), signature]))
    return one_function(b"\x41\x00" * 1000 + b"\x02\x01\x0b" * n + b"\x1a" * 1000, types=types)


def br_table_many_values(n):
    """A br_table with many labels, all of which take 1000 values."""
    results = bytes([FUNC]) + leb(0) + leb(1000) + bytes([I32]) * 1000
    types = section(1, vec([bytes([FUNC, 0, 0]), results]))
    code = b"\x02\x01" + b"\x41\x00" * 1001 + b"\x0e" + leb(n) + b"\x00" * (n + 1) + b"\x0b" + b"\x1a" * 1000
    return one_function(code, types=types)


def declared_data_segments(n):
    return module(section(5, b"\1\0\1"), section(12, leb(0xFFFFFFFF)), section(11, leb(0xFFFFFFFF) + b"\1\0" * n))


def data_count_alone(n):
    return module(section(12, leb(0xFFFFFFFF)))


def many_data_segments(n):
    return module(section(5, b"\1\0\1"), section(11, vec([b"\1\0"] * n)))


def overlapping_data_segments(n):
    """Active segments that write all over each other: no reason for a big image."""
    return module(section(5, b"\1\0\1"), section(11, vec([b"\0\x41\x00\x0b\x04abcd"] * n)))


def many_elem_segments(n):
    return module(VOID, section(3, b"\1\0"), section(4, b"\1\x70\0\1"), section(9, vec([b"\0\x41\x00\x0b\x01\x00"] * n)),
                  section(10, vec([function(b"")])))


def one_big_elem_segment(n):
    return module(VOID, section(3, b"\1\0"), section(4, b"\1\x70\0" + leb(n)),
                  section(9, vec([b"\0\x41\x00\x0b" + leb(n) + b"\0" * n])), section(10, vec([function(b"")])))


def elem_expressions(n):
    return module(VOID, section(3, b"\1\0"), section(9, vec([b"\5\x70" + leb(n) + b"\xd2\x00\x0b" * n])),
                  section(10, vec([function(b"")])))


def declared_elements(n):
    return module(VOID, section(9, vec([b"\1\0" + leb(0xFFFFFFFF) + b"\0" * n])))


def name_of_a_gigabyte(n):
    return module(VOID, section(2, vec([leb(1 << 30) + b"a" * n])))


def custom_name_of_a_gigabyte(n):
    return module(b"\0" + leb(n + 5) + leb(1 << 30) + b"a" * n)


def huge_custom_section(n):
    return module(section(0, name(b"x") + b"\0" * n))


def name_section_of_functions(n):
    entries = vec([leb(i) + name(b"f") for i in range(n)])
    return module(VOID, section(3, vec([b"\0"] * n)), section(10, vec([function(b"")] * n)),
                  section(0, name(b"name") + b"\1" + leb(len(entries)) + entries))


def one_huge_group(n):
    members = [b"\x5f\x01\x63" + sleb((i + 1) % n) + b"\x00" for i in range(n)]
    return module(section(1, leb(1) + b"\x4e" + vec(members)))


def equal_groups(n):
    """Groups of ten that are all alike: each finds the first."""
    group = b"\x4e" + vec([b"\x60\x00\x00"] * 10)
    return module(section(1, vec([group] * (n // 10))))


def nearly_equal_groups(n):
    """Large groups that differ in the last member only: hashing them must tell."""
    def group(i):
        return b"\x4e" + vec([b"\x5f\x00"] * 99 + [b"\x5e\x7f\x00" if i % 2 else b"\x5f\x01\x7f\x00"])
    return module(section(1, vec([group(i) for i in range(n // 100)])))


def subtype_chain(n):
    types = [b"\x50\x00\x5f\x00"] + [b"\x50\x01" + leb(i) + b"\x5f\x00" for i in range(n - 1)]
    return module(section(1, vec(types)))


def deep_subtypes_checked(n):
    """Chains of the greatest depth, and bodies whose checks walk them."""
    depth = 62
    types = [b"\x50\x00\x5f\x00"] + [b"\x50\x01" + leb(i) + b"\x5f\x00" for i in range(depth)]
    types.append(b"\x60\x01\x63" + sleb(depth) + b"\x00")  # takes the deepest
    signature = depth + 1
    code = (b"\x02\x63\x00" + b"\x20\x00" + b"\x0b\x1a") * n  # a block of the root's type gives the deepest
    return module(section(1, vec(types)), section(3, b"\1" + leb(signature)), section(10, vec([function(code)])))


def wide_structs(n):
    return module(section(1, vec([b"\x5f" + leb(10000) + b"\x7f\x00" * 10000] * (n // 20000))))


def subtypes_of_wide_structs(n):
    wide = leb(5000) + b"\x7f\x00" * 5000
    count = max(2, n // 10000)
    types = [b"\x50\x00\x5f" + wide] + [b"\x50\x01\x00\x5f" + wide] * (count - 1)
    return module(section(1, vec(types)))


def many_types(n):
    return module(section(1, vec([b"\x60\x00\x00"] * n)))


def different_types(n):
    def one(i):
        bits = [I32 - ((i >> (2 * k)) & 3) for k in range(10)]
        return bytes([FUNC, 10, *bits, 0])
    return module(section(1, vec([one(i) for i in range(n)])))


def declared_types(n):
    return module(section(1, leb(0xFFFFFFFF) + b"\x60\x00\x00" * n))


def many_imports(n):
    return module(VOID, section(2, vec([b"\1a\1b\0\0"] * n)))


def many_exports(n):
    names = [name(str(i).encode()) for i in range(n)]
    return module(VOID, section(3, b"\1\0"), section(7, vec([text + b"\0\0" for text in names])),
                  section(10, vec([function(b"")])))


def equal_exports(n):
    return module(VOID, section(3, b"\1\0"), section(7, vec([b"\1a\0\0"] * n)), section(10, vec([function(b"")])))


def many_functions(n):
    return module(VOID, section(3, vec([b"\0"] * n)), section(10, vec([function(b"")] * n)))


def declared_functions(n):
    return module(VOID, section(3, leb(0xFFFFFFFF) + b"\0" * n))


def many_globals(n):
    return module(section(6, vec([b"\x7f\0\x41\x00\x0b"] * n)))


def chained_globals(n):
    """Each global's value is the one's before."""
    return module(section(6, vec([b"\x7f\0\x41\x00\x0b"] + [b"\x7f\0\x23" + leb(i) + b"\x0b" for i in range(n - 1)])))


def deep_constant_expression(n):
    return module(section(6, vec([b"\x7f\0" + b"\x41\x01" * n + b"\x6a" * (n - 1) + b"\x0b"])))


def long_constant_expression(n):
    return module(section(6, vec([b"\x7f\0\x41\x01" + b"\x41\x01\x6a" * n + b"\x0b"])))


def nested_structs_in_constants(n):
    types = section(1, vec([b"\x5f\x01\x63\x00\x00"]))
    return module(types, section(6, vec([b"\x63\x00\0\xd0\x00" + b"\xfb\x00\x00" * n + b"\x0b"])))


def many_memories(n):
    return module(section(5, vec([b"\0\0"] * n)))


def many_tables(n):
    return module(section(4, vec([b"\x70\0\0"] * n)))


def huge_table_declared(n):
    return module(section(4, b"\1\x70\0" + leb(0xFFFFFFFF)))


def many_tags(n):
    return module(VOID, section(13, vec([b"\0\0"] * n)))


def long_leb(n):
    return module(section(1, b"\x80" * n))


def many_sections(n):
    return module(section(0, b"\1x") * n)


def many_branch_hints(n):
    """Catch clauses by the thousand."""
    clauses = b"\x02\x00" * min(n, 99999)
    return one_function(b"\x1f\x40" + leb(min(n, 99999)) + clauses + b"\x0b")


def many_selects(n):
    return one_function(b"\x41\x01" + b"\x41\x02\x41\x00\x1c\x01\x7f" * n + b"\x1a")


def huge_select(n):
    return one_function(b"\x41\x01\x41\x02\x41\x00\x1c" + leb(n) + b"\x7f" * n + b"\x1a")


def calls_of_many_values(n):
    """A function of 1000 results, called again and again: 1000 operands for two bytes."""
    signature = bytes([FUNC]) + leb(0) + leb(1000) + bytes([I32]) * 1000
    types = section(1, vec([signature, bytes([FUNC, 0, 0])]))
    return module(types, section(3, b"\2\0\1"),
                  section(10, vec([function(b"\x00"), function(b"\x10\x00" * n + b"\x0f")])))


# --- text ---
def text_parentheses(n):
    return b"(module " + b"(" * n


def text_blocks(n):
    return b"(module (func " + b"block " * n + b"end " * n + b"))"


def text_folded(n):
    return b"(module (func (drop " + b"(i32.eqz " * n + b"(i32.const 0)" + b")" * n + b")))"


def text_comments(n):
    return b"(module " + b"(;" * n + b";)" * n + b")"


def text_names(n):
    return b"(module " + b"".join(b"(func $f%d)" % i for i in range(n)) + b")"


def text_inline_types(n):
    return b"(module " + b"(func (param i32 i64) (result f32) unreachable)" * n + b")"


def text_annotations(n):
    return b"(module " + b"(@a " * n + b")" * n + b")"


def text_string(n):
    return b'(module (memory 1) (data (i32.const 0) "' + b"\\61" * n + b'"))'


def text_number(n):
    return b"(module (global f64 (f64.const 0." + b"1" * n + b")))"


def text_identifiers(n):
    """A name that is looked up in many scopes."""
    return b"(module (func " + b"block $a " * n + b"br $a " + b"end " * n + b"))"


MIB = 1 << 20
CASES = [
    ("nested blocks", nested_blocks, 1_000_000, "accepted"),
    ("nested ifs", nested_ifs, 300_000, "accepted"),
    ("nested loops, a branch inside", nested_loops_with_branches, 500_000, "accepted"),
    ("blocks that never end", unclosed_blocks, 500_000, "refused"),
    ("nested try_tables", nested_try_tables, 200_000, "accepted"),
    ("dead code", dead_code, 2_000_000, "accepted"),
    ("a deep operand stack", deep_operand_stack, 500_000, "accepted"),
    ("aliases of a local that is written", aliases_flushed, 400_000, "accepted"),
    ("50 000 locals", many_locals_one_function, 25_000, "accepted"),
    ("50 000 locals in each function", many_locals_many_functions, 1000, "accepted"),
    ("2^32 - 2 locals", too_many_locals, 1, "refused"),
    ("runs of no locals", many_local_runs, 500_000, "accepted"),
    ("br_table of 10^6 entries", huge_br_table, 500_000, "accepted"),
    ("many br_tables", many_br_tables, 1_000_000, "accepted"),
    ("br_table of 2^32 - 1 entries declared", declared_br_table, 500_000, "refused"),
    ("branches to many labels", branches_to_many_labels, 100_000, "accepted"),
    ("blocks of 1000 parameters and results", multi_value_blocks, 2000, "accepted"),
    ("br_table of labels with 1000 values", br_table_many_values, 20_000, "accepted"),
    ("2^32 - 1 data segments declared", declared_data_segments, 500_000, "refused"),
    ("2^32 - 1 data segments counted", data_count_alone, 1, "refused"),
    ("many data segments", many_data_segments, 400_000, "accepted"),
    ("data segments over each other", overlapping_data_segments, 200_000, "accepted"),
    ("many element segments", many_elem_segments, 200_000, "accepted"),
    ("one big element segment", one_big_elem_segment, 1_000_000, "accepted"),
    ("element expressions", elem_expressions, 500_000, "accepted"),
    ("2^32 - 1 elements declared", declared_elements, 500_000, "refused"),
    ("a name of 1 GB declared", name_of_a_gigabyte, 500_000, "refused"),
    ("a custom section's name of 1 GB declared", custom_name_of_a_gigabyte, 500_000, "refused"),
    ("a huge custom section", huge_custom_section, 8 * MIB, "accepted"),
    ("a name for each function", name_section_of_functions, 200_000, "accepted"),
    ("a recursion group of 10^6 types", one_huge_group, 500_000, "accepted"),
    ("equal recursion groups", equal_groups, 400_000, "accepted"),
    ("nearly equal recursion groups", nearly_equal_groups, 400_000, "accepted"),
    ("a deep chain of subtypes", subtype_chain, 100_000, "refused"),
    ("checks of deep subtypes", deep_subtypes_checked, 200_000, "accepted"),
    ("structs of 10 000 fields", wide_structs, 1_000_000, "accepted"),
    ("subtypes of wide structs", subtypes_of_wide_structs, 1_000_000, "accepted"),
    ("many equal types", many_types, 500_000, "accepted"),
    ("many different types", different_types, 200_000, "accepted"),
    ("2^32 - 1 types declared", declared_types, 300_000, "refused"),
    ("many imports", many_imports, 300_000, "accepted"),
    ("many exports", many_exports, 200_000, "accepted"),
    ("exports of one name", equal_exports, 300_000, "refused"),
    ("many functions", many_functions, 300_000, "accepted"),
    ("2^32 - 1 functions declared", declared_functions, 500_000, "refused"),
    ("many globals", many_globals, 300_000, "accepted"),
    ("globals that read each other", chained_globals, 200_000, "accepted"),
    ("a deep constant expression", deep_constant_expression, 500_000, "accepted"),
    ("a long constant expression", long_constant_expression, 500_000, "accepted"),
    ("structs in structs in a constant", nested_structs_in_constants, 300_000, "accepted"),
    ("many memories", many_memories, 5_000, "accepted"),
    ("many tables", many_tables, 50_000, "accepted"),
    ("a table of 2^32 - 1 elements", huge_table_declared, 1, "accepted"),
    ("many tags", many_tags, 300_000, "accepted"),
    ("a number that never ends", long_leb, 1_000_000, "refused"),
    ("many sections", many_sections, 300_000, "accepted"),
    ("many catch clauses", many_branch_hints, 49_000, "accepted"),
    ("many selects", many_selects, 200_000, "accepted"),
    ("a select of many types", huge_select, 300_000, "refused"),
    ("calls that give 1000 values", calls_of_many_values, 2000, "refused"),
    ("text: parentheses", text_parentheses, 500_000, "refused"),
    ("text: nested blocks", text_blocks, 200_000, "accepted"),
    ("text: folded instructions", text_folded, 200_000, "either"),
    ("text: nested comments", text_comments, 500_000, "accepted"),
    ("text: nested annotations", text_annotations, 300_000, "either"),
    ("text: many names", text_names, 100_000, "accepted"),
    ("text: types used in place", text_inline_types, 50_000, "accepted"),
    ("text: a long string", text_string, 500_000, "accepted"),
    ("text: a number of many digits", text_number, 500_000, "accepted"),
    ("text: the same label again and again", text_identifiers, 100_000, "accepted"),
]
