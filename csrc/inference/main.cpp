// infer MODEL BATCH RESULT: run a model that Python exported on a batch that Python saved.

#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

#include "batch.h"
#include "inference.h"
#include "refuse.h"

namespace {

template <typename Work>
double milliseconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

void infer(const std::string& model_path, const std::string& batch_path,
           const std::string& result_path) {
  const c10::InferenceMode guard;
  Model model;
  at::Tensor result;
  const double loading = milliseconds([&] { model = load(model_path); });
  const at::Tensor batch = read_batch(batch_path);
  check_batch(batch, model.notes);
  const double first = milliseconds([&] { result = model.run(batch); });
  std::array<double, 21> again{};
  for (double& time : again) time = milliseconds([&] { model.run(batch); });
  std::sort(again.begin(), again.end());
  write_result(result, result_path);
  std::cout << "torch " << TORCH_VERSION << ", batch " << describe(batch) << ", result "
            << describe(result) << '\n'
            << "load " << loading << " ms, first run " << first << " ms, then "
            << again[again.size() / 2] << " ms\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw Refused("usage: infer MODEL BATCH RESULT");
    infer(argv[1], argv[2], argv[3]);
  } catch (const Refused& error) {
    std::cerr << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "infer: " << first_sentence(error) << '\n';
    return 1;
  }
}
