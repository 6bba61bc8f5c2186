// ptnotes::sigmoid_focal_loss: its schema, its CPU kernels and Meta; ptnotes/nn/losses.py adds
// autograd.
#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "../clones.h"
#include "../parallel.h"
#include "arithmetic.h"
#include "operator.h"

namespace ptnotes::focal_loss {
namespace {

template <typename scalar_t, typename T, typename Pow>
PTNOTES_CLONES void loss_range(const scalar_t* x, const scalar_t* t, scalar_t* out, int64_t begin,
                               int64_t end, Constants<T> c, Pow pow) {
  for (int64_t i = begin; i < end; ++i) {
    out[i] = static_cast<scalar_t>(loss<T>(x[i], t[i], c, pow));
  }
}

template <typename scalar_t>
struct OneNumber {
  scalar_t value;
  scalar_t operator[](int64_t) const { return value; }
};

template <typename Grad, typename scalar_t, typename T, typename Pow>
PTNOTES_CLONES void slope_range(Grad grad, const scalar_t* x, const scalar_t* t, scalar_t* out,
                                int64_t begin, int64_t end, Constants<T> c, Pow pow) {
  for (int64_t i = begin; i < end; ++i) {
    out[i] = static_cast<scalar_t>(static_cast<T>(grad[i]) * slope<T>(x[i], t[i], c, pow));
  }
}

void forward_cpu(const at::Tensor& inputs, const at::Tensor& targets, const at::Tensor& out,
                 double alpha, double gamma) {
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, inputs.scalar_type(), "sigmoid_focal_loss", [&] {
        const auto* x = inputs.const_data_ptr<scalar_t>();
        const auto* t = targets.const_data_ptr<scalar_t>();
        auto* to = out.mutable_data_ptr<scalar_t>();
        const auto c = constants<at::opmath_type<scalar_t>>(alpha, gamma);
        with_power(c.gamma, [&](auto pow) {
          at::parallel_for(0, inputs.numel(), grain, [&](int64_t begin, int64_t end) {
            loss_range(x, t, to, begin, end, c, pow);
          });
        });
      });
}

void backward_cpu(const at::Tensor& grad, const at::Tensor& inputs, const at::Tensor& targets,
                  const at::Tensor& out, double alpha, double gamma) {
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, inputs.scalar_type(), "sigmoid_focal_loss_backward", [&] {
        const auto* x = inputs.const_data_ptr<scalar_t>();
        const auto* t = targets.const_data_ptr<scalar_t>();
        auto* to = out.mutable_data_ptr<scalar_t>();
        const auto c = constants<at::opmath_type<scalar_t>>(alpha, gamma);
        const auto run = [&](auto from) {
          with_power(c.gamma, [&](auto pow) {
            at::parallel_for(0, inputs.numel(), grain, [&](int64_t begin, int64_t end) {
              slope_range(from, x, t, to, begin, end, c, pow);
            });
          });
        };
        if (is_one_number(grad)) {
          run(OneNumber<scalar_t>{*grad.const_data_ptr<scalar_t>()});
        } else {
          const auto dense = grad.contiguous(inputs.suggest_memory_format());
          run(dense.const_data_ptr<scalar_t>());
        }
      });
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(ptnotes, m) {
  m.def(
      "sigmoid_focal_loss(Tensor inputs, Tensor targets, float alpha=0.25, float gamma=2.0) -> "
      "Tensor",
      {at::Tag::pt2_compliant_tag});
  m.def(
      "sigmoid_focal_loss_backward(Tensor grad, Tensor inputs, Tensor targets, float alpha, "
      "float gamma) -> Tensor",
      {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(ptnotes, CPU, m) {
  m.impl("sigmoid_focal_loss", forward<forward_cpu>);
  m.impl("sigmoid_focal_loss_backward", backward<backward_cpu>);
}

TORCH_LIBRARY_IMPL(ptnotes, Meta, m) {
  m.impl("sigmoid_focal_loss", forward<nothing>);
  m.impl("sigmoid_focal_loss_backward", backward<nothing>);
}

}  // namespace ptnotes::focal_loss
