// What the operator does on every device: check and allocate; the device's kernel does the rest.
#pragma once

#include <ATen/OpMathType.h>
#include <ATen/ops/empty.h>

#include <tuple>

#include "../check.h"

namespace ptnotes::boxes {

inline void check(const at::Tensor& boxes1, const at::Tensor& boxes2) {
  check_floating("boxes1", boxes1);
  check_kind_like("boxes2", boxes2, "boxes1", boxes1);
  const auto check_shape = [](const char* name, const at::Tensor& given) {
    TORCH_CHECK_VALUE(given.dim() == 2 && given.sym_size(1) == 4, name,
                      ": expected shape [N, 4], given ", sizes_of(given));
  };
  check_shape("boxes1", boxes1);
  check_shape("boxes2", boxes2);
}

// (N, 4) boxes as four arrays of N numbers, in the type they are computed in.
inline at::Tensor by_column(const at::Tensor& boxes) {
  return boxes.to(at::toOpMathType(boxes.scalar_type())).t().contiguous();
}

template <auto kernel>
at::Tensor forward(const at::Tensor& boxes1, const at::Tensor& boxes2) {
  check(boxes1, boxes2);
  const auto out = boxes1.new_empty_symint({boxes1.sym_size(0), boxes2.sym_size(0)});
  kernel(boxes1, boxes2, out);
  return out;
}

// `rows(grad, boxes1, boxes2, out)` gives the boxes of the rows their gradient: with the roles
// exchanged, those of the columns.
template <auto rows>
std::tuple<at::Tensor, at::Tensor> backward(const at::Tensor& grad, const at::Tensor& boxes1,
                                            const at::Tensor& boxes2) {
  check(boxes1, boxes2);
  TORCH_CHECK_VALUE(grad.dim() == 2 && grad.sym_size(0) == boxes1.sym_size(0) &&
                        grad.sym_size(1) == boxes2.sym_size(0),
                    "grad: expected shape [", size_of(boxes1, 0), ", ", size_of(boxes2, 0),
                    "], given ", sizes_of(grad));
  check_kind_like("grad", grad, "boxes1", boxes1);
  const auto slope1 = boxes1.new_empty_symint(boxes1.sym_sizes());
  const auto slope2 = boxes2.new_empty_symint(boxes2.sym_sizes());
  rows(grad, boxes1, boxes2, slope1);
  rows(grad.t(), boxes2, boxes1, slope2);
  return {slope1, slope2};
}

}  // namespace ptnotes::boxes
