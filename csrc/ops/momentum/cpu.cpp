// ptnotes::sgd_step_: its schema, its CPU kernel and Meta; ptnotes/training/momentum.py is its
// face.
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>

#include "../clones.h"
#include "arithmetic.h"
#include "operator.h"

namespace ptnotes::momentum {
namespace {

constexpr int64_t piece = 32768;  // numbers that one thread takes at a time

template <typename scalar_t, typename T>
PTNOTES_CLONES void step_range(scalar_t* p, const scalar_t* g, scalar_t* v, int64_t begin,
                               int64_t end, Rule<T> rule) {
  for (int64_t i = begin; i < end; ++i) {
    T buffer = v[i];
    p[i] = static_cast<scalar_t>(step<T>(p[i], g[i], buffer, rule));
    v[i] = static_cast<scalar_t>(buffer);
  }
}

template <typename scalar_t, typename T>
PTNOTES_CLONES void plain_range(scalar_t* p, const scalar_t* g, int64_t begin, int64_t end,
                                Rule<T> rule) {
  for (int64_t i = begin; i < end; ++i) {
    T buffer = 0;
    p[i] = static_cast<scalar_t>(step<T>(p[i], g[i], buffer, rule));
  }
}

struct Piece {
  size_t leaf;
  int64_t begin, end;
};

// Pieces of about one size, so that one large tensor and many small ones are shared out alike.
std::vector<Piece> pieces_of(const std::vector<Leaf>& leaves) {
  std::vector<Piece> pieces;
  for (size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const int64_t n = leaves[leaf].parameter.numel();
    for (int64_t begin = 0; begin < n; begin += piece) {
      pieces.push_back({leaf, begin, std::min(n, begin + piece)});
    }
  }
  return pieces;
}

void step_piece(const Leaf& leaf, int64_t begin, int64_t end, const Settings& settings) {
  AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, leaf.parameter.scalar_type(), "sgd_step_", [&] {
        const auto rule = settings.rule<at::opmath_type<scalar_t>>();
        auto* p = leaf.parameter.mutable_data_ptr<scalar_t>();
        const auto* g = leaf.grad.const_data_ptr<scalar_t>();
        if (leaf.buffer.defined()) {
          step_range(p, g, leaf.buffer.mutable_data_ptr<scalar_t>(), begin, end, rule);
        } else {
          plain_range(p, g, begin, end, rule);
        }
      });
}

void step_cpu(const std::vector<Leaf>& leaves, const Settings& settings) {
  const auto pieces = pieces_of(leaves);
  const auto count = static_cast<int64_t>(pieces.size());
  int64_t numbers = 0;
  for (const auto& leaf : leaves) {
    numbers += leaf.parameter.numel();
  }
  const int64_t grain = numbers <= piece ? count : 1;  // little work wakes no second thread
  at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      step_piece(leaves[pieces[k].leaf], pieces[k].begin, pieces[k].end, settings);
    }
  });
}

void check_meta(at::TensorList params, at::TensorList grads, at::TensorList buffers, double lr,
                double momentum, double dampening, double weight_decay, bool nesterov, bool first) {
  check(params, grads, buffers, {lr, momentum, dampening, weight_decay, nesterov, first});
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(ptnotes, m) {
  m.def(
      "sgd_step_(Tensor(a!)[] params, Tensor[] grads, Tensor(b!)[] buffers, float lr, float "
      "momentum, float dampening, float weight_decay, bool nesterov, bool first) -> ()",
      {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(ptnotes, CPU, m) { m.impl("sgd_step_", step<step_cpu>); }

TORCH_LIBRARY_IMPL(ptnotes, Meta, m) { m.impl("sgd_step_", check_meta); }

}  // namespace ptnotes::momentum
