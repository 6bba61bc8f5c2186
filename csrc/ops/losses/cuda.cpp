// The CUDA side of ptnotes::sigmoid_focal_loss: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "../../cuda/pointers.h"
#include "kernel.h"
#include "operator.h"

namespace ptnotes::focal_loss {
namespace {

void forward_cuda(const at::Tensor& inputs, const at::Tensor& targets, const at::Tensor& out,
                  double alpha, double gamma) {
  const c10::cuda::CUDAGuard guard(inputs.device());
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, inputs.scalar_type(), "sigmoid_focal_loss", [&] {
        C10_CUDA_CHECK(launch_forward(read<scalar_t>(inputs), read<scalar_t>(targets),
                                      write<scalar_t>(out), inputs.numel(), alpha, gamma,
                                      c10::cuda::getCurrentCUDAStream()));
      });
}

void backward_cuda(const at::Tensor& grad, const at::Tensor& inputs, const at::Tensor& targets,
                   const at::Tensor& out, double alpha, double gamma) {
  const c10::cuda::CUDAGuard guard(inputs.device());
  const bool one = is_one_number(grad);
  const auto from = one ? grad : grad.contiguous(inputs.suggest_memory_format());
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, inputs.scalar_type(), "sigmoid_focal_loss_backward", [&] {
        C10_CUDA_CHECK(launch_backward(
            read<scalar_t>(from), one, read<scalar_t>(inputs), read<scalar_t>(targets),
            write<scalar_t>(out), inputs.numel(), alpha, gamma, c10::cuda::getCurrentCUDAStream()));
      });
}

}  // namespace

TORCH_LIBRARY_IMPL(ptnotes, CUDA, m) {
  m.impl("sigmoid_focal_loss", forward<forward_cuda>);
  m.impl("sigmoid_focal_loss_backward", backward<backward_cuda>);
}

}  // namespace ptnotes::focal_loss
