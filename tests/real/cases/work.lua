-- Longer work: matrix product, string building, sorting with a comparison function, many small tables.
local function matrix(n, seed)
  local m = {}
  for i = 1, n do
    m[i] = {}
    for j = 1, n do m[i][j] = (i * seed + j) % 17 / 4 end
  end
  return m
end
local n, x, y, trace = 40, matrix(40, 3), matrix(40, 5), 0
for i = 1, n do
  for j = 1, n do
    local sum = 0
    for k = 1, n do sum = sum + x[i][k] * y[k][j] end
    if i == j then trace = trace + sum end
  end
end
print(trace)

local names = {}
for i = 1, 5000 do names[i] = { key = (i * 2654435761) % 4294967296, text = "item" .. i } end
table.sort(names, function(p, q) return p.key < q.key end)
print(names[1].text, names[2500].text, names[5000].text)

local hash = 5381
for i = 1, 20000 do
  local text = string.rep(string.char(97 + i % 26), i % 9)
  for position = 1, #text do hash = (hash * 33 + text:byte(position)) & 0xffffffff end
end
print(hash)

local function depth(level) return level == 0 and 0 or 1 + depth(level - 1) end
print(depth(5000))
local function loop(count) if count == 0 then return "tail" end return loop(count - 1) end
print(loop(200000))
