// Generalized IoU of two boxes and its slope, for the CPU and the CUDA kernel alike: no torch
// header here. GIoU = I / U - (C - U) / C with the areas of intersection, union and enclosing box,
// algorithm 1 of https://arxiv.org/abs/1902.09630.
#pragma once

#include "../elementary.h"

namespace ptnotes::boxes {

template <typename T>
struct Box {
  T x1, y1, x2, y2;
};

// One array a coordinate: what a vector register reads lies side by side.
template <typename T>
struct Columns {
  const T *x1, *y1, *x2, *y2;
  PTNOTES_INLINE Box<T> operator[](int64_t i) const { return {x1[i], y1[i], x2[i], y2[i]}; }
};

template <typename T>
Columns<T> columns(const T* numbers, int64_t n) {
  return {numbers, numbers + n, numbers + 2 * n, numbers + 3 * n};
}

template <typename T>
PTNOTES_INLINE T lesser(T a, T b) {
  return a < b ? a : b;
}

template <typename T>
PTNOTES_INLINE T greater(T a, T b) {
  return a > b ? a : b;
}

template <typename T>
PTNOTES_INLINE T area(Box<T> box) {
  return (box.x2 - box.x1) * (box.y2 - box.y1);
}

template <typename T>
struct Pair {
  T width, height;            // of the intersection, below 0 where there is none
  T hull_width, hull_height;  // of the enclosing box
  T common, either, hull;     // the three areas
};

template <typename T>
PTNOTES_INLINE Pair<T> pair(Box<T> a, Box<T> b) {
  const T width = lesser(a.x2, b.x2) - greater(a.x1, b.x1);
  const T height = lesser(a.y2, b.y2) - greater(a.y1, b.y1);
  const T hull_width = greater(a.x2, b.x2) - lesser(a.x1, b.x1);
  const T hull_height = greater(a.y2, b.y2) - lesser(a.y1, b.y1);
  const T common = greater(width, T(0)) * greater(height, T(0));
  const T hull = greater(hull_width, T(0)) * greater(hull_height, T(0));
  return {width, height, hull_width, hull_height, common, area(a) + area(b) - common, hull};
}

template <typename T>
PTNOTES_INLINE T giou(Box<T> a, Box<T> b) {
  const auto p = pair(a, b);
  return p.common / p.either - (p.hull - p.either) / p.hull;
}

// How max(x, y) follows x: not at all, fully, or by half where both are equal, as in torch. Sums
// and products instead of branches: a loop with a branch is not vectorised.
template <typename T>
PTNOTES_INLINE T follows_max(T x, T y) {
  return T(0.5) * (static_cast<T>(x > y) + static_cast<T>(x >= y));
}

// d (max(width, 0) max(height, 0)) / d width, at a width of 0 that of relu.
template <typename T>
PTNOTES_INLINE T side(T width, T height) {
  return static_cast<T>(width > 0) * greater(height, T(0));
}

// d GIoU / d a.
template <typename T>
PTNOTES_INLINE Box<T> slope(Box<T> a, Box<T> b) {
  const auto p = pair(a, b);
  const T of_either = 1 / p.hull - p.common / (p.either * p.either);
  const T of_common = 1 / p.either - of_either;
  const T of_hull = -p.either / (p.hull * p.hull);
  const T w = of_common * side(p.width, p.height);
  const T h = of_common * side(p.height, p.width);
  const T hull_w = of_hull * side(p.hull_width, p.hull_height);
  const T hull_h = of_hull * side(p.hull_height, p.hull_width);
  const T own_w = of_either * (a.y2 - a.y1), own_h = of_either * (a.x2 - a.x1);
  return {-own_w - w * follows_max(a.x1, b.x1) - hull_w * follows_max(b.x1, a.x1),
          -own_h - h * follows_max(a.y1, b.y1) - hull_h * follows_max(b.y1, a.y1),
          own_w + w * follows_max(b.x2, a.x2) + hull_w * follows_max(a.x2, b.x2),
          own_h + h * follows_max(b.y2, a.y2) + hull_h * follows_max(a.y2, b.y2)};
}

}  // namespace ptnotes::boxes
