# Flags in three interface targets: weft_common (everything), weft_library_flags (the library only), weft_warnings.

# -g1 gives backtraces with lines at a third of the size of -g; the installed command is stripped anyway.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(WEFT_CLANG ON)
else()
  set(WEFT_CLANG OFF)
endif()

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE -Wall -Wextra)
if(WEFT_CLANG)
  target_compile_options(weft_warnings INTERFACE -Wconversion -Wshadow)
  if(WEFT_WERROR)
    target_compile_options(weft_warnings INTERFACE -Werror)
  endif()
else()
  # g++ 12 warns falsely about inlined std::expected and std::vector, and -Wextra's field-initialiser warning.
  target_compile_options(weft_warnings INTERFACE -Wno-maybe-uninitialized -Wno-missing-field-initializers
                                                 -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict
                                                 -Wno-dangling-else)
endif()

find_package(Threads REQUIRED)

add_library(weft_common INTERFACE)
target_include_directories(weft_common INTERFACE ${WEFT_SOURCE_DIR}/src ${WEFT_SOURCE_DIR}/include)
# fmt is compiled once, in src/base/fmt_library.cpp, in a namespace of ours.
target_compile_definitions(weft_common INTERFACE "FMT_BEGIN_NAMESPACE=namespace fmt{inline namespace weft_v9{"
                           "FMT_END_NAMESPACE=}}")
target_compile_definitions(weft_common INTERFACE WEFT_STATIC
                           WEFT_PORTABLE_DISPATCH=$<BOOL:${WEFT_PORTABLE_DISPATCH}>)
target_compile_options(weft_common INTERFACE -ffunction-sections -fdata-sections)
# No paths of the building machine in the binary: the same input gives the same output.
target_compile_options(weft_common INTERFACE -ffile-prefix-map=${WEFT_SOURCE_DIR}/=)
target_link_libraries(weft_common INTERFACE Threads::Threads)
if(WEFT_ARCH)
  target_compile_options(weft_common INTERFACE -march=${WEFT_ARCH})
endif()

add_library(weft_library_flags INTERFACE)
target_compile_options(weft_library_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
target_link_libraries(weft_library_flags INTERFACE weft_warnings)

if(WEFT_SANITIZE)
  string(REPLACE ";" "," sanitizers "${WEFT_SANITIZE}")
  # vptr needs run-time type information, which the library does not have.
  # Frame pointers only here, for the reports: in a release each interpreter handler would save and restore one.
  target_compile_options(weft_common INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-sanitize=vptr
                                               -fno-omit-frame-pointer)
  target_link_options(weft_common INTERFACE -fsanitize=${sanitizers})
  target_compile_definitions(weft_common INTERFACE WEFT_SANITIZED=1)
  if("integer" IN_LIST WEFT_SANITIZE)
    # Where wrapping is meant, file by file. Reports end the tests by UBSAN_OPTIONS (./dev), so that one run can also list all.
    target_compile_options(weft_common INTERFACE -fsanitize-recover=integer
                                                 -fsanitize-ignorelist=${WEFT_SOURCE_DIR}/cmake/sanitize.ignore)
  endif()
endif()

# Only the library is counted, not its tests: they need no counters, and their copies of inline functions no report.
if(WEFT_COVERAGE)
  target_compile_options(weft_library_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping
                                                      -fcoverage-compilation-dir=${WEFT_SOURCE_DIR})
  target_link_options(weft_common INTERFACE -fprofile-instr-generate)
endif()

if(WEFT_CLANG)
  target_link_options(weft_common INTERFACE -fuse-ld=lld)
endif()
target_link_options(weft_common INTERFACE -Wl,--gc-sections)
