# cmake --install: the libraries, the headers, a CMake package (find_package(weft)), pkg-config files; the command and its
# manual page. Nothing installed holds an absolute path, so the tree may be moved. Debian packages: cmake/Package.cmake.
include(CMakePackageConfigHelpers)

# What is installed is built by name; the tests need not be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS weft EXPORT weft ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
if(TARGET weft_shared)
  install(TARGETS weft_shared EXPORT weft LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
          NAMELINK_COMPONENT development)
endif()
install(DIRECTORY ${WEFT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
if(TARGET weft_command)
  install(TARGETS weft_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)
  install(FILES ${WEFT_SOURCE_DIR}/docs/man/weft.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
endif()
# Each Debian package brings its copy of the licence under its own name.
install(FILES ${WEFT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libweft-dev RENAME copyright
        COMPONENT development)
install(FILES ${WEFT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libweft0.1 RENAME copyright
        COMPONENT library)
install(FILES ${WEFT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/weft RENAME copyright COMPONENT command)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
install(EXPORT weft NAMESPACE weft:: FILE weft-targets.cmake DESTINATION ${package_dir} COMPONENT development)
write_basic_package_version_file(${WEFT_BINARY_DIR}/weft-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${WEFT_SOURCE_DIR}/cmake/weft-config.cmake ${WEFT_BINARY_DIR}/weft-config-version.cmake
        DESTINATION ${package_dir} COMPONENT development)

# The prefix of a .pc file is found from where the file lies.
file(RELATIVE_PATH weft_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(name IN ITEMS weft weft-static)
  configure_file(${WEFT_SOURCE_DIR}/cmake/${name}.pc.in ${WEFT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${WEFT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
