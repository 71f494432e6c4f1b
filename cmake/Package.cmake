# Debian packages, made by `./dev package`: libweft0.1 (shared library), libweft-dev (headers, static library, CMake package,
# pkg-config files) and weft (the command, which is static and needs neither).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_CONTACT "Weft maintainers <weft@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "WebAssembly engine")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL library development command)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${WEFT_SOURCE_DIR}/cmake/strip_static.cmake)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libweft0.1)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "WebAssembly engine: shared library")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libweft-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libweft0.1 (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "WebAssembly engine: headers and static library")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME weft)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION interpreters)
set(CPACK_COMPONENT_COMMAND_DESCRIPTION "WebAssembly engine: the command weft")
include(CPack)
