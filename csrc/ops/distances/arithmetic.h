// Squared distance between two points, for the CPU and the CUDA kernel alike: no torch header here.
#pragma once

#include "../elementary.h"

namespace ptnotes::distances {

// Coordinate d of point i is at numbers[i * point + d * coordinate].
template <typename T>
struct Points {
  const T* numbers;
  int64_t point, coordinate;
  PTNOTES_INLINE T operator()(int64_t i, int64_t d) const {
    return numbers[i * point + d * coordinate];
  }
};

// The difference comes first: nothing that cancels has been rounded before.
template <typename T>
PTNOTES_INLINE void add_square(T& sum, T from, T to) {
  const T difference = from - to;
  sum += difference * difference;
}

template <typename T>
PTNOTES_INLINE T squared_distance(Points<T> x, int64_t i, Points<T> y, int64_t j, int64_t dims) {
  T sum = 0;
  for (int64_t d = 0; d < dims; ++d) {
    add_square(sum, x(i, d), y(j, d));
  }
  return sum;
}

}  // namespace ptnotes::distances
