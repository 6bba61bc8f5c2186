// The kernels of this folder on raw pointers: neither side needs to see the other's headers.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "arithmetic.h"

namespace ptnotes::momentum {

// As many tensors as fit into the arguments of a launch with room to spare.
constexpr int most_leaves = 64;

// buffer is nullptr where the rule has no momentum.
template <typename scalar_t>
struct Batch {
  int count;
  scalar_t* parameter[most_leaves];
  const scalar_t* grad[most_leaves];
  scalar_t* buffer[most_leaves];
  int64_t size[most_leaves];
};

// scalar_t is float, double, __half or __nv_bfloat16, computed in T: float for the last two.
template <typename scalar_t, typename T>
cudaError_t launch_step(const Batch<scalar_t>& batch, Rule<T> rule, cudaStream_t stream);

}  // namespace ptnotes::momentum
