// From a tensor to what a launcher takes.
#pragma once

#include <ATen/core/Tensor.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace ptnotes {

// torch's 16-bit types have the bits of CUDA's.
template <typename scalar_t>
struct Device {
  using type = scalar_t;
};
template <>
struct Device<at::Half> {
  using type = __half;
};
template <>
struct Device<at::BFloat16> {
  using type = __nv_bfloat16;
};

template <typename scalar_t>
auto* read(const at::Tensor& x) {
  using type = typename Device<scalar_t>::type;
  return reinterpret_cast<const type*>(x.const_data_ptr<scalar_t>());
}

template <typename scalar_t>
auto* write(const at::Tensor& x) {
  using type = typename Device<scalar_t>::type;
  return reinterpret_cast<type*>(x.mutable_data_ptr<scalar_t>());
}

}  // namespace ptnotes
