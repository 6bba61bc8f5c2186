// One number's step of SGD with momentum, for the CPU and the CUDA kernel alike: no torch header
// here.
#pragma once

#include "../elementary.h"

namespace ptnotes::momentum {

template <typename T>
struct Rule {
  T lr, momentum, gain, weight_decay;  // gain = 1 - dampening
  bool nesterov, first;
};

// Returns the new parameter; `buffer` becomes the new buffer.
template <typename T>
PTNOTES_INLINE T step(T parameter, T grad, T& buffer, Rule<T> rule) {
  const T g = grad + rule.weight_decay * parameter;
  buffer = rule.first ? g : rule.momentum * buffer + rule.gain * g;
  const T direction = rule.nesterov ? g + rule.momentum * buffer : buffer;
  return parameter - rule.lr * direction;
}

}  // namespace ptnotes::momentum
