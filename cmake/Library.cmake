# The library, from the objects of its layers: static (`weft`) and shared (`weft_shared`), both in a file named weft. Of the
# shared one only weft_* and wasm_* can be seen (cmake/weft.map). In this build and in the installed package:
#   weft::static, weft::shared   the one or the other
#   weft::weft                   the static one; in the package, what find_package(weft COMPONENTS ...) asked for
if(WEFT_SANITIZE OR WEFT_COVERAGE)
  option(WEFT_BUILD_SHARED "Build the shared library" OFF)
else()
  option(WEFT_BUILD_SHARED "Build the shared library" ON)
endif()

add_library(weft STATIC ${weft_objects})
target_compile_definitions(weft INTERFACE WEFT_STATIC)
set_target_properties(weft PROPERTIES EXPORT_NAME static)
add_library(weft::static ALIAS weft)
add_library(weft::weft ALIAS weft)
set(weft_libraries weft)

if(WEFT_BUILD_SHARED)
  add_library(weft_shared SHARED ${weft_objects})
  set(weft_symbols ${WEFT_SOURCE_DIR}/cmake/weft.map)
  target_link_options(weft_shared PRIVATE -Wl,--version-script=${weft_symbols} -Wl,--gc-sections
                      $<$<BOOL:${WEFT_CLANG}>:-fuse-ld=lld>)
  # Until 1.0 every minor version may change the ABI.
  set_target_properties(weft_shared PROPERTIES
    OUTPUT_NAME weft EXPORT_NAME shared LINK_DEPENDS ${weft_symbols} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  add_library(weft::shared ALIAS weft_shared)
  list(APPEND weft_libraries weft_shared)
endif()

foreach(library IN LISTS weft_libraries)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${library} INTERFACE $<BUILD_INTERFACE:${WEFT_SOURCE_DIR}/include>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
# Named for projects in C, whose linker would not think of them.
target_link_libraries(weft INTERFACE Threads::Threads $<INSTALL_INTERFACE:stdc++> $<INSTALL_INTERFACE:m>)
if(WEFT_SANITIZE)  # whoever links it needs the sanitizer's runtime
  target_link_options(weft INTERFACE -fsanitize=${sanitizers})
endif()
if(WEFT_COVERAGE)
  target_link_options(weft INTERFACE -fprofile-instr-generate)
endif()
