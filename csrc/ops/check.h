// What operators ask of their arguments; each message names the argument, what was expected and
// what came.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace ptnotes {

// An argument's name: a word, or a place in a list, put together only where a message needs it.
struct Name {
  const char* word;
  int64_t index = -1;
  Name(const char* name) : word(name) {}
  Name(const char* list, size_t place) : word(list), index(static_cast<int64_t>(place)) {}
};

inline std::ostream& operator<<(std::ostream& out, const Name& name) {
  out << name.word;
  return name.index < 0 ? out : out << "[" << name.index << "]";
}

// A size as a message shows it; one that is still symbolic has no number.
inline std::string size_of(const at::Tensor& x, int64_t axis) {
  const auto known = x.sym_size(axis).maybe_as_int();
  return known ? std::to_string(*known) : "?";
}

inline std::string sizes_of(const at::Tensor& x) {
  std::string text = "[";
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    text += (axis ? ", " : "") + size_of(x, axis);
  }
  return text + "]";
}

inline void check_floating(Name name, const at::Tensor& given) {
  const auto dtype = given.scalar_type();
  TORCH_CHECK_TYPE(
      dtype == at::kFloat || dtype == at::kDouble || dtype == at::kHalf || dtype == at::kBFloat16,
      name, ": expected Float, Double, Half or BFloat16, given ", dtype);
}

inline void check_kind_like(Name name, const at::Tensor& given, Name other,
                            const at::Tensor& model) {
  TORCH_CHECK_TYPE(given.scalar_type() == model.scalar_type(), name, ": expected ",
                   model.scalar_type(), " as ", other, " has, given ", given.scalar_type());
  TORCH_CHECK_VALUE(given.device() == model.device(), name, ": expected a tensor on ",
                    model.device(), " as ", other, " is, given one on ", given.device());
}

inline void check_like(Name name, const at::Tensor& given, Name other, const at::Tensor& model) {
  TORCH_CHECK_VALUE(given.sym_sizes() == model.sym_sizes(), name, ": expected shape ",
                    sizes_of(model), " as ", other, " has, given ", sizes_of(given));
  check_kind_like(name, given, other, model);
}

// The kernel of Meta, for which checking and allocating is all there is to do.
inline constexpr auto nothing = [](const auto&...) {};

}  // namespace ptnotes
