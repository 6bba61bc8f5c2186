#include "batch.h"

#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "refuse.h"

namespace {

std::string dtype_of(const at::Tensor& tensor) {
  return std::string(c10::getDtypeNames(tensor.scalar_type()).first);
}

// Whether sizes are those of a note such as "1..64, 16".
bool fits(at::IntArrayRef sizes, const std::string& note) {
  std::istringstream words(note);
  int64_t low = 0;
  for (const int64_t size : sizes) {
    if (!(words >> low)) return false;
    int64_t high = low;
    if (words.peek() == '.') words.ignore(2) >> high;
    if (words.peek() == ',') words.ignore();
    if (size < low || size > high) return false;
  }
  return !(words >> low);
}

}  // namespace

// excerpt of batch
at::Tensor read_batch(const std::string& path) {
  require_file("BATCH", path);
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  try {
    // What was saved as a view keeps its strides, and compiled code goes by those of its example.
    return torch::jit::pickle_load(bytes).toTensor().contiguous();
  } catch (const std::exception&) {
    refuse("BATCH", "a tensor that torch.save wrote", path);
  }
}
// end of batch

void check_batch(const at::Tensor& batch, const Notes& notes) {
  if (dtype_of(batch) != notes.at("dtype") || !fits(batch.sizes(), notes.at("shape"))) {
    refuse("BATCH", notes.at("dtype") + " [" + notes.at("shape") + "]", describe(batch));
  }
}

void write_result(const at::Tensor& result, const std::string& path) {
  const std::vector<char> bytes = torch::jit::pickle_save(result);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) refuse("RESULT", "a file that can be written", path);
}

std::string describe(const at::Tensor& tensor) {
  std::ostringstream text;
  text << dtype_of(tensor) << ' ' << tensor.sizes();
  return text.str();
}
