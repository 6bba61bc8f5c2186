// The CUDA side of ptnotes::sgd_step_: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "../../cuda/pointers.h"
#include "kernel.h"
#include "operator.h"

namespace ptnotes::momentum {
namespace {

bool fit_together(const Leaf& x, const Leaf& y) {
  return x.parameter.scalar_type() == y.parameter.scalar_type() &&
         x.parameter.device() == y.parameter.device();
}

void launch(const Leaf* leaves, int count, const Settings& settings) {
  const c10::cuda::CUDAGuard guard(leaves[0].parameter.device());
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, leaves[0].parameter.scalar_type(), "sgd_step_", [&] {
        Batch<typename Device<scalar_t>::type> batch{};
        batch.count = count;
        for (int i = 0; i < count; ++i) {
          const auto& [parameter, grad, buffer] = leaves[i];
          batch.parameter[i] = write<scalar_t>(parameter);
          batch.grad[i] = read<scalar_t>(grad);
          batch.buffer[i] = buffer.defined() ? write<scalar_t>(buffer) : nullptr;
          batch.size[i] = parameter.numel();
        }
        const auto rule = settings.rule<at::opmath_type<scalar_t>>();
        C10_CUDA_CHECK(launch_step(batch, rule, c10::cuda::getCurrentCUDAStream()));
      });
}

void step_cuda(const std::vector<Leaf>& leaves, const Settings& settings) {
  for (size_t first = 0, next; first < leaves.size(); first = next) {
    next = first + 1;
    while (next < leaves.size() && next - first < most_leaves &&
           fit_together(leaves[first], leaves[next])) {
      ++next;
    }
    launch(&leaves[first], static_cast<int>(next - first), settings);
  }
}

}  // namespace

TORCH_LIBRARY_IMPL(ptnotes, CUDA, m) { m.impl("sgd_step_", step<step_cuda>); }

}  // namespace ptnotes::momentum
