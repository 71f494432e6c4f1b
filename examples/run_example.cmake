# Runs PROGRAM INPUT and compares what it prints with the file EXPECTED.
execute_process(COMMAND ${PROGRAM} ${INPUT} OUTPUT_VARIABLE printed RESULT_VARIABLE code TIMEOUT 20)
file(READ ${EXPECTED} expected)
if(NOT code EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM}: exit ${code}\nprinted:  [${printed}]\nexpected: [${expected}]")
endif()
