# Headers that are read once instead of once per file: with the tests' own flags below they save 38 % of the processor time of
# a cold build (29 files in a release build: 56 s before, 35 s after). Only with clang: the build with g++ shows that every file
# includes what it uses.
#
# weft_precompile(<target> library|test|embedder)   the target's files start with one of the sets below
# weft_small(<target> [FILES <files>...])           time does not go there, so in a release small counts (the stripped command
#                                                   stays near 3 MB): the target, or files of it, are compiled with -Os
#
# A set belongs to one way of compiling; files with options of their own say SKIP_PRECOMPILE_HEADERS.

option(WEFT_PRECOMPILE "Precompiled headers (clang)" ${PROJECT_IS_TOP_LEVEL})

set(weft_standard_headers <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cstdint> <cstring> <expected> <functional> <map>
    <memory> <mutex> <optional> <span> <string> <string_view> <thread> <type_traits> <unordered_map> <utility> <vector>
    <fmt/format.h>)

# Time does not go into the tests' own code: not worth optimizing for long.
add_library(weft_test_flags INTERFACE)
target_compile_options(weft_test_flags INTERFACE $<$<CONFIG:Release>:-O1>)
target_link_libraries(weft_test_flags INTERFACE weft_warnings)

function(weft_add_precompiled name)
  cmake_parse_arguments(ARG "" "" "LINK;HEADERS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp CONTENT "// Nothing but the headers.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

if(WEFT_CLANG AND WEFT_PRECOMPILE)
  # For ccache: the same headers give the same file.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Xclang$<SEMICOLON>-fno-pch-timestamp>)
  weft_add_precompiled(weft_precompiled_library LINK weft_library_flags weft_common HEADERS ${weft_standard_headers})
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    weft_add_precompiled(weft_precompiled_small LINK weft_library_flags weft_common HEADERS ${weft_standard_headers})
    target_compile_options(weft_precompiled_small PRIVATE -Os)
  endif()
  if(WEFT_BUILD_TESTS)
    weft_add_precompiled(weft_precompiled_test LINK weft_common weft_test_flags GTest::gtest
                         HEADERS ${weft_standard_headers} <gtest/gtest.h>)
    weft_add_precompiled(weft_precompiled_embedder LINK weft weft_test_flags GTest::gtest
                         HEADERS <gtest/gtest.h> <weft/weft.hpp>)
    set_target_properties(weft_precompiled_embedder PROPERTIES CXX_STANDARD 20)
    foreach(name IN ITEMS weft_precompiled_test weft_precompiled_embedder)
      set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)  # as programs: -fPIE, not -fPIC
      target_compile_options(${name} PRIVATE -fPIE)
    endforeach()
  endif()
endif()

# Of several kinds, the last counts.
function(weft_precompile target kind)
  if(TARGET weft_precompiled_${kind})
    set_target_properties(${target} PROPERTIES PRECOMPILE_HEADERS_REUSE_FROM weft_precompiled_${kind})
    add_dependencies(${target} weft_precompiled_${kind})
  endif()
endfunction()

function(weft_small target)
  cmake_parse_arguments(ARG "" "" "FILES" ${ARGN})
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release)
    return()
  endif()
  if(NOT ARG_FILES)
    target_compile_options(${target} PRIVATE -Os)
    weft_precompile(${target} small)
    return()
  endif()
  set(options -Os)
  if(TARGET weft_precompiled_small)  # CMake knows one set per target; these are its options for another
    set(headers ${CMAKE_BINARY_DIR}/CMakeFiles/weft_precompiled_small.dir/cmake_pch.hxx)
    list(APPEND options -Xclang -include-pch -Xclang ${headers}.pch -Xclang -include -Xclang ${headers})
    add_dependencies(${target} weft_precompiled_small)
  endif()
  set_source_files_properties(${ARG_FILES} PROPERTIES COMPILE_OPTIONS "${options}" SKIP_PRECOMPILE_HEADERS ON)
endfunction()
