# How lit runs Tern's tests: `ninja check-tern`, or `lit -sv build/test --filter=Graph` for a part of them.
#
# Tools are found by name: those of this build first, then FileCheck, not, split-file and mlir-tblgen of LLVM.
#
# Features, for `// REQUIRES:` and `// UNSUPPORTED:` lines:
#   asan       what was built has the sanitizers' runtime in it, which a program that is not built with them lacks
#   nvcc       the compiler of the CUDA toolkit is on the PATH, below CUDA_HOME or in /usr/local/cuda; %nvcc is its path
#   valgrind   Valgrind is on the PATH, and what was built has no sanitizers in it, which it cannot run
#   smollm2    the CMake cache variable TERN_SMOLLM2 names the model's GGUF file; %smollm2 is its path
#
# Substitutions: %python, %source_dir (the repository), %binary_dir (the build), %tern_tools and %llvm_tools (folders of
# programs), %mlir_include (where MLIR's .td files are), %cc (the C compiler) and %sanitize (its flags for a program that
# links what was built), %nvcc, %smollm2, %other_cpu (a CPU to compile for that is not this one), %valgrind_cpu (one that
# Valgrind can be here), %fake_gpu (the folder of a driver and an NVRTC that need no GPU).

import os
import platform
import shutil

import lit.formats

config.name = "Tern"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["unit", "fuzz", "Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.tern_binary_dir, "test")

if config.is_sanitized:
    config.available_features.add("asan")

tools = [os.path.join(config.tern_binary_dir, "bin"), config.llvm_tools_dir]
config.environment["PATH"] = os.path.pathsep.join(tools + [os.environ.get("PATH", "")])
# FileCheck's own options, for everyone: show what was read when a check fails.
config.environment["FILECHECK_OPTS"] = "--dump-input=fail --dump-input-filter=error"
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions.append(("%python", config.python))
config.substitutions.append(("%source_dir", config.tern_source_dir))
config.substitutions.append(("%binary_dir", config.tern_binary_dir))
config.substitutions.append(("%cc", config.c_compiler))
config.substitutions.append(("%sanitize", "-fsanitize=address,undefined" if config.is_sanitized else ""))
config.substitutions.append(("%tern_tools", tools[0]))
config.substitutions.append(("%llvm_tools", tools[1]))
config.substitutions.append(("%other_cpu", "x86-64-v3" if platform.machine() == "aarch64" else "aarch64"))
config.substitutions.append(("%valgrind_cpu", "aarch64" if platform.machine() == "aarch64" else "x86-64-v3"))
config.substitutions.append(("%mlir_include", config.mlir_include_dir))
cuda = [os.path.join(os.environ.get("CUDA_HOME", "/usr/local/cuda"), "bin")]
nvcc = shutil.which("nvcc", path=os.pathsep.join([os.environ.get("PATH", "")] + cuda))
if nvcc:
    config.available_features.add("nvcc")
    config.substitutions.append(("%nvcc", nvcc))
if shutil.which("valgrind") and not config.is_sanitized:
    config.available_features.add("valgrind")
config.substitutions.append(("%fake_gpu", os.path.join(config.tern_binary_dir, "fake-gpu")))
if config.smollm2:
    if not os.path.exists(config.smollm2):
        lit_config.fatal("TERN_SMOLLM2 names no file: %s" % config.smollm2)
    config.available_features.add("smollm2")
    config.substitutions.append(("%smollm2", config.smollm2))
