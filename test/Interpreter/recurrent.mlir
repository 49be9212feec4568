// RUN: tern-opt %s --run-checks

// Expected values: numpy in f64, loops over tokens from the ops' documentation.

func.func @short_conv() {
  %x = graph.constant dense<[[[0.356999993, -1.852], [-0.901000023, 0.824999988], [-0.606000006, -1.22300005],
      [-1.99100006, -0.949000001]]]> : tensor<1x4x2xf32> as f32[1, 4, 2]
  %s = graph.constant dense<[[[1.72300005, -1.80200005], [0.213, 1.63900006]]]> : tensor<1x2x2xf32> as f32[1, 2, 2]
  %w = graph.constant dense<[[0.801999986, -0.875999987, 0.593999982], [-1.52199996, -0.00400000019, -0.947000027]]> :
      tensor<2x3xf32> as f32[2, 3]
  %b = graph.constant dense<[1.50300002, 1.46399999]> : tensor<2xf32> as f32[2]
  %0, %next = graph.short_conv %x state %s, %w : (f32[1, 4, 2], f32[1, 2, 2], f32[2, 3]) -> (f32[1, 4, 2], f32[1, 2, 2])
  check.expect_constant %0 is dense<[[[1.40731601, 4.48993204], [-0.67709999, -3.26842503], [0.715626005, 3.97362499],
      [-1.37440001, -0.352054918]]]> : tensor<1x4x2xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[1, 4, 2])
  check.expect_constant %next is dense<[[[-0.606000006, -1.22300005], [-1.99100006, -0.949000001]]]> :
      tensor<1x2x2xf32> : (f32[1, 2, 2])
  %1, %more = graph.short_conv %x state %s, %w bias %b : (f32[1, 4, 2], f32[1, 2, 2], f32[2, 3], f32[2]) -> (f32[1, 4,
      2], f32[1, 2, 2])
  check.expect_constant %1 is dense<[[[2.91031603, 5.95393202], [0.825900031, -1.80442504], [2.21862603, 5.43762498],
      [0.128600015, 1.11194507]]]> : tensor<1x4x2xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[1, 4, 2])
  return
}

// Fewer tokens than the state holds: some of the old state stays. One tap has no state.
func.func @short_conv_short() {
  %x = graph.constant dense<[[[0.356999993, -1.852]]]> : tensor<1x1x2xf32> as f32[1, 1, 2]
  %s = graph.constant dense<[[[1.72300005, -1.80200005], [0.213, 1.63900006]]]> : tensor<1x2x2xf32> as f32[1, 2, 2]
  %w = graph.constant dense<[[0.801999986, -0.875999987, 0.593999982], [-1.52199996, -0.00400000019, -0.947000027]]> :
      tensor<2x3xf32> as f32[2, 3]
  %0, %next = graph.short_conv %x state %s, %w : (f32[1, 1, 2], f32[1, 2, 2], f32[2, 3]) -> (f32[1, 1, 2], f32[1, 2, 2])
  check.expect_constant %next is dense<[[[0.213, 1.63900006], [0.356999993, -1.852]]]> : tensor<1x2x2xf32> : (f32[1,
      2, 2])
  %none = graph.constant dense<> : tensor<1x0x2xf32> as f32[1, 0, 2]
  %tap = graph.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %1, %still = graph.short_conv %x state %none, %tap : (f32[1, 1, 2], f32[1, 0, 2], f32[2, 1]) -> (f32[1, 1, 2],
      f32[1, 0, 2])
  check.expect_constant %1 is dense<[[[0.713999987, -5.55599999]]]> : tensor<1x1x2xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[1, 1, 2])
  return
}

func.func @gated_delta_rule() {
  %q = graph.constant dense<[[[[1.04700005, -0.497999996], [1.18799996, 1.91900003]], [[-0.522000015, 0.101000004],
      [-1.35000002, -1.56700003]], [[0.880999982, -1.75899994], [0.405000001, -1.546]]]]> : tensor<1x3x2x2xf32> as
      f32[1, 3, 2, 2]
  %k = graph.constant dense<[[[[0.675999999, 1.01400006], [1.76400006, -0.439999998]], [[-0.442000002, -0.400999993],
      [0.823000014, 1.15100002]], [[-1.53699994, -0.700999975], [-1.77900004, -1.05999994]]]]> : tensor<1x3x2x2xf32>
      as f32[1, 3, 2, 2]
  %v = graph.constant dense<[[[[0.935000002, 1.74699998, 1.921], [-1.727, -0.39199999, 1.49000001]], [[0.0189999994,
      -0.601999998, 1.12899995], [1.45700002, -1.41600001, 0.0689999983]], [[-1.41100001, -1.27900004, 0.123000003],
      [-0.989000022, 1.22000003, -0.537999988]]]]> : tensor<1x3x2x3xf32> as f32[1, 3, 2, 3]
  %g = graph.constant dense<[[[-1.27499998, -0.51700002], [-0.952000022, -1.73399997], [-1.99600005, -1.26300001]]]> :
      tensor<1x3x2xf32> as f32[1, 3, 2]
  %b = graph.constant dense<[[[0.737500012, 0.0390000008], [0.991999984, 0.578499973], [0.8495, 0.921000004]]]> :
      tensor<1x3x2xf32> as f32[1, 3, 2]
  %s = graph.constant dense<[[[[1.86399996, 0.0670000017, 1.71500003], [1.58800006, 0.93599999, -1.88100004]],
      [[0.574999988, -1.74000001, -1.95700002], [1.37800002, -0.773000002, 0.989000022]]]]> : tensor<1x2x2x3xf32> as
      f32[1, 2, 2, 3]
  %0, %next = graph.gated_delta_rule %q, %k, %v decay %g beta %b state %s : (f32[1, 3, 2, 2], f32[1, 3, 2, 2], f32[1,
      3, 2, 3], f32[1, 3, 2], f32[1, 3, 2], f32[1, 2, 2, 3]) -> (f32[1, 3, 2, 3], f32[1, 2, 2, 3])
  check.expect_constant %0 is dense<[[[[0.344243735, 0.109082383, 1.08207668], [1.88805114, -2.05690119,
      -0.068807541]], [[-0.0587706525, -0.148006404, 0.0249294643], [-2.3988595, 2.34940883, -0.0877586839]],
      [[0.126544176, 0.0146493054, 0.0303373158], [-0.675497278, 0.797580821, -0.545641916]]]]> : tensor<1x3x2x3xf32>
      absolute 1.0e-6 relative 1.0e-6 : (f32[1, 3, 2, 3])
  check.expect_constant %next is dense<[[[[1.80748636, 1.53618823, -0.12277112], [0.833343559, 0.761075919,
      -0.078737166]], [[0.793581807, -1.1761265, 0.867605411], [0.644824003, -0.824005207, 0.580221285]]]]> :
      tensor<1x2x2x3xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[1, 2, 2, 3])
  return
}

// Four heads in two groups.
func.func @selective_scan() {
  %x = graph.constant dense<[[[[0.119000003, 1.13600004], [0.559000015, 1.89100003], [-0.101000004, 1.41299999],
      [1.28699994, 0.347000003]], [[0.0250000004, -0.279000014], [0.583999991, -1.21700001], [-0.243000001, 0.588],
      [-0.771000028, -1.13300002]], [[-1.57500005, 1.21800005], [1.50300002, 1.33599997], [0.825999975, 0.418000013],
      [-1.76800001, 1.523]]]]> : tensor<1x3x4x2xf32> as f32[1, 3, 4, 2]
  %dt = graph.constant dense<[[[0.105999999, 0.745999992, 1.51600003, 0.98299998], [1.41299999, 1.83399999,
      0.842999995, 0.123000003], [0.612999976, 1.08099997, 0.00400000019, 1.65600002]]]> : tensor<1x3x4xf32> as f32[1,
      3, 4]
  %a = graph.constant dense<[-0.882000029, -0.85799998, -1.33899999, -0.335999995]> : tensor<4xf32> as f32[4]
  %b = graph.constant dense<[[[[-1.74699998, -1.89699996, -0.66900003], [1.96599996, 0.907999992, -0.289000005]],
      [[-1.20200002, -1.51400006, -0.333999991], [0.614000022, 1.30400002, -0.150000006]], [[1.40699995, 1.245,
      1.39900005], [-0.671999991, -0.131999999, -1.35899997]]]]> : tensor<1x3x2x3xf32> as f32[1, 3, 2, 3]
  %c = graph.constant dense<[[[[0.338, -1.83099997, -0.122000001], [-1.34599996, -0.0890000015, -1.27499998]],
      [[-1.99399996, -0.312999994, -0.287], [0.164000005, -1.50100005, -0.00700000022]], [[-0.800999999, -1.67400002,
      -0.358999997], [0.666999996, -0.788999975, 0.853999972]]]]> : tensor<1x3x2x3xf32> as f32[1, 3, 2, 3]
  %skip = graph.constant dense<[1.15499997, -1.94400001, -1.13800001, -0.86500001]> : tensor<4xf32> as f32[4]
  %s = graph.constant dense<[[[[0.368999988, -0.0520000011, 0.272000015], [-1.70500004, -0.851999998, -1.35699999]],
      [[0.984000027, 0.734000027, -0.779999971], [1.505, -1.45700002, -1.92900002]], [[-0.507000029, 0.674000025,
      1.78499997], [0.0350000001, -1.454, 0.388999999]], [[-1.93299997, 1.27199996, -0.709999979], [-1.59300005,
      -1.403, 1.31500006]]]]> : tensor<1x4x2x3xf32> as f32[1, 4, 2, 3]
  %0, %next = graph.selective_scan %x delta %dt a %a b %b c %c skip %skip state %s : (f32[1, 3, 4, 2], f32[1, 3, 4],
      f32[4], f32[1, 3, 2, 3], f32[1, 3, 2, 3], f32[4], f32[1, 4, 2, 3]) -> (f32[1, 3, 4, 2], f32[1, 4, 2, 3])
  check.expect_constant %0 is dense<[[[[0.344921373, 2.71575561], [-0.333515344, 2.3048208], [0.258901509,
      -6.71464674], [-1.65791101, -0.678884425]], [[-0.0597374425, -0.281612115], [2.19599013, -3.22452239],
      [0.661030171, -2.21553918], [-1.94956677, 2.16451298]], [[1.8039334, -1.59892406], [-7.33316603, -10.5132257],
      [-0.782163696, -0.543321719], [5.07138617, -4.52573459]]]]> : tensor<1x3x4x2xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[1, 3, 4, 2])
  check.expect_constant %next is dense<[[[[-1.33055933, -1.24510094, -1.31749692], [1.03118512, 1.10893932,
      0.900753098]], [[1.75959359, 1.34826971, 2.07491919], [2.95617402, 2.85224896, 2.15454479]], [[-0.245588842,
      -0.28237903, 0.115731847], [1.65788576, 1.20698051, -0.25894603]], [[2.53803522, 1.45030116, 3.50525098],
      [-2.00479038, -0.821378452, -2.94989702]]]]> : tensor<1x4x2x3xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[1, 4,
      2, 3])
  return
}

// One call of three tokens is three calls of one, up to the rounding of the state to f32 in between.
func.func @short_conv_by_token() {
  %x = check.random seed 11 : f32[1, 3, 2]
  %s = check.random seed 12 : f32[1, 2, 2]
  %w = check.random seed 13 : f32[2, 3]
  %all, %last = graph.short_conv %x state %s, %w
      : (f32[1, 3, 2], f32[1, 2, 2], f32[2, 3])
     -> (f32[1, 3, 2], f32[1, 2, 2])
  %x0 = graph.slice %x axis 1 from 0 to 1 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out0, %next0 = graph.short_conv %x0 state %s, %w
      : (f32[1, 1, 2], f32[1, 2, 2], f32[2, 3])
     -> (f32[1, 1, 2], f32[1, 2, 2])
  %x1 = graph.slice %x axis 1 from 1 to 2 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out1, %next1 = graph.short_conv %x1 state %next0, %w
      : (f32[1, 1, 2], f32[1, 2, 2], f32[2, 3])
     -> (f32[1, 1, 2], f32[1, 2, 2])
  %x2 = graph.slice %x axis 1 from 2 to 3 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out2, %next2 = graph.short_conv %x2 state %next1, %w
      : (f32[1, 1, 2], f32[1, 2, 2], f32[2, 3])
     -> (f32[1, 1, 2], f32[1, 2, 2])
  %joined = graph.concat %out0, %out1, %out2 axis 1 : (f32[1, 1, 2], f32[1, 1, 2], f32[1, 1, 2]) -> f32[1, 3, 2]
  check.expect_close %joined, %all absolute 1.0e-6 relative 1.0e-6 : (f32[1, 3, 2], f32[1, 3, 2])
  check.expect_close %next2, %last absolute 1.0e-6 relative 1.0e-6 : (f32[1, 2, 2], f32[1, 2, 2])
  return
}

// One call of three tokens is three calls of one, up to the rounding of the state to f32 in between.
func.func @gated_delta_rule_by_token() {
  %q = check.random seed 11 : f32[1, 3, 2, 2]
  %k = check.random seed 12 : f32[1, 3, 2, 2]
  %v = check.random seed 13 : f32[1, 3, 2, 3]
  %g = check.random seed 14 : f32[1, 3, 2]
  %b = check.random seed 15 : f32[1, 3, 2]
  %s = check.random seed 16 : f32[1, 2, 2, 3]
  %all, %last = graph.gated_delta_rule %q, %k, %v decay %g beta %b state %s
      : (f32[1, 3, 2, 2], f32[1, 3, 2, 2], f32[1, 3, 2, 3], f32[1, 3, 2], f32[1, 3, 2], f32[1, 2, 2, 3])
     -> (f32[1, 3, 2, 3], f32[1, 2, 2, 3])
  %q0 = graph.slice %q axis 1 from 0 to 1 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %k0 = graph.slice %k axis 1 from 0 to 1 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %v0 = graph.slice %v axis 1 from 0 to 1 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %g0 = graph.slice %g axis 1 from 0 to 1 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %b0 = graph.slice %b axis 1 from 0 to 1 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out0, %next0 = graph.gated_delta_rule %q0, %k0, %v0 decay %g0 beta %b0 state %s
      : (f32[1, 1, 2, 2], f32[1, 1, 2, 2], f32[1, 1, 2, 3], f32[1, 1, 2], f32[1, 1, 2], f32[1, 2, 2, 3])
     -> (f32[1, 1, 2, 3], f32[1, 2, 2, 3])
  %q1 = graph.slice %q axis 1 from 1 to 2 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %k1 = graph.slice %k axis 1 from 1 to 2 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %v1 = graph.slice %v axis 1 from 1 to 2 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %g1 = graph.slice %g axis 1 from 1 to 2 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %b1 = graph.slice %b axis 1 from 1 to 2 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out1, %next1 = graph.gated_delta_rule %q1, %k1, %v1 decay %g1 beta %b1 state %next0
      : (f32[1, 1, 2, 2], f32[1, 1, 2, 2], f32[1, 1, 2, 3], f32[1, 1, 2], f32[1, 1, 2], f32[1, 2, 2, 3])
     -> (f32[1, 1, 2, 3], f32[1, 2, 2, 3])
  %q2 = graph.slice %q axis 1 from 2 to 3 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %k2 = graph.slice %k axis 1 from 2 to 3 : (f32[1, 3, 2, 2]) -> f32[1, 1, 2, 2]
  %v2 = graph.slice %v axis 1 from 2 to 3 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %g2 = graph.slice %g axis 1 from 2 to 3 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %b2 = graph.slice %b axis 1 from 2 to 3 : (f32[1, 3, 2]) -> f32[1, 1, 2]
  %out2, %next2 = graph.gated_delta_rule %q2, %k2, %v2 decay %g2 beta %b2 state %next1
      : (f32[1, 1, 2, 2], f32[1, 1, 2, 2], f32[1, 1, 2, 3], f32[1, 1, 2], f32[1, 1, 2], f32[1, 2, 2, 3])
     -> (f32[1, 1, 2, 3], f32[1, 2, 2, 3])
  %joined = graph.concat %out0, %out1, %out2 axis 1 : (f32[1, 1, 2, 3], f32[1, 1, 2, 3], f32[1, 1, 2, 3]) -> f32[1, 3, 2, 3]
  check.expect_close %joined, %all absolute 1.0e-6 relative 1.0e-6 : (f32[1, 3, 2, 3], f32[1, 3, 2, 3])
  check.expect_close %next2, %last absolute 1.0e-6 relative 1.0e-6 : (f32[1, 2, 2, 3], f32[1, 2, 2, 3])
  return
}

// One call of three tokens is three calls of one, up to the rounding of the state to f32 in between.
func.func @selective_scan_by_token() {
  %x = check.random seed 11 : f32[1, 3, 4, 2]
  %dt = check.random seed 12 : f32[1, 3, 4]
  %a = check.random seed 13 : f32[4]
  %b = check.random seed 14 : f32[1, 3, 2, 3]
  %c = check.random seed 15 : f32[1, 3, 2, 3]
  %skip = check.random seed 16 : f32[4]
  %s = check.random seed 17 : f32[1, 4, 2, 3]
  %all, %last = graph.selective_scan %x delta %dt a %a b %b c %c skip %skip state %s
      : (f32[1, 3, 4, 2], f32[1, 3, 4], f32[4], f32[1, 3, 2, 3], f32[1, 3, 2, 3], f32[4], f32[1, 4, 2, 3])
     -> (f32[1, 3, 4, 2], f32[1, 4, 2, 3])
  %x0 = graph.slice %x axis 1 from 0 to 1 : (f32[1, 3, 4, 2]) -> f32[1, 1, 4, 2]
  %dt0 = graph.slice %dt axis 1 from 0 to 1 : (f32[1, 3, 4]) -> f32[1, 1, 4]
  %b0 = graph.slice %b axis 1 from 0 to 1 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %c0 = graph.slice %c axis 1 from 0 to 1 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %out0, %next0 = graph.selective_scan %x0 delta %dt0 a %a b %b0 c %c0 skip %skip state %s
      : (f32[1, 1, 4, 2], f32[1, 1, 4], f32[4], f32[1, 1, 2, 3], f32[1, 1, 2, 3], f32[4], f32[1, 4, 2, 3])
     -> (f32[1, 1, 4, 2], f32[1, 4, 2, 3])
  %x1 = graph.slice %x axis 1 from 1 to 2 : (f32[1, 3, 4, 2]) -> f32[1, 1, 4, 2]
  %dt1 = graph.slice %dt axis 1 from 1 to 2 : (f32[1, 3, 4]) -> f32[1, 1, 4]
  %b1 = graph.slice %b axis 1 from 1 to 2 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %c1 = graph.slice %c axis 1 from 1 to 2 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %out1, %next1 = graph.selective_scan %x1 delta %dt1 a %a b %b1 c %c1 skip %skip state %next0
      : (f32[1, 1, 4, 2], f32[1, 1, 4], f32[4], f32[1, 1, 2, 3], f32[1, 1, 2, 3], f32[4], f32[1, 4, 2, 3])
     -> (f32[1, 1, 4, 2], f32[1, 4, 2, 3])
  %x2 = graph.slice %x axis 1 from 2 to 3 : (f32[1, 3, 4, 2]) -> f32[1, 1, 4, 2]
  %dt2 = graph.slice %dt axis 1 from 2 to 3 : (f32[1, 3, 4]) -> f32[1, 1, 4]
  %b2 = graph.slice %b axis 1 from 2 to 3 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %c2 = graph.slice %c axis 1 from 2 to 3 : (f32[1, 3, 2, 3]) -> f32[1, 1, 2, 3]
  %out2, %next2 = graph.selective_scan %x2 delta %dt2 a %a b %b2 c %c2 skip %skip state %next1
      : (f32[1, 1, 4, 2], f32[1, 1, 4], f32[4], f32[1, 1, 2, 3], f32[1, 1, 2, 3], f32[4], f32[1, 4, 2, 3])
     -> (f32[1, 1, 4, 2], f32[1, 4, 2, 3])
  %joined = graph.concat %out0, %out1, %out2 axis 1 : (f32[1, 1, 4, 2], f32[1, 1, 4, 2], f32[1, 1, 4, 2]) -> f32[1, 3, 4, 2]
  check.expect_close %joined, %all absolute 1.0e-6 relative 1.0e-6 : (f32[1, 3, 4, 2], f32[1, 3, 4, 2])
  check.expect_close %next2, %last absolute 1.0e-6 relative 1.0e-6 : (f32[1, 4, 2, 3], f32[1, 4, 2, 3])
  return
}
