// The CUDA side of ptnotes::sigmoid_focal_loss: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <torch/library.h>

#include "../ops/losses_op.h"
#include "losses.h"

namespace ptnotes::focal_loss {
namespace {

// torch's 16-bit types have the bits of CUDA's.
template <typename scalar_t>
struct Device {
  using type = scalar_t;
};
template <>
struct Device<at::Half> {
  using type = __half;
};
template <>
struct Device<at::BFloat16> {
  using type = __nv_bfloat16;
};

template <typename scalar_t>
auto* read(const at::Tensor& x) {
  using type = typename Device<scalar_t>::type;
  return reinterpret_cast<const type*>(x.const_data_ptr<scalar_t>());
}

template <typename scalar_t>
auto* write(const at::Tensor& x) {
  using type = typename Device<scalar_t>::type;
  return reinterpret_cast<type*>(x.mutable_data_ptr<scalar_t>());
}

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
