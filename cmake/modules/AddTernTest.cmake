# Unit tests: one executable for each directory under test/unit, named Tern<Area>Tests.

find_package(GTest REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
include(GoogleTest)

# What nearly every test includes; and with MLIR, for tests that link it.
foreach(pch IN ITEMS TernTestPch TernMlirTestPch)
  set(headers <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
  add_library(${pch} OBJECT "${CMAKE_CURRENT_LIST_DIR}/Pch.cpp")
  target_link_libraries(${pch} PUBLIC TernFlags GTest::gmock nlohmann_json::nlohmann_json)
  if(pch STREQUAL "TernMlirTestPch")
    list(PREPEND headers ${TERN_PCH_HEADERS})
    target_include_directories(${pch} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  endif()
  tern_make_pch(${pch} ${headers})
endforeach()

# tern_add_unit_test(TernAreaTests SOURCES ATest.cpp ... LINK TernArea ...)
# Tests find their data below TERN_TEST_DIR, the source directory of their CMakeLists.txt, and have the label
# TERN_TEST_LABEL.
function(tern_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set(c_sources ${ARG_SOURCES})
  list(FILTER c_sources INCLUDE REGEX "\\.c$")
  set_source_files_properties(${c_sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_link_libraries(${name} PRIVATE TernFlags ${ARG_LINK} GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE "TERN_TEST_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}\"")
  if(TERN_TEST_LABEL STREQUAL "compiler" OR "MLIR" IN_LIST ARG_LINK)
    tern_use_pch(${name} TernMlirTestPch)
  else()
    tern_use_pch(${name} TernTestPch)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/tests")
  gtest_discover_tests(${name} PROPERTIES LABELS ${TERN_TEST_LABEL})
  set_property(GLOBAL APPEND PROPERTY TERN_UNIT_TESTS ${name})
  set_property(GLOBAL APPEND PROPERTY TERN_UNIT_TESTS_${TERN_TEST_LABEL} ${name})
endfunction()
