// Pairwise squared distances on the device, by differences alone; no torch header.
#include "../../cuda/scalars.h"
#include "arithmetic.h"
#include "kernel.h"

namespace ptnotes::distances {
namespace {

constexpr int side = 32;   // of the tile of distances that a block computes
constexpr int depth = 16;  // coordinates that it holds at a time
constexpr int rows = threads / side;

// A block reads a tile of each set once and uses each number `side` times.
template <typename scalar_t, typename T>
__global__ void distance_kernel(const T* x, const T* y, scalar_t* out, int64_t n, int64_t m,
                                int64_t dims, int64_t tiles_across) {
  __shared__ T from[depth][side + 1], to[depth][side + 1];
  const int column = threadIdx.x % side, row = threadIdx.x / side;
  const int64_t first_i = blockIdx.x / tiles_across * side;
  const int64_t first_j = blockIdx.x % tiles_across * side;
  T sums[side / rows] = {};
  for (int64_t start = 0; start < dims; start += depth) {
    for (int k = threadIdx.x; k < depth * side; k += threads) {
      const int64_t d = start + k % depth, i = first_i + k / depth, j = first_j + k / depth;
      from[k % depth][k / depth] = d < dims && i < n ? x[i * dims + d] : T(0);
      to[k % depth][k / depth] = d < dims && j < m ? y[j * dims + d] : T(0);
    }
    __syncthreads();
    for (int d = 0; d < depth; ++d) {
      for (int k = 0; k < side / rows; ++k) {
        add_square(sums[k], from[d][row + k * rows], to[d][column]);
      }
    }
    __syncthreads();
  }
  for (int k = 0; k < side / rows; ++k) {
    const int64_t i = first_i + row + k * rows, j = first_j + column;
    if (i < n && j < m) {
      store(out + i * m + j, sums[k]);
    }
  }
}

}  // namespace

template <typename scalar_t, typename T>
cudaError_t launch_forward(const T* x, const T* y, scalar_t* out, int64_t n, int64_t m,
                           int64_t dims, cudaStream_t stream) {
  if (n * m == 0) {  // a launch of no blocks is an error
    return cudaSuccess;
  }
  const int64_t down = (n + side - 1) / side, across = (m + side - 1) / side;
  distance_kernel<<<static_cast<unsigned>(down * across), threads, 0, stream>>>(x, y, out, n, m,
                                                                                dims, across);
  return cudaGetLastError();
}

#define PTNOTES_INSTANTIATE(scalar_t, T)                                                        \
  template cudaError_t launch_forward(const T*, const T*, scalar_t*, int64_t, int64_t, int64_t, \
                                      cudaStream_t);

PTNOTES_INSTANTIATE(float, float)
PTNOTES_INSTANTIATE(double, double)
PTNOTES_INSTANTIATE(__half, float)
PTNOTES_INSTANTIATE(__nv_bfloat16, float)

}  // namespace ptnotes::distances
