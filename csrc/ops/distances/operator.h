// What the operator does on every device: check and allocate; the device's kernel does the rest.
#pragma once

#include <ATen/OpMathType.h>
#include <ATen/ops/empty.h>

#include "../check.h"

namespace ptnotes::distances {

// In the type the distances are computed in.
inline at::Tensor computable(const at::Tensor& points) {
  return points.to(at::toOpMathType(points.scalar_type()));
}

template <auto kernel>
at::Tensor forward(const at::Tensor& x, const at::Tensor& y) {
  check_floating("x", x);
  check_kind_like("y", y, "x", x);
  TORCH_CHECK_VALUE(x.dim() == 2, "x: expected shape [N, D], given ", sizes_of(x));
  TORCH_CHECK_VALUE(y.dim() == 2 && y.sym_size(1) == x.sym_size(1), "y: expected shape [M, ",
                    size_of(x, 1), "] as x is [N, ", size_of(x, 1), "], given ", sizes_of(y));
  const auto out = x.new_empty_symint({x.sym_size(0), y.sym_size(0)});
  kernel(x, y, out);
  return out;
}

}  // namespace ptnotes::distances
