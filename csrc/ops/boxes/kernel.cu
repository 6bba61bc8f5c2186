// Pairwise generalized IoU on the device, with the arithmetic of the CPU kernel; no torch header.
#include "../../cuda/scalars.h"
#include "../../cuda/warp.h"
#include "arithmetic.h"
#include "kernel.h"

namespace ptnotes::boxes {
namespace {

// Neighbours in a block write neighbours in memory.
template <typename scalar_t, typename T>
__global__ void giou_kernel(Columns<T> a, Columns<T> b, scalar_t* out, int64_t n, int64_t m) {
  const int64_t step = int64_t(blockDim.x) * gridDim.x;
  for (int64_t k = int64_t(blockDim.x) * blockIdx.x + threadIdx.x; k < n * m; k += step) {
    store(out + k, giou(a[k / m], b[k % m]));
  }
}

// A warp for each box of boxes1.
template <typename scalar_t, typename T>
__global__ void slope_kernel(const scalar_t* grad, Columns<T> a, Columns<T> b, scalar_t* out,
                             int64_t n, int64_t m) {
  const int lane = threadIdx.x % warp;
  const int64_t step = int64_t(blockDim.x) / warp * gridDim.x;
  for (int64_t i = (int64_t(blockDim.x) * blockIdx.x + threadIdx.x) / warp; i < n; i += step) {
    const auto box = a[i];
    Box<T> sum{0, 0, 0, 0};
    for (int64_t j = lane; j < m; j += warp) {
      const T g = load(grad[i * m + j]);
      const auto s = slope(box, b[j]);
      sum = {sum.x1 + g * s.x1, sum.y1 + g * s.y1, sum.x2 + g * s.x2, sum.y2 + g * s.y2};
    }
    sum = {sum_of_warp(sum.x1), sum_of_warp(sum.y1), sum_of_warp(sum.x2), sum_of_warp(sum.y2)};
    if (lane == 0) {
      store(out + 4 * i, sum.x1);
      store(out + 4 * i + 1, sum.y1);
      store(out + 4 * i + 2, sum.x2);
      store(out + 4 * i + 3, sum.y2);
    }
  }
}

}  // namespace

template <typename scalar_t, typename T>
cudaError_t launch_forward(const T* boxes1, const T* boxes2, scalar_t* out, int64_t n, int64_t m,
                           cudaStream_t stream) {
  if (n * m == 0) {  // a launch of no blocks is an error
    return cudaSuccess;
  }
  giou_kernel<<<blocks(n * m), threads, 0, stream>>>(columns(boxes1, n), columns(boxes2, m), out, n,
                                                     m);
  return cudaGetLastError();
}

template <typename scalar_t, typename T>
cudaError_t launch_slope_rows(const scalar_t* grad, const T* boxes1, const T* boxes2, scalar_t* out,
                              int64_t n, int64_t m, cudaStream_t stream) {
  if (n == 0) {
    return cudaSuccess;
  }
  slope_kernel<<<blocks(n * warp), threads, 0, stream>>>(grad, columns(boxes1, n),
                                                         columns(boxes2, m), out, n, m);
  return cudaGetLastError();
}

#define PTNOTES_INSTANTIATE(scalar_t, T)                                                          \
  template cudaError_t launch_forward(const T*, const T*, scalar_t*, int64_t, int64_t,            \
                                      cudaStream_t);                                              \
  template cudaError_t launch_slope_rows(const scalar_t*, const T*, const T*, scalar_t*, int64_t, \
                                         int64_t, cudaStream_t);

PTNOTES_INSTANTIATE(float, float)
PTNOTES_INSTANTIATE(double, double)
PTNOTES_INSTANTIATE(__half, float)
PTNOTES_INSTANTIATE(__nv_bfloat16, float)

}  // namespace ptnotes::boxes
