// ptnotes::pairwise_squared_distance: its schema, its CPU kernels and Meta;
// ptnotes/tensors/distances.py adds autograd.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <torch/library.h>

#include <algorithm>

#include "../clones.h"
#include "../parallel.h"
#include "arithmetic.h"
#include "operator.h"

namespace ptnotes::distances {
namespace {

constexpr int64_t few_dims = 8;       // up to here the differences cost less than a matrix product
constexpr int64_t strip = 64;         // distances of a row that are summed side by side
constexpr int64_t tile_size = 65536;  // products that stay in a core's cache
// The share of |x|^2 + |y|^2 below which a distance has lost too many digits to cancellation.
constexpr double near = 1.0 / 16;

// y lies by coordinate: neighbours of a row are neighbours in memory.
template <typename scalar_t, typename T>
PTNOTES_CLONES void direct_row(Points<T> x, int64_t i, Points<T> y, scalar_t* out, int64_t m,
                               int64_t dims) {
  for (int64_t start = 0; start < m; start += strip) {
    T sums[strip] = {};
    const int64_t size = std::min(strip, m - start);
    for (int64_t d = 0; d < dims; ++d) {
      const T from = x(i, d);
      const T* to = y.numbers + d * y.coordinate + start;
      for (int64_t k = 0; k < size; ++k) {
        add_square(sums[k], from, to[k]);
      }
    }
    for (int64_t k = 0; k < size; ++k) {
      out[start + k] = static_cast<scalar_t>(sums[k]);
    }
  }
}

void direct(const at::Tensor& x, const at::Tensor& y, const at::Tensor& out) {
  const auto from = computable(x).contiguous(), to = computable(y).t().contiguous();
  const int64_t n = x.size(0), m = y.size(0), dims = x.size(1);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "pairwise_squared_distance", [&] {
        using T = at::opmath_type<scalar_t>;
        const Points<T> a{from.const_data_ptr<T>(), dims, 1}, b{to.const_data_ptr<T>(), 1, m};
        auto* distances = out.mutable_data_ptr<scalar_t>();
        at::parallel_for(0, n, rows_of(grain, m), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            direct_row(a, i, b, distances + i * m, m, dims);
          }
        });
      });
}

// |x|^2 - 2 x.y + |y|^2; returns above 0 where some are too near for it, or not finite.
template <typename scalar_t, typename T>
PTNOTES_CLONES T expand_row(T norm, const T* norms, const T* products, scalar_t* out, int64_t m) {
  T unsure = 0;
#pragma omp simd reduction(+ : unsure)
  for (int64_t j = 0; j < m; ++j) {
    const T both = norm + norms[j], distance = both - 2 * products[j];
    unsure += static_cast<T>(!(distance >= static_cast<T>(near) * both));
    out[j] = static_cast<scalar_t>(distance);
  }
  return unsure;
}

template <typename scalar_t, typename T>
void mend_row(T norm, const T* norms, const T* products, Points<T> x, int64_t i, Points<T> y,
              scalar_t* out, int64_t m, int64_t dims) {
  for (int64_t j = 0; j < m; ++j) {
    const T both = norm + norms[j], distance = both - 2 * products[j];
    if (!(distance >= static_cast<T>(near) * both)) {
      out[j] = static_cast<scalar_t>(squared_distance(x, i, y, j, dims));
    }
  }
}

// Distances do not change when all points move; nearer to the origin, fewer digits cancel.
at::Tensor centre(const at::Tensor& points) { return points.mean(0).nan_to_num(0, 0, 0); }

void by_products(const at::Tensor& x, const at::Tensor& y, const at::Tensor& out) {
  const auto from = computable(x).contiguous(), to = computable(y).contiguous();
  const auto origin = centre(to);
  const auto left = from.sub(origin), right = to.sub(origin), across = right.t();
  const auto left_norms = left.square().sum(1), right_norms = right.square().sum(1);
  const int64_t n = x.size(0), m = y.size(0), dims = x.size(1), rows = rows_of(tile_size, m);
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, out.scalar_type(), "pairwise_squared_distance", [&] {
        using T = at::opmath_type<scalar_t>;
        const Points<T> a{from.const_data_ptr<T>(), dims, 1}, b{to.const_data_ptr<T>(), dims, 1};
        const auto *norm = left_norms.const_data_ptr<T>(), *norms = right_norms.const_data_ptr<T>();
        auto* distances = out.mutable_data_ptr<scalar_t>();
        // Tiles of one size, whatever the number of threads: so are the bits of a product.
        at::parallel_for(0, (n + rows - 1) / rows, 1, [&](int64_t begin, int64_t end) {
          const auto space = at::empty({rows, m}, left.options());
          for (int64_t tile = begin; tile < end; ++tile) {
            const int64_t first = tile * rows, last = std::min(n, first + rows);
            auto products = space.narrow(0, 0, last - first);
            at::mm_out(products, left.narrow(0, first, last - first), across);
            for (int64_t i = first; i < last; ++i) {
              const auto* row = products.const_data_ptr<T>() + (i - first) * m;
              if (expand_row(norm[i], norms, row, distances + i * m, m) > 0) {
                mend_row(norm[i], norms, row, a, i, b, distances + i * m, m, dims);
              }
            }
          }
        });
      });
}

void forward_cpu(const at::Tensor& x, const at::Tensor& y, const at::Tensor& out) {
  if (x.size(1) <= few_dims) {
    direct(x, y, out);
  } else {
    by_products(x, y, out);
  }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(ptnotes, m) {
  m.def("pairwise_squared_distance(Tensor x, Tensor y) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(ptnotes, CPU, m) { m.impl("pairwise_squared_distance", forward<forward_cpu>); }

TORCH_LIBRARY_IMPL(ptnotes, Meta, m) { m.impl("pairwise_squared_distance", forward<nothing>); }

}  // namespace ptnotes::distances
