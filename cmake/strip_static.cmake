# Run by CPack before it packs: debug information of the static library stays out of the package. CPack strips the rest.
find_program(STRIP NAMES strip llvm-strip-19 REQUIRED)
file(GLOB_RECURSE archives ${CPACK_TEMPORARY_DIRECTORY}/*.a)
foreach(archive IN LISTS archives)
  execute_process(COMMAND ${STRIP} --strip-debug ${archive} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
