// How work is shared out among threads.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ptnotes {

constexpr int64_t grain = 16384;  // numbers that pay for waking a thread

// How many rows of this width have about so many numbers; at least one.
inline int64_t rows_of(int64_t numbers, int64_t width) {
  return std::max<int64_t>(1, numbers / std::max<int64_t>(1, width));
}

}  // namespace ptnotes
