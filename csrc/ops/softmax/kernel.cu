// Masked softmax on the device, with the arithmetic of the CPU kernel; no torch header.
#include "../../cuda/scalars.h"
#include "../../cuda/warp.h"
#include "kernel.h"

namespace ptnotes::softmax {
namespace {

template <typename T>
__device__ T scaled(T x, const bool* allowed, int64_t j, T scale) {
  return allowed == nullptr || allowed[j] ? x * scale : unseen<T>;
}

// A warp for each row: the greatest, then the sum, then the weights; the row stays in the cache.
template <typename scalar_t, typename T>
__global__ void softmax_kernel(const scalar_t* scores, Mask mask, scalar_t* out, int64_t rows,
                               int64_t queries, int64_t keys, T scale, bool is_causal) {
  const int lane = threadIdx.x % warp;
  const int64_t step = int64_t(blockDim.x) / warp * gridDim.x;
  for (int64_t row = (int64_t(blockDim.x) * blockIdx.x + threadIdx.x) / warp; row < rows;
       row += step) {
    const scalar_t* x = scores + row * keys;
    scalar_t* to = out + row * keys;
    const bool* allowed = mask.allowed ? mask.allowed + mask.rows.start(row) : nullptr;
    int64_t seen = keys_of(row, queries, keys, is_causal);
    if (mask.one_for_all) {
      seen = *allowed ? seen : 0;
      allowed = nullptr;
    }
    T greatest = unseen<T>;
    bool any = false;  // a NaN is something, though it is greater than nothing
    for (int64_t j = lane; j < seen; j += warp) {
      const T s = scaled(static_cast<T>(load(x[j])), allowed, j, scale);
      greatest = s > greatest ? s : greatest;
      any = any || s != unseen<T>;
    }
    greatest = over_warp(greatest, [](T a, T b) { return a > b ? a : b; });
    seen = __any_sync(0xffffffff, any) ? seen : 0;
    T sum = 0;
    for (int64_t j = lane; j < seen; j += warp) {
      sum += weight(scaled(static_cast<T>(load(x[j])), allowed, j, scale), greatest);
    }
    const T share = 1 / sum_of_warp(sum);
    for (int64_t j = lane; j < keys; j += warp) {
      const T s = j < seen ? scaled(static_cast<T>(load(x[j])), allowed, j, scale) : unseen<T>;
      store(to + j, j < seen ? weight(s, greatest) * share : T(0));
    }
  }
}

template <typename scalar_t, typename T>
__global__ void slope_kernel(const scalar_t* grad, const scalar_t* weights, scalar_t* out,
                             int64_t rows, int64_t keys, T scale) {
  const int lane = threadIdx.x % warp;
  const int64_t step = int64_t(blockDim.x) / warp * gridDim.x;
  for (int64_t row = (int64_t(blockDim.x) * blockIdx.x + threadIdx.x) / warp; row < rows;
       row += step) {
    const scalar_t *g = grad + row * keys, *p = weights + row * keys;
    T mean = 0;
    for (int64_t j = lane; j < keys; j += warp) {
      mean += static_cast<T>(load(g[j])) * static_cast<T>(load(p[j]));
    }
    mean = sum_of_warp(mean);
    for (int64_t j = lane; j < keys; j += warp) {
      store(out + row * keys + j,
            scale * static_cast<T>(load(p[j])) * (static_cast<T>(load(g[j])) - mean));
    }
  }
}

}  // namespace

template <typename scalar_t>
cudaError_t launch_forward(const scalar_t* scores, Mask mask, scalar_t* out, int64_t rows,
                           int64_t queries, int64_t keys, double scale, bool is_causal,
                           cudaStream_t stream) {
  if (rows * keys == 0) {  // a launch of no blocks is an error
    return cudaSuccess;
  }
  softmax_kernel<<<blocks(rows * warp), threads, 0, stream>>>(
      scores, mask, out, rows, queries, keys, static_cast<Compute<scalar_t>>(scale), is_causal);
  return cudaGetLastError();
}

template <typename scalar_t>
cudaError_t launch_backward(const scalar_t* grad, const scalar_t* weights, scalar_t* out,
                            int64_t rows, int64_t keys, double scale, cudaStream_t stream) {
  if (rows * keys == 0) {
    return cudaSuccess;
  }
  slope_kernel<<<blocks(rows * warp), threads, 0, stream>>>(grad, weights, out, rows, keys,
                                                            static_cast<Compute<scalar_t>>(scale));
  return cudaGetLastError();
}

#define PTNOTES_INSTANTIATE(scalar_t)                                                              \
  template cudaError_t launch_forward(const scalar_t*, Mask, scalar_t*, int64_t, int64_t, int64_t, \
                                      double, bool, cudaStream_t);                                 \
  template cudaError_t launch_backward(const scalar_t*, const scalar_t*, scalar_t*, int64_t,       \
                                       int64_t, double, cudaStream_t);

PTNOTES_INSTANTIATE(float)
PTNOTES_INSTANTIATE(double)
PTNOTES_INSTANTIATE(__half)
PTNOTES_INSTANTIATE(__nv_bfloat16)

}  // namespace ptnotes::softmax
