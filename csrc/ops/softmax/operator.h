// What the operator does on every device: check, lay out, allocate; the device's kernel does the
// rest.
#pragma once

#include <ATen/ops/empty_like.h>

#include <optional>

#include "../check.h"
#include "arithmetic.h"

namespace ptnotes::softmax {

inline void check(const at::Tensor& scores, const std::optional<at::Tensor>& mask) {
  check_floating("scores", scores);
  TORCH_CHECK_VALUE(scores.dim() >= 2, "scores: expected shape [..., L, S], given ",
                    sizes_of(scores));
  if (!mask) {
    return;
  }
  TORCH_CHECK_TYPE(mask->scalar_type() == at::kBool,
                   "mask: expected Bool, True where a query may look, given ", mask->scalar_type());
  TORCH_CHECK_VALUE(mask->device() == scores.device(), "mask: expected a tensor on ",
                    scores.device(), " as scores is, given one on ", mask->device());
  bool fits = mask->dim() <= scores.dim();
  for (int64_t axis = 1; fits && axis <= mask->dim(); ++axis) {
    fits = mask->sym_size(-axis) == 1 || mask->sym_size(-axis) == scores.sym_size(-axis);
  }
  TORCH_CHECK_VALUE(fits, "mask: expected a shape that broadcasts to ", sizes_of(scores),
                    " as scores has, given ", sizes_of(*mask));
}

// `mask` in the shape of the scores, without a copy wherever a kernel can walk it as it is.
inline at::Tensor walkable(const at::Tensor& mask, const at::Tensor& scores) {
  const auto expanded = mask.expand_as(scores);
  const int64_t step = expanded.stride(-1);
  return step <= 1 && expanded.dim() <= most_axes + 1 ? expanded : expanded.contiguous();
}

inline Mask mask_of(const std::optional<at::Tensor>& mask) {
  if (!mask || mask->numel() == 0) {
    return {nullptr, {}, false};
  }
  // A contiguous mask of more axes than fit has one row after another.
  Rows rows{1, {mask->numel() / mask->size(-1)}, {mask->size(-1)}};
  if (mask->dim() <= most_axes + 1) {
    rows.axes = static_cast<int>(mask->dim() - 1);
    for (int axis = 0; axis < rows.axes; ++axis) {
      rows.sizes[axis] = mask->size(axis);
      rows.steps[axis] = mask->stride(axis);
    }
  }
  return {mask->const_data_ptr<bool>(), rows, mask->size(-1) > 1 && mask->stride(-1) == 0};
}

template <auto kernel>
at::Tensor forward(const at::Tensor& scores, const std::optional<at::Tensor>& mask, double scale,
                   bool is_causal) {
  check(scores, mask);
  const auto x = scores.contiguous();
  const auto weights = at::empty_like(x);
  kernel(x, mask, weights, scale, is_causal);
  return weights;
}

template <auto kernel>
at::Tensor backward(const at::Tensor& grad, const at::Tensor& weights, double scale) {
  check(weights, std::nullopt);
  check_like("grad", grad, "weights", weights);
  const auto p = weights.contiguous();
  const auto slope = at::empty_like(p);
  kernel(grad.contiguous(), p, slope, scale);
  return slope;
}

}  // namespace ptnotes::softmax
