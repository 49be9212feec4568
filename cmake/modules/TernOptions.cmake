# Options and flags shared by runtime/ (which also builds alone) and the compiler.

option(TERN_ASSERTIONS "Keep assert() in optimised builds" ON)
option(TERN_SANITIZE "Build with the address and undefined-behaviour sanitizers, and the libFuzzer targets" OFF)

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(TERN_CCACHE ccache)
if(TERN_CCACHE)
  # Precompiled headers carry times and macros that ccache would otherwise take for differences.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${TERN_CCACHE}")
endif()

find_program(TERN_LLD NAMES ld.lld-22 ld.lld)
if(TERN_LLD)
  add_link_options(--ld-path=${TERN_LLD})
endif()

if(TERN_SANITIZE)
  # Compiling is most of the time that sanitized tests take, so it is kept short. One build serves tests and fuzz targets:
  # fuzzer-no-link only instruments; the targets alone link libFuzzer, which brings main().
  set(CMAKE_CXX_FLAGS_RELEASE "-O1")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

# Usage requirements of every Tern target: the source tree is the include root, so an include names a file's place.
add_library(TernFlags INTERFACE)
get_filename_component(TERN_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
target_include_directories(TernFlags INTERFACE "${TERN_SOURCE_DIR}" "${TERN_SOURCE_DIR}/include")
# libstdc++ 12 marks what its own std::stable_sort uses as deprecated.
target_compile_options(TernFlags INTERFACE -Wall -Wextra -Werror=return-type -Wno-unused-parameter
                       -Wno-deprecated-declarations)
if(NOT TERN_ASSERTIONS)
  target_compile_definitions(TernFlags INTERFACE NDEBUG)
endif()
find_package(Threads REQUIRED)
target_link_libraries(TernFlags INTERFACE Threads::Threads)
