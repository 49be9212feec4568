//===- AttentionOfCaches.h - Attention to keys and values in caches -*- C++ -*-===//
//
// attentionOfCaches<THREADS, HEADSIZE, VALUESIZE, MAXROWS, KeyCache<T, LAYOUT>, ValueCache<T, LAYOUT>>: attention()
// (Attention.h) for caches whose head begins at `keys` and `values`, in the way that fits them:
//
//   keys in Lanes16 and values in Heads, heads of usual sizes    CachedAttention.h
//   others                                                       Attention.h
//
// Keys of a whole block that holds one that is seen are memory of this head, numbers or not: the capacity of a cache is
// a multiple of 64.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ATTENTIONOFCACHES_H
#define TERN_RUNTIME_CUDA_DEVICE_ATTENTIONOFCACHES_H

#include "runtime/Cuda/Device/CachedAttention.h"

namespace tern {

template <int THREADS, int HEADSIZE, int VALUESIZE, int MAXROWS, typename KeyCache, typename ValueCache, typename Query,
          typename SeenBegin, typename SeenEnd, typename Adjust, typename Finish>
__device__ __forceinline__ void attentionOfCaches(long long rows, long long keyBegin, long long keyEnd,
                                                  long long keyStep, Query query, SeenBegin seenBegin, SeenEnd seenEnd,
                                                  Adjust adjust, const typename KeyCache::Element *keys,
                                                  const typename ValueCache::Element *values, Finish finish) {
  using K = typename KeyCache::Element;
  using V = typename ValueCache::Element;
  using Shape = CachedShape<THREADS, HEADSIZE, VALUESIZE, MAXROWS, K, V>;
  if constexpr (IsSame<typename KeyCache::Layout, Lanes16>::value &&
                IsSame<typename ValueCache::Layout, Heads>::value && Shape::fits)
    attentionOfFewRows<THREADS, HEADSIZE, VALUESIZE, Shape>(rows, KeyBlocks(keyBegin, keyEnd, keyStep), query,
                                                            seenBegin, seenEnd, adjust, keys, values, finish);
  else
    attention<THREADS, HEADSIZE, VALUESIZE, MAXROWS>(rows, keyBegin, keyEnd, keyStep, query, seenBegin, seenEnd, adjust,
                                                     KeyCache{keys, HEADSIZE}, ValueCache{values, VALUESIZE}, finish);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ATTENTIONOFCACHES_H
