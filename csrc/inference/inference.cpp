#include "inference.h"

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <filesystem>
#include <memory>

#include "refuse.h"

namespace {

void check_notes(const Notes& notes) {
  for (const char* name : {"torch", "dtype", "shape"}) {
    if (!notes.contains(name) || notes.at(name).empty()) {
      throw std::runtime_error(std::string("it does not say its ") + name);
    }
  }
  if (notes.at("torch") != TORCH_VERSION) {
    refuse("MODEL", std::string("a file of torch ") + TORCH_VERSION + ", as this program is",
           "one of torch " + notes.at("torch") + "; export it again");
  }
}

// excerpt of package
Model load_package(const std::string& path) {
  using Loader = torch::inductor::AOTIModelPackageLoader;
  // Read first: loading runs what the compiler made of the model.
  const auto found = Loader::load_metadata_from_package(path, "model");
  const Notes notes(found.begin(), found.end());
  check_notes(notes);
  const auto loader = std::make_shared<Loader>(path);
  return {notes, [loader](const at::Tensor& batch) { return loader->run({batch}).at(0); }};
}
// end of package

// excerpt of script
Model load_script(const std::string& path) {
  torch::jit::ExtraFilesMap files{{"torch", ""}, {"dtype", ""}, {"shape", ""}};
  const auto forward = torch::jit::load(path, at::kCPU, files).get_method("forward");
  const Notes notes(files.begin(), files.end());
  check_notes(notes);
  return {notes, [forward](const at::Tensor& batch) { return forward({batch}).toTensor(); }};
}
// end of script

}  // namespace

Model load(const std::string& path) {
  const std::string suffix = std::filesystem::path(path).extension();
  if (suffix != ".pt2" && suffix != ".pt") {
    refuse("MODEL", "a name that ends in .pt2 or .pt", path);
  }
  require_file("MODEL", path);
  try {
    return suffix == ".pt2" ? load_package(path) : load_script(path);
  } catch (const Refused&) {
    throw;
  } catch (const std::exception& error) {
    refuse("MODEL", "a file that `python -m ptnotes.deployment.export` wrote",
           path + " (" + first_sentence(error) + ")");
  }
}
