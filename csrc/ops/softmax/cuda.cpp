// The CUDA side of ptnotes::masked_softmax: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "../../cuda/pointers.h"
#include "kernel.h"
#include "operator.h"

namespace ptnotes::softmax {
namespace {

int64_t rows_of(const at::Tensor& x) { return x.numel() == 0 ? 0 : x.numel() / x.size(-1); }

void forward_cuda(const at::Tensor& scores, const std::optional<at::Tensor>& given,
                  const at::Tensor& out, double scale, bool is_causal) {
  const c10::cuda::CUDAGuard guard(scores.device());
  const auto kept = given ? std::optional(walkable(*given, scores)) : std::nullopt;
  const auto mask = mask_of(kept);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, scores.scalar_type(), "masked_softmax", [&] {
        C10_CUDA_CHECK(launch_forward(read<scalar_t>(scores), mask, write<scalar_t>(out),
                                      rows_of(scores), scores.size(-2), scores.size(-1), scale,
                                      is_causal, c10::cuda::getCurrentCUDAStream()));
      });
}

void backward_cuda(const at::Tensor& grad, const at::Tensor& weights, const at::Tensor& out,
                   double scale) {
  const c10::cuda::CUDAGuard guard(weights.device());
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, weights.scalar_type(), "masked_softmax_backward", [&] {
        C10_CUDA_CHECK(launch_backward(read<scalar_t>(grad), read<scalar_t>(weights),
                                       write<scalar_t>(out), rows_of(weights), weights.size(-1),
                                       scale, c10::cuda::getCurrentCUDAStream()));
      });
}

}  // namespace

TORCH_LIBRARY_IMPL(ptnotes, CUDA, m) {
  m.impl("masked_softmax", forward<forward_cuda>);
  m.impl("masked_softmax_backward", backward<backward_cuda>);
}

}  // namespace ptnotes::softmax
