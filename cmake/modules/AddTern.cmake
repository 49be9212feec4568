# Building blocks of the compiler: one precompiled header, libraries, dialects and tools.

# tern_make_pch(Name <header> ...) precompiles headers for all that use the library. Without a time in it, a compiler
# cache can tell that the result is the same.
function(tern_make_pch name)
  set_target_properties(${name} PROPERTIES PCH_INSTANTIATE_TEMPLATES ON)
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

# Upstream headers only, so that it is built once and never again. The first header settles the assert question (see
# there), so every compiler target must use it.
set(TERN_PCH_HEADERS
  "${TERN_SOURCE_DIR}/include/tern/Support/MlirAbi.h"
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/SideEffectInterfaces.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>)
add_library(TernPch OBJECT "${CMAKE_CURRENT_LIST_DIR}/Pch.cpp")
target_link_libraries(TernPch PUBLIC TernFlags)
target_include_directories(TernPch SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
tern_make_pch(TernPch ${TERN_PCH_HEADERS})

# Compiles `name` with the precompiled headers of the library `pch`, which are built with -fPIC and refuse -fPIE.
function(tern_use_pch name pch)
  get_target_property(type ${name} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIC)
  endif()
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${name} REUSE_FROM ${pch})
endfunction()

# Generated headers are included as "dialects/Graph/IR/GraphOps.h.inc", beside the hand-written ones.
function(tern_configure_target name)
  target_link_libraries(${name} PUBLIC TernFlags)
  target_include_directories(${name} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_include_directories(${name} PUBLIC "${CMAKE_BINARY_DIR}" "${CMAKE_BINARY_DIR}/include")
  tern_use_pch(${name} TernPch)
endfunction()

# tern_add_library(Name SOURCES a.cpp ... [LINK TernOther ...] [DEPENDS TernGraphIncGen ...])
# Tern libraries link each other by name; libMLIR and libLLVM come in whole, as shared libraries.
function(tern_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  tern_configure_target(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# tern_add_tool(name SOURCES a.cpp ... LINK TernOther ...)
function(tern_add_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  tern_configure_target(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
endfunction()

# tern_tablegen_dialect(Graph graph) generates, from <Prefix>Ops.td in this directory, the declarations and
# definitions of dialect, enums, types, attributes and ops, and the target Tern<Prefix>IncGen.
function(tern_tablegen_dialect prefix dialect)
  set(LLVM_TARGET_DEFINITIONS ${prefix}Ops.td)
  set(includes EXTRA_INCLUDES "${TERN_SOURCE_DIR}" ${MLIR_INCLUDE_DIRS})
  mlir_tablegen(${prefix}Dialect.h.inc -gen-dialect-decls -dialect=${dialect} ${includes})
  mlir_tablegen(${prefix}Dialect.cpp.inc -gen-dialect-defs -dialect=${dialect} ${includes})
  # Enumerations have no dialect to select them by: those of a dialect that includes another stand in a file of their own.
  set(all_definitions ${LLVM_TARGET_DEFINITIONS})
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${prefix}Enums.td")
    set(LLVM_TARGET_DEFINITIONS ${prefix}Enums.td)
  endif()
  mlir_tablegen(${prefix}Enums.h.inc -gen-enum-decls ${includes})
  mlir_tablegen(${prefix}Enums.cpp.inc -gen-enum-defs ${includes})
  set(LLVM_TARGET_DEFINITIONS ${all_definitions})
  mlir_tablegen(${prefix}Types.h.inc -gen-typedef-decls -typedefs-dialect=${dialect} ${includes})
  mlir_tablegen(${prefix}Types.cpp.inc -gen-typedef-defs -typedefs-dialect=${dialect} ${includes})
  mlir_tablegen(${prefix}Attrs.h.inc -gen-attrdef-decls -attrdefs-dialect=${dialect} ${includes})
  mlir_tablegen(${prefix}Attrs.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${dialect} ${includes})
  mlir_tablegen(${prefix}Ops.h.inc -gen-op-decls ${includes})
  mlir_tablegen(${prefix}Ops.cpp.inc -gen-op-defs ${includes})
  add_public_tablegen_target(Tern${prefix}IncGen)
endfunction()

# tern_tablegen_passes(Graph) generates Passes.h.inc from Passes.td in this directory, with registerTernGraphPasses(),
# and the target Tern<Prefix>PassIncGen.
function(tern_tablegen_passes prefix)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name=Tern${prefix} EXTRA_INCLUDES "${TERN_SOURCE_DIR}" ${MLIR_INCLUDE_DIRS})
  add_public_tablegen_target(Tern${prefix}PassIncGen)
endfunction()
