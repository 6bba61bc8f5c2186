// The CUDA side of ptnotes::pairwise_squared_distance: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "../../cuda/pointers.h"
#include "kernel.h"
#include "operator.h"

namespace ptnotes::distances {
namespace {

void forward_cuda(const at::Tensor& x, const at::Tensor& y, const at::Tensor& out) {
  const c10::cuda::CUDAGuard guard(x.device());
  const auto from = computable(x).contiguous(), to = computable(y).contiguous();
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "pairwise_squared_distance", [&] {
        using T = at::opmath_type<scalar_t>;
        C10_CUDA_CHECK(launch_forward(read<T>(from), read<T>(to), write<scalar_t>(out), x.size(0),
                                      y.size(0), x.size(1), c10::cuda::getCurrentCUDAStream()));
      });
}

}  // namespace

TORCH_LIBRARY_IMPL(ptnotes, CUDA, m) { m.impl("pairwise_squared_distance", forward<forward_cuda>); }

}  // namespace ptnotes::distances
