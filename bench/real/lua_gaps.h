// Lua throws with longjmp, which needs exception handling in WebAssembly. This build has none: an
// error inside Lua prints its message and ends the program, and pcall and coroutines are not
// available. Scripts without errors do not notice. Force-included after wasi_gaps.h.
#pragma once
#include <stdlib.h>

struct lua_State;
const char* lua_tolstring(struct lua_State* state, int index, size_t* length);

static inline _Noreturn void lua_gap_throw(struct lua_State* state) {
  const char* message = lua_tolstring(state, -1, NULL);
  fprintf(stderr, "lua: %s\n", message ? message : "error");
  exit(1);
}

#define LUAI_THROW(L, c) lua_gap_throw(L)
#define LUAI_TRY(L, c, a) {a}
#define luai_jmpbuf int
#define LUA_TMPNAMBUFSIZE 32
#define lua_tmpnam(b, e) ((e) = 1)
