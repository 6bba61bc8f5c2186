// What the operator does on every device: check, lay out, allocate; the device's kernel does the
// rest.
#pragma once

#include <ATen/ops/empty_like.h>

#include "../check.h"

namespace ptnotes::focal_loss {

inline void check(const at::Tensor& inputs, const at::Tensor& targets, double alpha, double gamma) {
  check_floating("inputs", inputs);
  check_like("targets", targets, "inputs", inputs);
  TORCH_CHECK_VALUE((alpha >= 0 && alpha <= 1) || alpha == -1,
                    "alpha: expected a number from 0 to 1, or -1 for no weights, given ", alpha);
  TORCH_CHECK_VALUE(gamma >= 0, "gamma: expected a number of at least 0, given ", gamma);
}

template <auto kernel>
at::Tensor forward(const at::Tensor& inputs, const at::Tensor& targets, double alpha,
                   double gamma) {
  check(inputs, targets, alpha, gamma);
  const auto format = inputs.suggest_memory_format();
  const auto x = inputs.contiguous(format);
  const auto loss = at::empty_like(x);
  kernel(x, targets.contiguous(format), loss, alpha, gamma);
  return loss;
}

template <auto kernel>
at::Tensor backward(const at::Tensor& grad, const at::Tensor& inputs, const at::Tensor& targets,
                    double alpha, double gamma) {
  check(inputs, targets, alpha, gamma);
  check_like("grad", grad, "inputs", inputs);
  const auto format = inputs.suggest_memory_format();
  const auto x = inputs.contiguous(format);
  const auto slope = at::empty_like(x);
  kernel(grad, x, targets.contiguous(format), slope, alpha, gamma);
  return slope;
}

// The gradient of a sum or a mean is one number, expanded: reading it once saves a whole tensor.
inline bool is_one_number(const at::Tensor& grad) {
  for (int64_t axis = 0; axis < grad.dim(); ++axis) {
    if (grad.size(axis) > 1 && grad.stride(axis) != 0) {
      return false;
    }
  }
  return grad.numel() > 0;
}

}  // namespace ptnotes::focal_loss
