# What the machine's python3 and CPython under WASI must agree on: nothing here depends on the version or the platform.
import hashlib
import json
import os
import re

text = "The quick brown fox jumps over 13 lazy dogs; écran, 大阪, 1.5e3." * 40
words = re.findall(r"[a-z]+|\d+(?:\.\d+)?(?:e\d+)?", text, re.I)
counts = {}
for word in words:
    counts[word.lower()] = counts.get(word.lower(), 0) + 1
digests = {name: hashlib.new(name, text.encode()).hexdigest() for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")}
report = {"counts": counts, "digests": digests, "pi": 3.141592653589793, "big": 3**200, "none": None, "nested": [[1, [2, [3]]]] * 3}

with open("report.json", "w", encoding="utf-8") as out:
    json.dump(report, out, indent=2, sort_keys=True, ensure_ascii=False)
with open("report.json", encoding="utf-8") as back:
    assert json.load(back) == report

print(sorted(os.listdir(".")))
print(os.stat("report.json").st_size, os.path.exists("missing"), os.path.isdir("."))
os.mkdir("folder")
os.rename("report.json", "folder/moved.json")
print(os.listdir("folder"), os.path.getsize("folder/moved.json"))
os.rename("folder/moved.json", "report.json")
os.rmdir("folder")
try:
    open("missing/file")
except OSError as error:
    print(type(error).__name__, error.strerror)
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.split(r"[,;]\s*", "a, b;c"))
print(json.dumps({"b": 1, "a": [True, None, 1.5, "ü"]}, sort_keys=True))
print(digests["sha256"])


def primes(limit):
    sieve = bytearray([1]) * limit
    for i in range(2, int(limit**0.5) + 1):
        if sieve[i]:
            sieve[i * i :: i] = bytes(len(range(i * i, limit, i)))
    return sum(sieve[2:])


class Tree:
    def __init__(self, depth):
        self.children = [Tree(depth - 1) for _ in range(2)] if depth else []

    def __len__(self):
        return 1 + sum(map(len, self.children))


print(primes(20000), len(Tree(9)), sum(x * y for x, y in zip(range(1000), range(0, 2000, 2))))
print(f"{2**0.5:.12f} {1e-7} {10**20:,} {255:#x} {-7 // 2} {divmod(-7, 3)}")
