// Sigmoid focal loss of one element, for the CPU and the CUDA kernel alike: no torch header here.
// FL = -alpha_t (1 - p_t)^gamma log(p_t), equation 5 of https://arxiv.org/abs/1708.02002.
#pragma once

#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#  define PTNOTES_INLINE __host__ __device__ __forceinline__
#else
#  define PTNOTES_INLINE inline __attribute__((always_inline))
#endif

namespace ptnotes::focal_loss {

template <typename T>
struct Format;

template <>
struct Format<float> {
  using Bits = uint32_t;
  using Signed = int32_t;
  static constexpr Bits two_thirds = 0x3f2aaaab;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr int exp_terms = 7, atanh_terms = 8;
  static constexpr float lowest = -87.0f;  // exp of it is still a normal number
  // ln 2 in two parts: n times the first is exact.
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
};

template <>
struct Format<double> {
  using Bits = uint64_t;
  using Signed = int64_t;
  static constexpr Bits two_thirds = 0x3fe5555555555555;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr int exp_terms = 13, atanh_terms = 17;
  static constexpr double lowest = -708.0;
  static constexpr double ln2_high = 6.93147180369123816490e-1,
                          ln2_low = 1.90821492927058770002e-10;
};

// 1 + r + r^2 / 2! + ..., by Horner.
template <typename T, int k = 1>
PTNOTES_INLINE T exp_series(T r) {
  if constexpr (k > Format<T>::exp_terms) {
    return 1;
  } else {
    return 1 + r * (T(1) / k) * exp_series<T, k + 1>(r);
  }
}

// atanh(s) / s = 1 + q / 3 + q^2 / 5 + ... with q = s^2.
template <typename T, int k = 0>
PTNOTES_INLINE T atanh_series(T q) {
  if constexpr (k == Format<T>::atanh_terms) {
    return 0;
  } else {
    return T(1) / (2 * k + 1) + q * atanh_series<T, k + 1>(q);
  }
}

// exp(x) for x <= 0, never 0. The library's own is a call, and a loop with a call is not
// vectorised.
template <typename T>
PTNOTES_INLINE T exp_of_negative(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  // Adding this leaves the nearest integer in the low bits of the sum.
  constexpr T shift = static_cast<T>(Bits(3) << (F::mantissa - 1));
  x = x < F::lowest ? F::lowest : x;
  const T shifted = x * T(1.4426950408889634) + shift;  // 1 / ln 2
  const T n = shifted - shift;
  Bits bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + F::bias) << F::mantissa;
  T two_to_n;
  std::memcpy(&two_to_n, &bits, sizeof two_to_n);
  return two_to_n * exp_series((x - n * F::ln2_high) - n * F::ln2_low);
}

// log(1 + e) for 0 <= e <= 1.
template <typename T>
PTNOTES_INLINE T log1p_of_unit(T e) {
  const T s = e / (2 + e);
  return 2 * s * atanh_series(s * s);
}

// log(x) for a normal x > 0: x = 2^n f with f from 2/3 to 4/3, log f = 2 atanh((f - 1) / (f + 1)).
template <typename T>
PTNOTES_INLINE T log_of_normal(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  Bits bits;
  std::memcpy(&bits, &x, sizeof bits);
  const auto n = static_cast<typename F::Signed>(bits - F::two_thirds) >> F::mantissa;
  bits -= static_cast<Bits>(n) << F::mantissa;
  T f;
  std::memcpy(&f, &bits, sizeof f);
  const T s = (f - 1) / (f + 1), k = static_cast<T>(n);
  return k * F::ln2_high + (k * F::ln2_low + 2 * s * atanh_series(s * s));
}

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
