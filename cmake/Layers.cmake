# weft_add_layer(<folder> [DEPS <lower folders>...] [EXCLUDE <files>...] [TEST_DEPS <targets>...])
#
# One folder of src/ = one library target `weft_<folder>` from its *.cpp, and one gtest binary `<folder>_test` from its
# *_test.cpp. `main.cpp` is never part of the library. DEPS are the only layers whose headers it should include;
# tools/check_layers.py checks the include lines themselves.

function(weft_add_layer folder)
  cmake_parse_arguments(ARG "" "" "DEPS;EXCLUDE;TEST_DEPS" ${ARGN})
  set(target weft_${folder})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  foreach(file IN LISTS ARG_EXCLUDE)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    list(REMOVE_ITEM tests ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()

  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE weft_library_flags PUBLIC weft_common)
    weft_precompile(${target} library)
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)  # a folder without sources yet, or with headers only
    target_link_libraries(${target} INTERFACE weft_common)
    set(scope INTERFACE)
  endif()
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${target} ${scope} weft_${dep})
  endforeach()

  if(tests AND WEFT_BUILD_TESTS)
    add_executable(${folder}_test ${tests})
    target_link_libraries(${folder}_test PRIVATE ${target} ${ARG_TEST_DEPS} weft_test_flags GTest::gtest_main)
    weft_precompile(${folder}_test test)
    set_target_properties(${folder}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_compile_definitions(${folder}_test PRIVATE WEFT_SOURCE_DIR="${WEFT_SOURCE_DIR}")
    add_test(NAME ${folder}_test COMMAND ${folder}_test WORKING_DIRECTORY ${WEFT_SOURCE_DIR})
    set_tests_properties(${folder}_test PROPERTIES TIMEOUT 300)
  endif()
endfunction()
