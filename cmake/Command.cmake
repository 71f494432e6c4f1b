# The command `weft`. A release is linked fully static: no dynamic loader at start (measured: hello 0.7 ms against 1.3 ms).
add_executable(weft_command ${WEFT_SOURCE_DIR}/src/cli/main.cpp)
set_target_properties(weft_command PROPERTIES OUTPUT_NAME weft)
target_link_libraries(weft_command PRIVATE weft_cli weft_library_flags)
if(CMAKE_BUILD_TYPE STREQUAL Release AND NOT WEFT_SANITIZE)
  if(WEFT_CLANG)
    target_link_options(weft_command PRIVATE -Wl,--icf=safe)
  endif()
  if(WEFT_STATIC_CLI)
    target_link_options(weft_command PRIVATE -static)  # not a PIE: 0.64 ms against 0.68 ms
  else()
    target_link_options(weft_command PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endif()
