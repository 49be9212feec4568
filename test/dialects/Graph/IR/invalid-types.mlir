// Types and attributes that break a constraint, by name and label, and text that is no type at all.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// storage_C1
// expected-error @+1 {{'f32' is not a block format}}
func.func private @f(!graph.storage<f32>)

// -----

// storage_C1
// expected-error @+1 {{unknown storage format 'q9_9'}}
func.func private @f(!graph.storage<q9_9>)

// -----

// tensor_C1
// expected-error @+1 {{element type must be a float, an integer or a storage format, got 'index'}}
func.func private @f(!graph.tensor<index[2]>)

// -----

// tensor_C1
// expected-error @+1 {{element type must be a float, an integer or a storage format, got 'i4'}}
func.func private @f(!graph.tensor<i4[2]>)

// -----

// tensor_C1
// expected-error @+1 {{element type must be a float, an integer or a storage format}}
func.func private @f(!graph.tensor<tensor<2xf32>[2]>)

// -----

// tensor_C1
// expected-error @+1 {{element type must be a float, an integer or a storage format}}
func.func private @f(!graph.tensor<!graph.tensor<f32[2]>[2]>)

// -----

// tensor_C1
// expected-error @+1 {{element type must be a float, an integer or a storage format}}
func.func private @f(!graph.tensor<f80[2]>)

// -----

// tensor_C1: a tuple
// expected-error @+1 {{element type must be a float, an integer or a storage format}}
func.func private @f(!graph.tensor<tuple<>[2]>)

// -----

// tensor_C2
// expected-error @+1 {{dimension must be a name or a number that is not negative, got -1}}
func.func private @f(!graph.tensor<f32[-1]>)

// -----

// tensor_C2
// expected-error @+1 {{dimension name must be an identifier, got 'a.b'}}
func.func private @f(!graph.tensor<f32[a.b]>)

// -----

// tensor_C2
// expected-error @+1 {{dimension name must be an identifier, got 'a$b'}}
func.func private @f(!graph.tensor<f32[a$b]>)

// -----

// tensor_C3
// expected-error @+1 {{last dimension of 'q4_1' storage must be a multiple of 32, got shape [2, 33]}}
func.func private @f(!graph.tensor<q4_1[2, 33]>)

// -----

// tensor_C3
// expected-error @+1 {{last dimension of 'q4_k' storage must be a multiple of 256}}
func.func private @f(!graph.tensor<q4_k[K]>)

// -----

// tensor_C3: no last dimension
// expected-error @+1 {{last dimension of 'q8_0' storage must be a multiple of 32, got shape []}}
func.func private @f(!graph.tensor<q8_0[]>)

// -----

// not a number
// expected-error @+1 {{integer value too large}}
func.func private @f(!graph.tensor<f32[99999999999999999999]>)

// -----

// not a number
// expected-error @+1 {{expected a number or a name as dimension}}
func.func private @f(!graph.tensor<f32[2.5]>)

// -----

// not a dimension
// expected-error @+1 {{expected a number or a name as dimension}}
func.func private @f(!graph.tensor<f32["B"]>)

// -----

// not a dimension
// expected-error @+1 {{expected a number or a name as dimension}}
func.func private @f(!graph.tensor<f32[?]>)

// -----

// no shape
// expected-error @+1 {{expected '['}}
func.func private @f(!graph.tensor<f32>)

// -----

// no element type
// expected-error @+1 {{expected non-function type}}
func.func private @f(!graph.tensor<[2]>)

// -----

// unknown element type
// expected-error @+1 {{expected non-function type}}
func.func private @f(!graph.tensor<q9_9[2]>)

// -----

// unfinished
// expected-error @+1 {{unbalanced '[' character in pretty dialect name}}
func.func private @f(!graph.tensor<f32[2, >)

// -----

// rotary_C1
// expected-error @+1 {{'theta' and 'factor' must be positive numbers, got 0.000000e+00 and 1.000000e+00}}
func.func private @f() attributes {a = #graph.rotary<theta = 0.0, dims = 64, layout = half>}

// -----

// rotary_C1
// expected-error @+1 {{'theta' and 'factor' must be positive numbers}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, factor = -2.0>}

// -----

// rotary_C1: NaN
// expected-error @+1 {{'theta' and 'factor' must be positive numbers}}
func.func private @f() attributes {a = #graph.rotary<theta = 0x7FF8000000000000, dims = 64, layout = half>}

// -----

// rotary_C1
// expected-error @+1 {{numbers must be finite}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, attention_factor = 1.0e999>}

// -----

// rotary_C2
// expected-error @+1 {{'dims' must be even and positive, got 63}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 63, layout = half>}

// -----

// rotary_C2
// expected-error @+1 {{'dims' must be even and positive, got 0}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 0, layout = half>}

// -----

// rotary_C3
// expected-error @+1 {{scaling 'llama3' needs a positive 'original', got 0}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = llama3, high_frequency = 4.0>}

// -----

// rotary_C3
// expected-error @+1 {{scaling 'longrope' needs a positive 'original', got -5}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = longrope, original = -5>}

// -----

// rotary_C4
// expected-error @+1 {{'truncate' must be 0 or 1, got 2}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, truncate = 2>}

// -----

// rotary_C5
// expected-error @+1 {{scaling 'dynamic' needs 'dims' of more than 2, got 2}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 2, layout = half, scaling = dynamic, original = 16>}

// -----

// rotary_C5
// expected-error @+1 {{scaling 'llama3' needs 'low_frequency' less than 'high_frequency', got 1.000000e+00 and 1.000000e+00}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = llama3, original = 16>}

// -----

// rotary_C5
// expected-error @+1 {{scaling 'yarn' needs 'theta' other than 1 and 'beta_slow' less than 'beta_fast'}}
func.func private @f() attributes {a = #graph.rotary<theta = 1.0, dims = 64, layout = half, scaling = yarn, original = 16>}

// -----

// rotary_C5
// expected-error @+1 {{scaling 'yarn' needs 'theta' other than 1 and 'beta_slow' less than 'beta_fast'}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = yarn, original = 16, beta_fast = 1.0>}

// -----

// no such scaling
// expected-error @+2 {{expected ::tern::graph::RopeScaling to be one of}}
// expected-error @+1 {{failed to parse Graph_RopeAttr parameter 'scaling'}}
func.func private @f() attributes {a = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = cubic>}

// -----

// stored_C1
// expected-error @+1 {{'offset' and 'bytes' must not be negative, got -1 and 4}}
func.func private @f() attributes {a = #graph.stored<file = @f, tensor = "w", offset = -1, bytes = 4>}

// -----

// stored_C1
// expected-error @+1 {{'offset' and 'bytes' must not be negative, got 0 and -4}}
func.func private @f() attributes {a = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = -4>}

// -----

// stored_C2
// expected-error @+1 {{'hash' must be 'xxh3:' and 16 lower-case hexadecimal digits}}
func.func private @f() attributes {a = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4, hash = "xxh3:0123456789ABCDEF">}

// -----

// stored_C2
// expected-error @+1 {{'hash' must be 'xxh3:' and 16 lower-case hexadecimal digits}}
func.func private @f() attributes {a = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4, hash = "xxh3:01">}

// -----

// a nested symbol is no file
// expected-error @+2 {{invalid kind of attribute specified}}
// expected-error @+1 {{failed to parse Graph_StoredAttr parameter 'file'}}
func.func private @f() attributes {a = #graph.stored<file = @f::@g, tensor = "w", offset = 0, bytes = 4>}

// -----

// random_C1
// expected-error @+1 {{'center' and 'scale' must be finite}}
func.func private @f() attributes {a = #graph.random<tensor = "w", seed = 1, center = 1.0e999, scale = 1.0>}

// -----

// random_C1
// expected-error @+1 {{'center' and 'scale' must be finite}}
func.func private @f() attributes {a = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0x7FF8000000000000>}
