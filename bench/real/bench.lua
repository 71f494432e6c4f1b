-- A Lua program for the benchmark of real programs: tables, strings, closures, floating point. bench.lua [ROUNDS]
local rounds = tonumber(arg and arg[1]) or 1

local function words()
  local count, text = {}, {}
  for i = 1, 20000 do text[#text + 1] = string.format("w%d", (i * 7919) % 613) end
  for word in table.concat(text, " "):gmatch("%w+") do count[word] = (count[word] or 0) + 1 end
  local names = {}
  for name in pairs(count) do names[#names + 1] = name end
  table.sort(names)
  return #names + count[names[1]]
end

local function queens(n)
  local rows, rising, falling, found = {}, {}, {}, 0
  local function place(column)
    if column > n then found = found + 1 return end
    for row = 1, n do
      if not (rows[row] or rising[row + column] or falling[row - column]) then
        rows[row], rising[row + column], falling[row - column] = true, true, true
        place(column + 1)
        rows[row], rising[row + column], falling[row - column] = nil, nil, nil
      end
    end
  end
  place(1)
  return found
end

local function series()
  local sum = 0.0
  for i = 1, 300000 do sum = sum + 1.0 / (i * i) end
  return math.floor(sum * 1e6)
end

local total = 0
for _ = 1, rounds do total = total + words() + queens(7) + series() end
print(_VERSION, total)
