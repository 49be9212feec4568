// RUN: split-file %s %t
// RUN: tern-opt %t/unknown.mlir --graph-specialize="dims=B=1,X=4" --verify-diagnostics
// RUN: tern-opt %t/negative.mlir --graph-specialize="dims=B=-1" --verify-diagnostics
// RUN: tern-opt %t/empty.mlir --graph-specialize="dims=B" --verify-diagnostics
// RUN: tern-opt %t/no-symbol.mlir --graph-specialize="dims=4=4" --verify-diagnostics
// RUN: tern-opt %t/twice.mlir --graph-specialize="dims=B=1,B=2" --verify-diagnostics
// RUN: tern-opt %t/state.mlir --graph-specialize="dims=C=4096" --verify-diagnostics
// RUN: tern-opt %t/product.mlir --graph-specialize="dims=B=4294967296,T=4294967296" --verify-diagnostics

//--- unknown.mlir
// expected-error @below {{'dims': no type of the module has a dimension "X"}}
module {
  func.func private @f(!graph.tensor<f32[B]>)
}

//--- negative.mlir
// expected-error @below {{'dims' entry 'B=-1': dimension must be a name or a number that is not negative}}
module {
  func.func private @f(!graph.tensor<f32[B]>)
}

//--- empty.mlir
// expected-error @below {{'dims' entry 'B': dimension name must be an identifier, got ''}}
module {
  func.func private @f(!graph.tensor<f32[B]>)
}

//--- no-symbol.mlir
// expected-error @below {{'dims' entry '4=4': dimension name must be an identifier, got '4'}}
module {
  func.func private @f(!graph.tensor<f32[B]>)
}

//--- twice.mlir
// expected-error @below {{'dims' entry 'B=2': the symbol stands there twice}}
module {
  func.func private @f(!graph.tensor<f32[B]>)
}

//--- state.mlir
// expected-error @below {{the program cannot be specialised to C=4096}}
module {
  // expected-error @below {{axis 1 of a 'key' state must be a symbol, got [B, 4096, 3, 8]}}
  graph.state @k key of layer 0 : f32[B, C, 3, 8]
}

//--- product.mlir
// expected-error @below {{the program cannot be specialised to B=4294967296, T=4294967296}}
module {
  func.func @f(%x: !graph.tensor<f32[B, T]>) -> !graph.tensor<f32[T, B]> {
    // expected-error @below {{shapes must have the same number of elements, below 2^63, got [4294967296, 4294967296]}}
    %0 = graph.reshape %x : (f32[B, T]) -> f32[T, B]
    return %0 : !graph.tensor<f32[T, B]>
  }
}
