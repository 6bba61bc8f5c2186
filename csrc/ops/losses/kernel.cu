// Sigmoid focal loss on the device, with the arithmetic of the CPU kernel; no torch header.
#include "../../cuda/scalars.h"
#include "arithmetic.h"
#include "kernel.h"

namespace ptnotes::focal_loss {
namespace {

template <typename scalar_t, typename T, typename Pow>
__global__ void loss_kernel(const scalar_t* x, const scalar_t* t, scalar_t* out, int64_t n,
                            Constants<T> c, Pow pow) {
  const int64_t step = int64_t(blockDim.x) * gridDim.x;
  for (int64_t i = int64_t(blockDim.x) * blockIdx.x + threadIdx.x; i < n; i += step) {
    store(out + i, loss<T>(load(x[i]), load(t[i]), c, pow));
  }
}

template <typename scalar_t, typename T, typename Pow>
__global__ void slope_kernel(const scalar_t* grad, int64_t grad_step, const scalar_t* x,
                             const scalar_t* t, scalar_t* out, int64_t n, Constants<T> c, Pow pow) {
  const int64_t step = int64_t(blockDim.x) * gridDim.x;
  for (int64_t i = int64_t(blockDim.x) * blockIdx.x + threadIdx.x; i < n; i += step) {
    store(out + i, load(grad[i * grad_step]) * slope<T>(load(x[i]), load(t[i]), c, pow));
  }
}

}  // namespace

template <typename scalar_t>
cudaError_t launch_forward(const scalar_t* x, const scalar_t* t, scalar_t* out, int64_t n,
                           double alpha, double gamma, cudaStream_t stream) {
  if (n == 0) {  // a launch of no blocks is an error
    return cudaSuccess;
  }
  const auto c = constants<Compute<scalar_t>>(alpha, gamma);
  with_power(c.gamma, [&](auto pow) {
    loss_kernel<<<blocks(n), threads, 0, stream>>>(x, t, out, n, c, pow);
  });
  return cudaGetLastError();
}

template <typename scalar_t>
cudaError_t launch_backward(const scalar_t* grad, bool grad_is_one, const scalar_t* x,
                            const scalar_t* t, scalar_t* out, int64_t n, double alpha, double gamma,
                            cudaStream_t stream) {
  if (n == 0) {
    return cudaSuccess;
  }
  const auto c = constants<Compute<scalar_t>>(alpha, gamma);
  with_power(c.gamma, [&](auto pow) {
    slope_kernel<<<blocks(n), threads, 0, stream>>>(grad, grad_is_one ? 0 : 1, x, t, out, n, c,
                                                    pow);
  });
  return cudaGetLastError();
}

#define PTNOTES_INSTANTIATE(scalar_t)                                                           \
  template cudaError_t launch_forward(const scalar_t*, const scalar_t*, scalar_t*, int64_t,     \
                                      double, double, cudaStream_t);                            \
  template cudaError_t launch_backward(const scalar_t*, bool, const scalar_t*, const scalar_t*, \
                                       scalar_t*, int64_t, double, double, cudaStream_t);

PTNOTES_INSTANTIATE(float)
PTNOTES_INSTANTIATE(double)
PTNOTES_INSTANTIATE(__half)
PTNOTES_INSTANTIATE(__nv_bfloat16)

}  // namespace ptnotes::focal_loss
