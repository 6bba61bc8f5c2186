// The kernels of this folder on raw pointers: neither side needs to see the other's headers.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ptnotes::boxes {

// boxes1 and boxes2 are four arrays of n and of m numbers of the type T that scalar_t is computed
// in: float for __half and __nv_bfloat16. out is (n, m).
template <typename scalar_t, typename T>
cudaError_t launch_forward(const T* boxes1, const T* boxes2, scalar_t* out, int64_t n, int64_t m,
                           cudaStream_t stream);

// grad is (n, m); out, the gradient of boxes1, is (n, 4).
template <typename scalar_t, typename T>
cudaError_t launch_slope_rows(const scalar_t* grad, const T* boxes1, const T* boxes2, scalar_t* out,
                              int64_t n, int64_t m, cudaStream_t stream);

}  // namespace ptnotes::boxes
