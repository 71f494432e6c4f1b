-- The language and its library, without errors that are caught (see bench/real/lua_gaps.h).
print(#arg, arg[0], arg[1], arg[2], arg[3] == "")
print(io.read("l"), io.read("n"), io.read("a"))
print(1 // 0.3, 7 % -3, -7 // 2, 2 ^ 53, 1 << 62, ~0, 0x7fffffffffffffff + 1 == math.mininteger)
print(string.format("%5.2f %q %x %s %-5d|", 2.345, "a\n\"b\"", 255, { 1 } ~= nil, 42))
print(("hello world"):gsub("o", { o = "0" }), ("key = value"):match("^(%w+)%s*=%s*(%w+)$"))
print(table.concat({ 3, 1, 2 }, ","), table.unpack({ "a", "b", nil, "d" }, 1, 4))

local meta = { __index = function(_, key) return key .. "!" end, __call = function(_, x) return x * 2 end, __len = function() return 99 end }
local object = setmetatable({}, meta)
print(object.field, object(21), #object)

local function counter()
  local n = 0
  return function() n = n + 1 return n end
end
local a, b = counter(), counter()
print(a(), a(), b())

local total = 0
for i = 10, 1, -3 do total = total + i end
for key, value in pairs({ x = 1, y = 2 }) do total = total + value + #key end
goto done
total = -1
::done::
print(total)

local parts = {}
for position, code in utf8.codes("né大") do parts[#parts + 1] = position .. ":" .. code end
print(table.concat(parts, " "), utf8.char(228, 8364), utf8.len("né大"))
print(string.pack("<i4z", 77, "zero"):byte(1, -1))
print(math.type(1), math.type(1.0), math.tointeger(3.0), math.fmod(-6, 4), math.ult(1, -1))
print(select("#", nil, nil), tostring(nil), tonumber("0x1p4"), tonumber("10", 2), tonumber("z", 36))
print(os.getenv("NO_SUCH_VARIABLE"), type(os.time()), os.date("!%Y-%m-%d", 86400))
local file = io.open("written.txt", "w")
file:write("one\n", 2, "\n", 3.5, "\n")
file:close()
for line in io.lines("written.txt") do io.write("[", line, "]") end
print(select(2, io.open("no/such/file")) == "no/such/file: No such file or directory")
print(os.rename("written.txt", "renamed.txt"), io.open("written.txt") == nil)
collectgarbage()
print(collectgarbage("count") > 0, load("return 1 + 1")())
os.exit(3)
