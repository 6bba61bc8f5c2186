// Sigmoid focal loss of one element, for the CPU and the CUDA kernel alike: no torch header here.
// FL = -alpha_t (1 - p_t)^gamma log(p_t), equation 5 of https://arxiv.org/abs/1708.02002.
#pragma once

#include "../elementary.h"

namespace ptnotes::focal_loss {

template <typename T>
struct Constants {
  T positive, negative, gamma;
};

// alpha = -1 means that the classes are not weighted.
template <typename T>
Constants<T> constants(double alpha, double gamma) {
  const double positive = alpha < 0 ? 1 : alpha, negative = alpha < 0 ? 1 : 1 - alpha;
  return {static_cast<T>(positive), static_cast<T>(negative), static_cast<T>(gamma)};
}

struct Square {
  template <typename T>
  PTNOTES_INLINE T operator()(T base) const {
    return base * base;
  }
};

template <typename T>
struct Power {
  T gamma;
  PTNOTES_INLINE T operator()(T base) const { return exp_of_negative(gamma * log_of_normal(base)); }
};

// The paper's gamma = 2 needs no logarithm.
template <typename T, typename Run>
void with_power(T gamma, Run run) {
  if (gamma == 2) {
    run(Square{});
  } else {
    run(Power<T>{gamma});
  }
}

template <typename T>
struct Terms {
  T p, not_p;       // sigmoid(x) and sigmoid(-x)
  T miss;           // 1 - p_t, above 0
  T cross_entropy;  // -log(p_t)
  T alpha_t;
};

// exp only ever sees -|x|, so nothing overflows, and nothing is found by subtracting near numbers.
template <typename T>
PTNOTES_INLINE Terms<T> terms(T x, T t, Constants<T> c) {
  const T size = x < 0 ? -x : x, wrong = x < 0 ? t : 1 - t;
  const T e = exp_of_negative(-size), near = 1 / (1 + e), far = e * near;
  const T p = x < 0 ? far : near, not_p = x < 0 ? near : far;
  return {p, not_p, t * not_p + (1 - t) * p, log1p_of_unit(e) + size * wrong,
          t * c.positive + (1 - t) * c.negative};
}

template <typename T, typename Pow>
PTNOTES_INLINE T loss(T x, T t, Constants<T> c, Pow pow) {
  const auto f = terms(x, t, c);
  return f.alpha_t * pow(f.miss) * f.cross_entropy;
}

// d loss / dx. miss^(gamma - 1), infinite at miss = 0 for gamma < 1, is avoided: d miss / dx
// = (1 - 2 t) p (1 - p), and p (1 - p) / miss never exceeds 1 where t is 0 or 1.
template <typename T, typename Pow>
PTNOTES_INLINE T slope(T x, T t, Constants<T> c, Pow pow) {
  const auto f = terms(x, t, c);
  const T of_cross_entropy = f.p * (1 - t) - f.not_p * t;
  const T of_miss = (1 - 2 * t) * (f.p * f.not_p / f.miss);
  return f.alpha_t * pow(f.miss) * (of_cross_entropy + c.gamma * of_miss * f.cross_entropy);
}

}  // namespace ptnotes::focal_loss
