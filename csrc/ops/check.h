// What operators ask of their arguments; each message names the argument, what was expected and
// what came.
#pragma once

#include <ATen/core/Tensor.h>

namespace ptnotes {

inline void check_floating(const char* name, const at::Tensor& given) {
  const auto dtype = given.scalar_type();
  TORCH_CHECK_TYPE(
      dtype == at::kFloat || dtype == at::kDouble || dtype == at::kHalf || dtype == at::kBFloat16,
      name, ": expected Float, Double, Half or BFloat16, given ", dtype);
}

inline void check_kind_like(const char* name, const at::Tensor& given, const char* other,
                            const at::Tensor& model) {
  TORCH_CHECK_TYPE(given.scalar_type() == model.scalar_type(), name, ": expected ",
                   model.scalar_type(), " as ", other, " has, given ", given.scalar_type());
  TORCH_CHECK_VALUE(given.device() == model.device(), name, ": expected a tensor on ",
                    model.device(), " as ", other, " is, given one on ", given.device());
}

inline void check_like(const char* name, const at::Tensor& given, const char* other,
                       const at::Tensor& model) {
  TORCH_CHECK_VALUE(given.sym_sizes() == model.sym_sizes(), name, ": expected shape ",
                    model.sym_sizes(), " as ", other, " has, given ", given.sym_sizes());
  check_kind_like(name, given, other, model);
}

}  // namespace ptnotes
