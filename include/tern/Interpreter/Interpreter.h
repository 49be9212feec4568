//===- Interpreter.h - What graph programs mean ------------------*- C++ -*-===//
//
// The reference interpreter runs the functions of a module op by op, as the documentation of each op says, with f32
// data and f64 sums. It is slow and never wrong: every later pass and every generated kernel is measured against it.
// Results do not depend on the number of threads.
//
// A call binds the named dimensions of the function to the shapes of its arguments; the state of the module
// (`graph.state`) survives from call to call until resetState().
//
//   mlir::FailureOr<Interpreter> interpreter = Interpreter::create(module);
//   auto logits = interpreter->call("forward", {ids, positions});
//
// Whatever is wrong with a program or its arguments is an MLIR diagnostic at the op it concerns, and the call fails;
// nothing aborts. Tools catch the diagnostics with a mlir::ScopedDiagnosticHandler. After a call that failed, the state
// is whatever the ops before the failure left.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_INTERPRETER_INTERPRETER_H
#define TERN_INTERPRETER_INTERPRETER_H

#include "tern/Interpreter/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <functional>

namespace tern {

struct InterpreterOptions {
  /// Threads that work on one op; 0 stands for as many as the machine runs at once.
  unsigned threads = 0;

  /// Results of pure ops that depend on weights and constants alone (a transposed weight) are kept between calls until
  /// they take this many bytes; beyond it they are computed in each call.
  int64_t constantBytes = int64_t{4} << 30;

  /// A program that asks for a tensor of more bytes gets an error instead of the machine's memory.
  int64_t tensorBytes = int64_t{16} << 30;

  /// If set, called with what each op gives, inside groups and kernels too; not for values kept from an earlier call.
  std::function<void(mlir::Operation *, llvm::ArrayRef<Tensor>)> onResults = nullptr;
};

class Session;

class Interpreter {
public:
  /// Prepares `module`, which must outlive the interpreter and stay as it is. Maps the files of its weights and reads
  /// none of their bytes. Fails if the module does not verify or a file is missing or of another size.
  static mlir::FailureOr<Interpreter> create(mlir::ModuleOp module, const InterpreterOptions &options = {});

  Interpreter(Interpreter &&) noexcept;
  Interpreter &operator=(Interpreter &&) noexcept;
  ~Interpreter();

  /// Runs `function` on `arguments`, which must have the element types and shapes of its parameters; each symbol must
  /// stand for one number throughout. Fails too if a check op failed, but not before the function has run to its end.
  mlir::FailureOr<llvm::SmallVector<Tensor>> call(llvm::StringRef function, llvm::ArrayRef<Tensor> arguments);

  /// Forgets what calls left in the module's states: zeros and no positions, as before the first call.
  void resetState();

private:
  explicit Interpreter(std::unique_ptr<Session> session);

  std::unique_ptr<Session> session;
};

} // namespace tern

#endif // TERN_INTERPRETER_INTERPRETER_H
