// ptnotes::generalized_box_iou: its schema, its CPU kernels and Meta; ptnotes/nn/boxes.py adds
// autograd.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "../clones.h"
#include "../parallel.h"
#include "arithmetic.h"
#include "operator.h"

namespace ptnotes::boxes {
namespace {

template <typename scalar_t, typename T>
PTNOTES_CLONES void giou_row(Box<T> a, Columns<T> others, scalar_t* out, int64_t m) {
  for (int64_t j = 0; j < m; ++j) {
    out[j] = static_cast<scalar_t>(giou(a, others[j]));
  }
}

// The pragma lets the compiler add in the order that suits its registers, which is always the same.
template <typename scalar_t, typename T>
PTNOTES_CLONES Box<T> slope_row(const scalar_t* grad, Box<T> a, Columns<T> others, int64_t m) {
  T x1 = 0, y1 = 0, x2 = 0, y2 = 0;
#pragma omp simd reduction(+ : x1, y1, x2, y2)
  for (int64_t j = 0; j < m; ++j) {
    const auto g = static_cast<T>(grad[j]);
    const auto s = slope(a, others[j]);
    x1 += g * s.x1;
    y1 += g * s.y1;
    x2 += g * s.x2;
    y2 += g * s.y2;
  }
  return {x1, y1, x2, y2};
}

void forward_cpu(const at::Tensor& boxes1, const at::Tensor& boxes2, const at::Tensor& out) {
  const auto first = by_column(boxes1), second = by_column(boxes2);
  const int64_t n = boxes1.size(0), m = boxes2.size(0);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "generalized_box_iou", [&] {
        using T = at::opmath_type<scalar_t>;
        const auto a = columns(first.const_data_ptr<T>(), n);
        const auto b = columns(second.const_data_ptr<T>(), m);
        auto* to = out.mutable_data_ptr<scalar_t>();
        at::parallel_for(0, n, rows_of(grain, m), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            giou_row(a[i], b, to + i * m, m);
          }
        });
      });
}

void slope_rows_cpu(const at::Tensor& grad, const at::Tensor& boxes1, const at::Tensor& boxes2,
                    const at::Tensor& out) {
  const auto first = by_column(boxes1), second = by_column(boxes2), dense = grad.contiguous();
  const int64_t n = boxes1.size(0), m = boxes2.size(0);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "generalized_box_iou_backward", [&] {
        using T = at::opmath_type<scalar_t>;
        const auto a = columns(first.const_data_ptr<T>(), n);
        const auto b = columns(second.const_data_ptr<T>(), m);
        const auto* g = dense.const_data_ptr<scalar_t>();
        auto* to = out.mutable_data_ptr<scalar_t>();
        at::parallel_for(0, n, rows_of(grain, m), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const auto s = slope_row(g + i * m, a[i], b, m);
            auto* row = to + 4 * i;
            row[0] = static_cast<scalar_t>(s.x1);
            row[1] = static_cast<scalar_t>(s.y1);
            row[2] = static_cast<scalar_t>(s.x2);
            row[3] = static_cast<scalar_t>(s.y2);
          }
        });
      });
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(ptnotes, m) {
  m.def("generalized_box_iou(Tensor boxes1, Tensor boxes2) -> Tensor",
        {at::Tag::pt2_compliant_tag});
  m.def(
      "generalized_box_iou_backward(Tensor grad, Tensor boxes1, Tensor boxes2) -> (Tensor, Tensor)",
      {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(ptnotes, CPU, m) {
  m.impl("generalized_box_iou", forward<forward_cpu>);
  m.impl("generalized_box_iou_backward", backward<slope_rows_cpu>);
}

TORCH_LIBRARY_IMPL(ptnotes, Meta, m) {
  m.impl("generalized_box_iou", forward<nothing>);
  m.impl("generalized_box_iou_backward", backward<nothing>);
}

}  // namespace ptnotes::boxes
