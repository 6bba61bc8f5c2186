#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>

// What Python wrote into the file beside the model, see ptnotes.deployment.export.notes.
using Notes = std::map<std::string, std::string>;

struct Model {
  Notes notes;
  std::function<at::Tensor(const at::Tensor&)> run;
};

// Load a package of AOTInductor (.pt2) or a TorchScript file (.pt).
Model load(const std::string& path);
