// Sums and the like over the lanes of a warp; every lane gets the result.
#pragma once

namespace ptnotes {

constexpr int warp = 32;

template <typename T, typename Join>
__device__ T over_warp(T x, Join join) {
  for (int step = warp / 2; step > 0; step /= 2) {
    x = join(x, __shfl_xor_sync(0xffffffff, x, step));
  }
  return x;
}

template <typename T>
__device__ T sum_of_warp(T x) {
  return over_warp(x, [](T a, T b) { return a + b; });
}

}  // namespace ptnotes
