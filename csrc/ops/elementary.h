// exp, log and log(1 + x) that a compiler can vectorise, for the CPU and the CUDA kernels alike:
// the library's own are calls, and a loop with a call is not vectorised. No torch header here.
#pragma once

#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#  define PTNOTES_INLINE __host__ __device__ __forceinline__
#else
#  define PTNOTES_INLINE inline __attribute__((always_inline))
#endif

namespace ptnotes {

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

// exp(x) for x <= 0, never 0.
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

}  // namespace ptnotes
