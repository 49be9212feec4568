# Unit tests: one executable for each directory under test/unit, named Tern<Area>Tests.

find_package(GTest REQUIRED)
include(GoogleTest)

# tern_add_unit_test(TernAreaTests SOURCES ATest.cpp ... LINK TernArea ...)
# Tests find their data below TERN_TEST_DIR, the source directory of their CMakeLists.txt.
function(tern_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE TernFlags ${ARG_LINK} GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE "TERN_TEST_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}\"")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/tests")
  gtest_discover_tests(${name})
  set_property(GLOBAL APPEND PROPERTY TERN_UNIT_TESTS ${name})
endfunction()
