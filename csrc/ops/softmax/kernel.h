// The kernels of this folder on raw pointers: neither side needs to see the other's headers.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "arithmetic.h"

namespace ptnotes::softmax {

// scalar_t is float, double, __half or __nv_bfloat16; scores and out are (rows, keys), and row r is
// of query r % queries.
template <typename scalar_t>
cudaError_t launch_forward(const scalar_t* scores, Mask mask, scalar_t* out, int64_t rows,
                           int64_t queries, int64_t keys, double scale, bool is_causal,
                           cudaStream_t stream);

template <typename scalar_t>
cudaError_t launch_backward(const scalar_t* grad, const scalar_t* weights, scalar_t* out,
                            int64_t rows, int64_t keys, double scale, cudaStream_t stream);

}  // namespace ptnotes::softmax
