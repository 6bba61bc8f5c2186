// What kernels share: how numbers are read and written, and how many blocks are launched.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace ptnotes {

constexpr int threads = 256;
constexpr int64_t most_blocks = 4096;  // enough to fill a device; each thread then takes strides

inline unsigned blocks(int64_t n) {
  return static_cast<unsigned>(std::min((n + threads - 1) / threads, most_blocks));
}

// Half and bfloat16 are computed in float, by named conversions: torch's build forbids the casts.
__device__ inline float load(float x) { return x; }
__device__ inline double load(double x) { return x; }
__device__ inline float load(__half x) { return __half2float(x); }
__device__ inline float load(__nv_bfloat16 x) { return __bfloat162float(x); }

__device__ inline void store(float* to, float x) { *to = x; }
__device__ inline void store(double* to, double x) { *to = x; }
__device__ inline void store(__half* to, float x) { *to = __float2half(x); }
__device__ inline void store(__nv_bfloat16* to, float x) { *to = __float2bfloat16(x); }

template <typename scalar_t>
using Compute = std::conditional_t<std::is_same_v<scalar_t, double>, double, float>;

}  // namespace ptnotes
