// Numbers: what each op of arith and math is in CUDA C++, and where it is cast.
// RUN: tern-opt %s --convert-code-to-cuda | tern-translate --cuda-to-source | FileCheck %s

// CHECK-LABEL: tern_integers(
// CHECK:      y[0] = (int)((unsigned)a >> 3);
// CHECK-NEXT: y[1] = (int)((unsigned)a / (unsigned)b);
// CHECK-NEXT: y[2] = (int)((unsigned)a % 7u);
// CHECK-NEXT: y[3] = a - 5;
// CHECK-NEXT: y[4] = (a & 0xff) << 4;
// CHECK-NEXT: y[5] = ~a;
// CHECK-NEXT: y[6] = max(a, b);
// CHECK-NEXT: y[7] = (int)min((unsigned)a, (unsigned)b);
// CHECK-NEXT: y[8] = abs(b);
// CHECK-NEXT: y[9] = (a + b) % 3;
// CHECK-NEXT: y[10] = a - (b - 1);
// CHECK-NEXT: y[11] = (int)((unsigned)a < (unsigned)b);
// CHECK-NEXT: y[12] = -(int)(a < b && a != 4);
// CHECK-NEXT: y[13] = (int)(!(a > b) || a == b);
// CHECK-NEXT: y[14] = (int)(signed char)a + (int)(unsigned char)(signed char)b;
// CHECK-NEXT: y[15] = (int)(signed char)((signed char)a * (signed char)b);
// CHECK-NEXT: y[16] = (int)((long long)a + 4294967296LL);
// CHECK-NEXT: y[17] = (b & 1) != 0 ? 2147483647 : (-2147483647 - 1);
cuda.kernel @tern_integers(%x: !llvm.ptr {cuda.name = "x", cuda.element = i32, cuda.read_only},
                           %y: !llvm.ptr {cuda.name = "y", cuda.element = i32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c1 = arith.constant 1 : i32
  %c3 = arith.constant 3 : i32
  %c4 = arith.constant 4 : i32
  %c7 = arith.constant 7 : i32
  %m5 = arith.constant -5 : i32
  %mask = arith.constant 255 : i32
  %ones = arith.constant -1 : i32
  %true = arith.constant true
  %a = llvm.load %x {cuda.name = "a"} : !llvm.ptr -> i32
  %place = llvm.getelementptr %x[%c1] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %b = llvm.load %place {cuda.name = "b"} : !llvm.ptr -> i32
  %p0 = llvm.getelementptr %y[0] : (!llvm.ptr) -> !llvm.ptr, i32
  %v0 = arith.shrui %a, %c3 : i32
  llvm.store %v0, %p0 : i32, !llvm.ptr
  %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, i32
  %v1 = arith.divui %a, %b : i32
  llvm.store %v1, %p1 : i32, !llvm.ptr
  %p2 = llvm.getelementptr %y[2] : (!llvm.ptr) -> !llvm.ptr, i32
  %v2 = arith.remui %a, %c7 : i32
  llvm.store %v2, %p2 : i32, !llvm.ptr
  %p3 = llvm.getelementptr %y[3] : (!llvm.ptr) -> !llvm.ptr, i32
  %v3 = arith.addi %a, %m5 : i32
  llvm.store %v3, %p3 : i32, !llvm.ptr
  %p4 = llvm.getelementptr %y[4] : (!llvm.ptr) -> !llvm.ptr, i32
  %v4 = arith.andi %a, %mask : i32
  %w4 = arith.shli %v4, %c4 : i32
  llvm.store %w4, %p4 : i32, !llvm.ptr
  %p5 = llvm.getelementptr %y[5] : (!llvm.ptr) -> !llvm.ptr, i32
  %v5 = arith.xori %a, %ones : i32
  llvm.store %v5, %p5 : i32, !llvm.ptr
  %p6 = llvm.getelementptr %y[6] : (!llvm.ptr) -> !llvm.ptr, i32
  %v6 = arith.maxsi %a, %b : i32
  llvm.store %v6, %p6 : i32, !llvm.ptr
  %p7 = llvm.getelementptr %y[7] : (!llvm.ptr) -> !llvm.ptr, i32
  %v7 = arith.minui %a, %b : i32
  llvm.store %v7, %p7 : i32, !llvm.ptr
  %p8 = llvm.getelementptr %y[8] : (!llvm.ptr) -> !llvm.ptr, i32
  %v8 = math.absi %b : i32
  llvm.store %v8, %p8 : i32, !llvm.ptr
  %p9 = llvm.getelementptr %y[9] : (!llvm.ptr) -> !llvm.ptr, i32
  %v9 = arith.addi %a, %b : i32
  %w9 = arith.remsi %v9, %c3 : i32
  llvm.store %w9, %p9 : i32, !llvm.ptr
  %p10 = llvm.getelementptr %y[10] : (!llvm.ptr) -> !llvm.ptr, i32
  %v10 = arith.subi %b, %c1 : i32
  %w10 = arith.subi %a, %v10 : i32
  llvm.store %w10, %p10 : i32, !llvm.ptr
  %p11 = llvm.getelementptr %y[11] : (!llvm.ptr) -> !llvm.ptr, i32
  %v11 = arith.cmpi ult, %a, %b : i32
  %w11 = arith.extui %v11 : i1 to i32
  llvm.store %w11, %p11 : i32, !llvm.ptr
  %p12 = llvm.getelementptr %y[12] : (!llvm.ptr) -> !llvm.ptr, i32
  %u12 = arith.cmpi slt, %a, %b : i32
  %v12 = arith.cmpi ne, %a, %c4 : i32
  %w12 = arith.andi %u12, %v12 : i1
  %z12 = arith.extsi %w12 : i1 to i32
  llvm.store %z12, %p12 : i32, !llvm.ptr
  %p13 = llvm.getelementptr %y[13] : (!llvm.ptr) -> !llvm.ptr, i32
  %u13 = arith.cmpi sgt, %a, %b : i32
  %v13 = arith.xori %u13, %true : i1
  %w13 = arith.cmpi eq, %a, %b : i32
  %x13 = arith.ori %v13, %w13 : i1
  %z13 = arith.extui %x13 : i1 to i32
  llvm.store %z13, %p13 : i32, !llvm.ptr
  %p14 = llvm.getelementptr %y[14] : (!llvm.ptr) -> !llvm.ptr, i32
  %u14 = arith.trunci %a : i32 to i8
  %v14 = arith.trunci %b : i32 to i8
  %w14 = arith.extsi %u14 : i8 to i32
  %x14 = arith.extui %v14 : i8 to i32
  %z14 = arith.addi %w14, %x14 : i32
  llvm.store %z14, %p14 : i32, !llvm.ptr
  %p15 = llvm.getelementptr %y[15] : (!llvm.ptr) -> !llvm.ptr, i32
  %u15 = arith.trunci %a : i32 to i8
  %v15 = arith.trunci %b : i32 to i8
  %w15 = arith.muli %u15, %v15 : i8
  %z15 = arith.extsi %w15 : i8 to i32
  llvm.store %z15, %p15 : i32, !llvm.ptr
  %p16 = llvm.getelementptr %y[16] : (!llvm.ptr) -> !llvm.ptr, i32
  %big = arith.constant 4294967296 : i64
  %u16 = arith.extsi %a : i32 to i64
  %v16 = arith.addi %u16, %big : i64
  %w16 = arith.trunci %v16 : i64 to i32
  llvm.store %w16, %p16 : i32, !llvm.ptr
  %p17 = llvm.getelementptr %y[17] : (!llvm.ptr) -> !llvm.ptr, i32
  %most = arith.constant 2147483647 : i32
  %least = arith.constant -2147483648 : i32
  %u17 = arith.trunci %b : i32 to i1
  %v17 = arith.select %u17, %most, %least : i32
  llvm.store %v17, %p17 : i32, !llvm.ptr
  cuda.return
}

// Where a product must not merge with a sum, it rounds where it stands; elsewhere nothing can merge.
// CHECK-LABEL: tern_floats(
// CHECK:      y[0] = a * b + c;
// CHECK-NEXT: y[1] = __fmul_rn(a, b) + c;
// CHECK-NEXT: y[2] = __fadd_rn(a * b, -c);
// CHECK-NEXT: y[3] = a * b * c;
// CHECK-NEXT: y[4] = a - (b - c);
// CHECK-NEXT: y[5] = -(a / b);
// CHECK-NEXT: y[6] = fmaf(a, b, -2.5f);
// CHECK-NEXT: y[7] = tern::maximum(fmaxf(a, b), rintf(c));
// CHECK-NEXT: y[8] = !(a >= b) ? c : 0.1f;
// CHECK-NEXT: y[9] = isnan(a) ? __int_as_float(0x7fc00000) : -__int_as_float(0x7f800000);
// CHECK-NEXT: y[10] = (float)(isnan(a) || isnan(b));
// CHECK-NEXT: y[11] = (float)(__float_as_int(a) ^ 0x10);
// CHECK-NEXT: y[12] = (float)exp((double)a * 3e-09);
// CHECK-NEXT: y[13] = (float)(int)c + (float)(unsigned)(int)b;
cuda.kernel @tern_floats(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                         %y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %a = llvm.load %x {cuda.name = "a"} : !llvm.ptr -> f32
  %p = llvm.getelementptr %x[1] : (!llvm.ptr) -> !llvm.ptr, f32
  %b = llvm.load %p {cuda.name = "b"} : !llvm.ptr -> f32
  %q = llvm.getelementptr %x[2] : (!llvm.ptr) -> !llvm.ptr, f32
  %c = llvm.load %q {cuda.name = "c"} : !llvm.ptr -> f32
  %p0 = llvm.getelementptr %y[0] : (!llvm.ptr) -> !llvm.ptr, f32
  %u0 = arith.mulf %a, %b fastmath<contract> : f32
  %v0 = arith.addf %u0, %c fastmath<contract> : f32
  llvm.store %v0, %p0 : f32, !llvm.ptr
  %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, f32
  %u1 = arith.mulf %a, %b : f32
  %v1 = arith.addf %u1, %c : f32
  llvm.store %v1, %p1 : f32, !llvm.ptr
  %p2 = llvm.getelementptr %y[2] : (!llvm.ptr) -> !llvm.ptr, f32
  %u2 = arith.mulf %a, %b fastmath<contract> : f32
  %v2 = arith.subf %u2, %c : f32
  llvm.store %v2, %p2 : f32, !llvm.ptr
  %p3 = llvm.getelementptr %y[3] : (!llvm.ptr) -> !llvm.ptr, f32
  %u3 = arith.mulf %a, %b : f32
  %v3 = arith.mulf %u3, %c : f32
  llvm.store %v3, %p3 : f32, !llvm.ptr
  %p4 = llvm.getelementptr %y[4] : (!llvm.ptr) -> !llvm.ptr, f32
  %u4 = arith.subf %b, %c : f32
  %v4 = arith.subf %a, %u4 : f32
  llvm.store %v4, %p4 : f32, !llvm.ptr
  %p5 = llvm.getelementptr %y[5] : (!llvm.ptr) -> !llvm.ptr, f32
  %u5 = arith.divf %a, %b : f32
  %v5 = arith.negf %u5 : f32
  llvm.store %v5, %p5 : f32, !llvm.ptr
  %p6 = llvm.getelementptr %y[6] : (!llvm.ptr) -> !llvm.ptr, f32
  %k6 = arith.constant -2.5 : f32
  %v6 = math.fma %a, %b, %k6 : f32
  llvm.store %v6, %p6 : f32, !llvm.ptr
  %p7 = llvm.getelementptr %y[7] : (!llvm.ptr) -> !llvm.ptr, f32
  %u7 = arith.maxnumf %a, %b : f32
  %v7 = math.roundeven %c : f32
  %w7 = arith.maximumf %u7, %v7 : f32
  llvm.store %w7, %p7 : f32, !llvm.ptr
  %p8 = llvm.getelementptr %y[8] : (!llvm.ptr) -> !llvm.ptr, f32
  %k8 = arith.constant 0.1 : f32
  %u8 = arith.cmpf ult, %a, %b : f32
  %v8 = arith.select %u8, %c, %k8 : f32
  llvm.store %v8, %p8 : f32, !llvm.ptr
  %p9 = llvm.getelementptr %y[9] : (!llvm.ptr) -> !llvm.ptr, f32
  %nan = arith.constant 0x7FC00000 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %u9 = arith.cmpf uno, %a, %a : f32
  %v9 = arith.select %u9, %nan, %lowest : f32
  llvm.store %v9, %p9 : f32, !llvm.ptr
  %p10 = llvm.getelementptr %y[10] : (!llvm.ptr) -> !llvm.ptr, f32
  %u10 = arith.cmpf uno, %a, %b : f32
  %v10 = arith.uitofp %u10 : i1 to f32
  llvm.store %v10, %p10 : f32, !llvm.ptr
  %p11 = llvm.getelementptr %y[11] : (!llvm.ptr) -> !llvm.ptr, f32
  %k11 = arith.constant 16 : i32
  %u11 = arith.bitcast %a : f32 to i32
  %v11 = arith.xori %u11, %k11 : i32
  %w11 = arith.sitofp %v11 : i32 to f32
  llvm.store %w11, %p11 : f32, !llvm.ptr
  %p12 = llvm.getelementptr %y[12] : (!llvm.ptr) -> !llvm.ptr, f32
  %k12 = arith.constant 3.0e-9 : f64
  %u12 = arith.extf %a : f32 to f64
  %v12 = arith.mulf %u12, %k12 : f64
  %w12 = math.exp %v12 : f64
  %x12 = arith.truncf %w12 : f64 to f32
  llvm.store %x12, %p12 : f32, !llvm.ptr
  %p13 = llvm.getelementptr %y[13] : (!llvm.ptr) -> !llvm.ptr, f32
  %u13 = arith.fptosi %c : f32 to i32
  %v13 = arith.sitofp %u13 : i32 to f32
  %w13 = arith.fptosi %b : f32 to i32
  %x13 = arith.uitofp %w13 : i32 to f32
  %y13 = arith.addf %v13, %x13 fastmath<contract> : f32
  llvm.store %y13, %p13 : f32, !llvm.ptr
  cuda.return
}

// A shift has the type of its left operand alone, so a constant there keeps its own.
// CHECK-LABEL: tern_shifted_constants(
// CHECK:      y[0] = 1LL << n;
// CHECK-NEXT: y[1] = -8LL >> n;
cuda.kernel @tern_shifted_constants(%x: !llvm.ptr {cuda.name = "x", cuda.element = i64, cuda.read_only},
                                    %y: !llvm.ptr {cuda.name = "y", cuda.element = i64})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c1 = arith.constant 1 : i64
  %m8 = arith.constant -8 : i64
  %n = llvm.load %x {cuda.name = "n"} : !llvm.ptr -> i64
  %p0 = llvm.getelementptr %y[0] : (!llvm.ptr) -> !llvm.ptr, i64
  %v0 = arith.shli %c1, %n : i64
  llvm.store %v0, %p0 : i64, !llvm.ptr
  %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, i64
  %v1 = arith.shrsi %m8, %n : i64
  llvm.store %v1, %p1 : i64, !llvm.ptr
  cuda.return
}

// CHECK-LABEL: tern_truth_to_half(
// CHECK: *y = tern::fromFloat<tern::f16>((float)(a < 3));
cuda.kernel @tern_truth_to_half(%x: !llvm.ptr {cuda.name = "x", cuda.element = i32, cuda.read_only},
                                %y: !llvm.ptr {cuda.name = "y", cuda.element = f16})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c3 = arith.constant 3 : i32
  %a = llvm.load %x {cuda.name = "a"} : !llvm.ptr -> i32
  %0 = arith.cmpi slt, %a, %c3 : i32
  %1 = arith.uitofp %0 : i1 to f16
  llvm.store %1, %y : f16, !llvm.ptr
  cuda.return
}

// Names of tables become identifiers that no other symbol has.
// CHECK:       __device__ const float a_b1[2] = {1.0f, 2.0f};
// CHECK:       __device__ const float a_b[2] = {3.0f, 4.0f};
// CHECK-LABEL: tern_tables(
// CHECK:       y[0] = *a_b1;
// CHECK-NEXT:  y[1] = *a_b;
llvm.mlir.global internal constant @a.b(dense<[1.0, 2.0]> : tensor<2xf32>) : !llvm.array<2 x f32>
llvm.mlir.global internal constant @a_b(dense<[3.0, 4.0]> : tensor<2xf32>) : !llvm.array<2 x f32>
cuda.kernel @tern_tables(%y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %t0 = llvm.mlir.addressof @a.b : !llvm.ptr
  %v0 = llvm.load %t0 : !llvm.ptr -> f32
  %p0 = llvm.getelementptr %y[0] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %v0, %p0 : f32, !llvm.ptr
  %t1 = llvm.mlir.addressof @a_b : !llvm.ptr
  %v1 = llvm.load %t1 : !llvm.ptr -> f32
  %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %v1, %p1 : f32, !llvm.ptr
  cuda.return
}
