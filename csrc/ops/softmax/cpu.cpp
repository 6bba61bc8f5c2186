// ptnotes::masked_softmax: its schema, its CPU kernels and Meta; ptnotes/sequence/softmax.py adds
// autograd.
#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

#include "../clones.h"
#include "../parallel.h"
#include "arithmetic.h"
#include "operator.h"

namespace ptnotes::softmax {
namespace {

// The scaled scores of a row, -infinity where it may not look; returns the greatest.
template <typename scalar_t, typename T>
PTNOTES_CLONES T scale_row(const scalar_t* x, const bool* allowed, T* scaled, int64_t keys,
                           T scale) {
  T greatest = unseen<T>;
  if (allowed == nullptr) {
#pragma omp simd reduction(max : greatest)
    for (int64_t j = 0; j < keys; ++j) {
      scaled[j] = static_cast<T>(x[j]) * scale;
      greatest = scaled[j] > greatest ? scaled[j] : greatest;
    }
  } else {
#pragma omp simd reduction(max : greatest)
    for (int64_t j = 0; j < keys; ++j) {
      scaled[j] = allowed[j] ? static_cast<T>(x[j]) * scale : unseen<T>;
      greatest = scaled[j] > greatest ? scaled[j] : greatest;
    }
  }
  return greatest;
}

// A row with a NaN sees something, though NaN is greater than nothing.
template <typename T>
bool sees_nothing(const T* scaled, int64_t keys) {
  return std::all_of(scaled, scaled + keys, [](T x) { return x == unseen<T>; });
}

template <typename scalar_t, typename T>
PTNOTES_CLONES void weigh_row(T* scaled, T greatest, scalar_t* out, int64_t keys) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < keys; ++j) {
    scaled[j] = weight(scaled[j], greatest);
    sum += scaled[j];
  }
  const T share = 1 / sum;
  for (int64_t j = 0; j < keys; ++j) {
    out[j] = static_cast<scalar_t>(scaled[j] * share);
  }
}

// p (g - sum of g p), times the scale.
template <typename scalar_t, typename T>
PTNOTES_CLONES void slope_row(const scalar_t* grad, const scalar_t* weights, scalar_t* out,
                              int64_t keys, T scale) {
  T mean = 0;
#pragma omp simd reduction(+ : mean)
  for (int64_t j = 0; j < keys; ++j) {
    mean += static_cast<T>(grad[j]) * static_cast<T>(weights[j]);
  }
  for (int64_t j = 0; j < keys; ++j) {
    const T p = static_cast<T>(weights[j]), g = static_cast<T>(grad[j]);
    out[j] = static_cast<scalar_t>(scale * p * (g - mean));
  }
}

void forward_cpu(const at::Tensor& scores, const std::optional<at::Tensor>& given,
                 const at::Tensor& out, double scale, bool is_causal) {
  const int64_t keys = scores.size(-1), queries = scores.size(-2);
  if (scores.numel() == 0) {
    return;
  }
  const auto kept = given ? std::optional(walkable(*given, scores)) : std::nullopt;
  const auto mask = mask_of(kept);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, scores.scalar_type(), "masked_softmax", [&] {
        using T = at::opmath_type<scalar_t>;
        const auto* x = scores.const_data_ptr<scalar_t>();
        auto* to = out.mutable_data_ptr<scalar_t>();
        const auto begin_to_end = [&](int64_t begin, int64_t end) {
          std::vector<T> scaled(keys);
          for (int64_t row = begin; row < end; ++row) {
            const bool* allowed = mask.allowed ? mask.allowed + mask.rows.start(row) : nullptr;
            int64_t seen = keys_of(row, queries, keys, is_causal);
            if (mask.one_for_all) {
              seen = *allowed ? seen : 0;
              allowed = nullptr;
            }
            const T greatest =
                scale_row(x + row * keys, allowed, scaled.data(), seen, static_cast<T>(scale));
            if (greatest == unseen<T> && sees_nothing(scaled.data(), seen)) {
              seen = 0;
            }
            weigh_row(scaled.data(), greatest, to + row * keys, seen);
            std::fill(to + row * keys + seen, to + (row + 1) * keys, scalar_t(0));
          }
        };
        at::parallel_for(0, scores.numel() / keys, rows_of(grain, keys), begin_to_end);
      });
}

void backward_cpu(const at::Tensor& grad, const at::Tensor& weights, const at::Tensor& out,
                  double scale) {
  const int64_t keys = weights.size(-1);
  if (weights.numel() == 0) {
    return;
  }
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, weights.scalar_type(), "masked_softmax_backward", [&] {
        const auto* g = grad.const_data_ptr<scalar_t>();
        const auto* p = weights.const_data_ptr<scalar_t>();
        auto* to = out.mutable_data_ptr<scalar_t>();
        const auto factor = static_cast<at::opmath_type<scalar_t>>(scale);
        at::parallel_for(0, weights.numel() / keys, rows_of(grain, keys),
                         [&](int64_t begin, int64_t end) {
                           for (int64_t row = begin; row < end; ++row) {
                             const int64_t at = row * keys;
                             slope_row(g + at, p + at, to + at, keys, factor);
                           }
                         });
      });
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(ptnotes, m) {
  m.def(
      "masked_softmax(Tensor scores, Tensor? mask=None, float scale=1.0, bool is_causal=False) -> "
      "Tensor",
      {at::Tag::pt2_compliant_tag});
  m.def("masked_softmax_backward(Tensor grad, Tensor weights, float scale) -> Tensor",
        {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(ptnotes, CPU, m) {
  m.impl("masked_softmax", forward<forward_cpu>);
  m.impl("masked_softmax_backward", backward<backward_cpu>);
}

TORCH_LIBRARY_IMPL(ptnotes, Meta, m) {
  m.impl("masked_softmax", forward<nothing>);
  m.impl("masked_softmax_backward", backward<nothing>);
}

}  // namespace ptnotes::softmax
