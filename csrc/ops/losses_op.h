// What the operator does on every device: check, lay out, allocate; the device's kernel does the
// rest.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>

namespace ptnotes::focal_loss {

inline void check_like_inputs(const char* name, const at::Tensor& given, const at::Tensor& inputs) {
  TORCH_CHECK_TYPE(given.scalar_type() == inputs.scalar_type(), name, ": expected ",
                   inputs.scalar_type(), " as inputs has, given ", given.scalar_type());
  TORCH_CHECK_VALUE(given.sym_sizes() == inputs.sym_sizes(), name, ": expected shape ",
                    inputs.sym_sizes(), " as inputs has, given ", given.sym_sizes());
  TORCH_CHECK_VALUE(given.device() == inputs.device(), name, ": expected a tensor on ",
                    inputs.device(), " as inputs is, given one on ", given.device());
}

inline void check(const at::Tensor& inputs, const at::Tensor& targets, double alpha, double gamma) {
  const auto dtype = inputs.scalar_type();
  TORCH_CHECK_TYPE(
      dtype == at::kFloat || dtype == at::kDouble || dtype == at::kHalf || dtype == at::kBFloat16,
      "inputs: expected Float, Double, Half or BFloat16, given ", dtype);
  check_like_inputs("targets", targets, inputs);
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
  check_like_inputs("grad", grad, inputs);
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
