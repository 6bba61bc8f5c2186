// The CUDA side of ptnotes::generalized_box_iou: tensors in, raw pointers and a stream out.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "../../cuda/pointers.h"
#include "kernel.h"
#include "operator.h"

namespace ptnotes::boxes {
namespace {

void forward_cuda(const at::Tensor& boxes1, const at::Tensor& boxes2, const at::Tensor& out) {
  const c10::cuda::CUDAGuard guard(boxes1.device());
  const auto first = by_column(boxes1), second = by_column(boxes2);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "generalized_box_iou", [&] {
        using T = at::opmath_type<scalar_t>;
        C10_CUDA_CHECK(launch_forward(read<T>(first), read<T>(second), write<scalar_t>(out),
                                      boxes1.size(0), boxes2.size(0),
                                      c10::cuda::getCurrentCUDAStream()));
      });
}

void slope_rows_cuda(const at::Tensor& grad, const at::Tensor& boxes1, const at::Tensor& boxes2,
                     const at::Tensor& out) {
  const c10::cuda::CUDAGuard guard(boxes1.device());
  const auto first = by_column(boxes1), second = by_column(boxes2), dense = grad.contiguous();
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "generalized_box_iou_backward", [&] {
        using T = at::opmath_type<scalar_t>;
        C10_CUDA_CHECK(launch_slope_rows(read<scalar_t>(dense), read<T>(first), read<T>(second),
                                         write<scalar_t>(out), boxes1.size(0), boxes2.size(0),
                                         c10::cuda::getCurrentCUDAStream()));
      });
}

}  // namespace

TORCH_LIBRARY_IMPL(ptnotes, CUDA, m) {
  m.impl("generalized_box_iou", forward<forward_cuda>);
  m.impl("generalized_box_iou_backward", backward<slope_rows_cuda>);
}

}  // namespace ptnotes::boxes
