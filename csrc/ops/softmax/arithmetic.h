// Parts of the masked softmax that the CPU and the CUDA kernel share: no torch header here.
#pragma once

#include <limits>

#include "../elementary.h"

namespace ptnotes::softmax {

constexpr int most_axes = 8;

// The score of a key that a query may not see.
template <typename T>
constexpr T unseen = -std::numeric_limits<T>::infinity();

// Where a row of a broadcast mask begins. Rows are counted over all axes but the last.
struct Rows {
  int axes;
  int64_t sizes[most_axes], steps[most_axes];
  PTNOTES_INLINE int64_t start(int64_t row) const {
    int64_t at = 0;
    for (int axis = axes - 1; axis >= 0; --axis) {
      at += row % sizes[axis] * steps[axis];
      row /= sizes[axis];
    }
    return at;
  }
};

struct Mask {
  const bool* allowed;  // nullptr where all are
  Rows rows;
  bool one_for_all;  // the last axis is broadcast: one bool is for a whole row
};

// How many keys a query sees: itself and those before it where it may not look ahead.
PTNOTES_INLINE int64_t keys_of(int64_t row, int64_t queries, int64_t keys, bool is_causal) {
  const int64_t seen = row % queries + 1;
  return is_causal && seen < keys ? seen : keys;
}

// exp(x - greatest), and exactly 0 where that is too small for a normal number, as for -infinity.
template <typename T>
PTNOTES_INLINE T weight(T x, T greatest) {
  const T distance = x - greatest;
  const T e = exp_of_negative(distance);
  return distance < Format<T>::lowest ? T(0) : e;
}

}  // namespace ptnotes::softmax
