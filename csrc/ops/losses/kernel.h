// The kernels of this folder on raw pointers: neither side needs to see the other's headers.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace ptnotes::focal_loss {

// scalar_t is float, double, __half or __nv_bfloat16; all pointers are to n numbers on the device.
template <typename scalar_t>
cudaError_t launch_forward(const scalar_t* x, const scalar_t* t, scalar_t* out, int64_t n,
                           double alpha, double gamma, cudaStream_t stream);

// grad points to one number for all where grad_is_one, else to n.
template <typename scalar_t>
cudaError_t launch_backward(const scalar_t* grad, bool grad_is_one, const scalar_t* x,
                            const scalar_t* t, scalar_t* out, int64_t n, double alpha, double gamma,
                            cudaStream_t stream);

}  // namespace ptnotes::focal_loss
