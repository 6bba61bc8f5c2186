// SGD with momentum on the device, many tensors a launch, with the arithmetic of the CPU kernel; no
// torch header.
#include "../../cuda/scalars.h"
#include "kernel.h"

namespace ptnotes::momentum {
namespace {

// A row of blocks for each tensor.
template <typename scalar_t, typename T>
__global__ void step_kernel(Batch<scalar_t> batch, Rule<T> rule) {
  const int leaf = blockIdx.y;
  scalar_t *p = batch.parameter[leaf], *v = batch.buffer[leaf];
  const int64_t across = int64_t(blockDim.x) * gridDim.x;
  for (int64_t i = int64_t(blockDim.x) * blockIdx.x + threadIdx.x; i < batch.size[leaf];
       i += across) {
    T buffer = v == nullptr ? T(0) : static_cast<T>(load(v[i]));
    const T grad = load(batch.grad[leaf][i]);
    store(p + i, step<T>(load(p[i]), grad, buffer, rule));
    if (v != nullptr) {
      store(v + i, buffer);
    }
  }
}

}  // namespace

template <typename scalar_t, typename T>
cudaError_t launch_step(const Batch<scalar_t>& batch, Rule<T> rule, cudaStream_t stream) {
  int64_t largest = 0;
  for (int leaf = 0; leaf < batch.count; ++leaf) {
    largest = std::max(largest, batch.size[leaf]);
  }
  if (largest == 0) {  // a launch of no blocks is an error
    return cudaSuccess;
  }
  const dim3 grid(blocks(largest), static_cast<unsigned>(batch.count));
  step_kernel<<<grid, threads, 0, stream>>>(batch, rule);
  return cudaGetLastError();
}

#define PTNOTES_INSTANTIATE(scalar_t, T) \
  template cudaError_t launch_step(const Batch<scalar_t>&, Rule<T>, cudaStream_t);

PTNOTES_INSTANTIATE(float, float)
PTNOTES_INSTANTIATE(double, double)
PTNOTES_INSTANTIATE(__half, float)
PTNOTES_INSTANTIATE(__nv_bfloat16, float)

}  // namespace ptnotes::momentum
