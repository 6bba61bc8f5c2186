// What the operator does on every device: check and lay out; the device's kernel does the rest.
#pragma once

#include <ATen/OpMathType.h>
#include <ATen/ops/empty_like.h>

#include <unordered_map>
#include <vector>

#include "../check.h"
#include "arithmetic.h"

namespace ptnotes::momentum {

struct Settings {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, first;

  template <typename T>
  Rule<T> rule() const {
    // Without momentum the buffer is the gradient, as in a first step.
    return {static_cast<T>(lr),
            static_cast<T>(momentum),
            static_cast<T>(1 - dampening),
            static_cast<T>(weight_decay),
            nesterov,
            first || momentum == 0};
  }
};

// The numbers of three tensors in the same places in memory; `buffer` is undefined where the rule
// has no momentum.
struct Leaf {
  at::Tensor parameter, grad, buffer;
};

inline void check_list(const char* name, at::TensorList given, at::TensorList params) {
  TORCH_CHECK_VALUE(given.size() == params.size(), name, ": expected ", params.size(),
                    " tensors, one for each of params, given ", given.size());
  for (size_t i = 0; i < given.size(); ++i) {
    check_like({name, i}, given[i], {"params", i}, params[i]);
  }
}

inline void check(at::TensorList params, at::TensorList grads, at::TensorList buffers,
                  const Settings& settings) {
  for (size_t i = 0; i < params.size(); ++i) {
    check_floating({"params", i}, params[i]);
  }
  check_list("grads", grads, params);
  if (settings.momentum != 0) {
    check_list("buffers", buffers, params);
  }
  const auto check_number = [](const char* name, double given) {
    TORCH_CHECK_VALUE(given >= 0, name, ": expected a number of at least 0, given ", given);
  };
  check_number("lr", settings.lr);
  check_number("momentum", settings.momentum);
  check_number("weight_decay", settings.weight_decay);
  TORCH_CHECK_VALUE(!settings.nesterov || (settings.momentum > 0 && settings.dampening == 0),
                    "nesterov: expected momentum above 0 and no dampening, given momentum ",
                    settings.momentum, " and dampening ", settings.dampening);
}

// Threads share the tensors out: two that change the same numbers would race. Found are those that
// begin at one address, as a tensor given twice does.
inline void check_apart(at::TensorList params, at::TensorList buffers) {
  std::unordered_map<const void*, Name> seen;
  const auto check_own = [&](Name name, const at::Tensor& given) {
    if (given.numel() > 0) {
      const auto [owner, is_own] = seen.emplace(given.const_data_ptr(), name);
      TORCH_CHECK_VALUE(is_own, name, ": expected memory of its own, given that of ",
                        owner->second);
    }
  };
  for (size_t i = 0; i < params.size(); ++i) {
    check_own({"params", i}, params[i]);
  }
  for (size_t i = 0; i < buffers.size(); ++i) {
    check_own({"buffers", i}, buffers[i]);
  }
}

inline bool same_places(const at::Tensor& x, const at::Tensor& y) {
  return !y.defined() || x.strides() == y.strides();
}

// Graphs that keep a tensor learn from its version that it has changed since.
inline void mark_changed(const at::Tensor& x) {
  if (!x.is_inference()) {
    x.unsafeGetTensorImpl()->bump_version();
  }
}

// Runs the kernel on all leaves; tensors that do not lie alike go through copies.
template <auto kernel>
void step(at::TensorList params, at::TensorList grads, at::TensorList buffers, double lr,
          double momentum, double dampening, double weight_decay, bool nesterov, bool first) {
  const Settings settings{lr, momentum, dampening, weight_decay, nesterov, first};
  check(params, grads, buffers, settings);
  check_apart(params, momentum == 0 ? at::TensorList() : buffers);
  std::vector<Leaf> leaves;
  for (size_t i = 0; i < params.size(); ++i) {
    Leaf leaf{params[i], grads[i], momentum == 0 ? at::Tensor() : buffers[i]};
    const auto& p = leaf.parameter;
    if (!p.is_non_overlapping_and_dense() || !same_places(p, leaf.grad) ||
        !same_places(p, leaf.buffer)) {
      leaf = {p.contiguous(), leaf.grad.contiguous(),
              momentum == 0 ? at::Tensor() : leaf.buffer.contiguous()};
    }
    leaves.push_back(leaf);
  }
  kernel(leaves, settings);
  const auto bring_back = [](const at::Tensor& x, const at::Tensor& changed) {
    if (!changed.is_same(x)) {
      x.copy_(changed);
    }
    mark_changed(x);
  };
  for (size_t i = 0; i < params.size(); ++i) {
    bring_back(params[i], leaves[i].parameter);
    if (momentum != 0) {
      bring_back(buffers[i], leaves[i].buffer);
    }
  }
}

}  // namespace ptnotes::momentum
