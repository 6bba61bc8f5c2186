// The kernels of this folder on raw pointers: neither side needs to see the other's headers.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ptnotes::distances {

// x is (n, dims) and y (m, dims), of the type T that scalar_t is computed in: float for __half and
// __nv_bfloat16. out is (n, m).
template <typename scalar_t, typename T>
cudaError_t launch_forward(const T* x, const T* y, scalar_t* out, int64_t n, int64_t m,
                           int64_t dims, cudaStream_t stream);

}  // namespace ptnotes::distances
